//! What the fake services answer to each call.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use shared::outbox::pack;

use super::{CUSTOMERS, State, StoredEvent, response};

impl State {
    pub(super) fn answer(
        &mut self,
        operation: &str,
        body: &Value,
        first_refused: bool,
    ) -> HttpResponse {
        let answer = match operation {
            "Query" => self.query(body),
            "BatchGetItem" if has_impossible_key(body) => {
                let error = "com.amazon.coral.validate#ValidationException";
                return response(400, &json!({ "__type": error }));
            }
            "BatchGetItem" => self.batch_get(&body["RequestItems"]),
            "UpdateItem" => return self.update(body),
            "GetItem" if body["Key"]["order_key"]["S"] == "#sweep" => {
                let watermark = match is_of_second_look(&body["Key"]) {
                    true => self.second_watermark,
                    false => self.watermark,
                };
                let item = |at: i64| json!({ "Item": { "swept_until": { "N": at.to_string() } } });
                watermark.map_or(json!({}), item)
            }
            "GetItem" => self.gate.map_or(
                json!({}),
                |at| json!({ "Item": { "closed_until": { "N": at.to_string() } } }),
            ),
            "PutItem" => self.put_watermark(&body["Item"]),
            "SendMessageBatch" if self.is_poisoned(body) => {
                return response(
                    400,
                    &json!({ "__type": "com.amazonaws.sqs#InvalidMessageContents" }),
                );
            }
            "SendMessageBatch" => self.send(body, first_refused),
            other => panic!("no answer for {other}"),
        };
        response(200, &answer)
    }

    fn query(&self, body: &Value) -> Value {
        let values = &body["ExpressionAttributeValues"];
        let (from, until) = (number(&values[":from"]), number(&values[":until"]));
        let limit = usize::try_from(body["Limit"].as_i64().expect("a limit")).expect("positive");
        let mut found: Vec<_> = self
            .events
            .iter()
            .filter(|(_, event)| event.bucket.as_deref() == values[":bucket"]["S"].as_str())
            .filter(|(_, event)| (from..=until).contains(&event.sweep_at))
            .collect();
        found.sort_by_key(|(_, event)| event.sweep_at);
        let is_part = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| is_part);
        let item = |(order, event): &(&String, &StoredEvent)| {
            json!({
                "order_key": { "S": order }, "event": { "S": "shop e-1" },
                "ledger_key": { "S": event.ledger_key },
                "sweep_at": { "N": event.sweep_at.to_string() },
            })
        };
        json!({ "Items": found.iter().map(item).collect::<Vec<_>>(), "LastEvaluatedKey": last.map(item) })
    }

    fn batch_get(&self, requests: &Value) -> Value {
        let (table, request) = requests.as_object().and_then(|all| all.iter().next()).expect("one");
        let keys = request["Keys"].as_array().expect("keys");
        assert!(keys.len() <= 100, "as AWS limits it");
        let text = |key: &Value, name: &str| key[name]["S"].as_str().expect("a key").to_owned();
        let items: Vec<Value> = match table.as_str() {
            "ledger" => keys
                .iter()
                .map(|key| (text(key, "order_key"), text(key, "notification")))
                .filter_map(|key| self.ledger.get(&key).cloned())
                .collect(),
            _ => keys
                .iter()
                .map(|key| text(key, "order_key"))
                .filter_map(|order| Some(stored(&order, self.events.get(&order)?)))
                .collect(),
        };
        json!({ "Responses": { table.as_str(): items } })
    }

    fn update(&mut self, body: &Value) -> HttpResponse {
        let order = body["Key"]["order_key"]["S"].as_str().expect("a key");
        let values = &body["ExpressionAttributeValues"];
        let event = self.events.get_mut(order).expect("stored");
        if event.sweep_at != number(&values[":was"]) {
            return condition_failed();
        }
        event.bucket = values[":bucket"]["S"].as_str().map(str::to_owned);
        if event.bucket.is_some() {
            event.sweep_at = number(&values[":at"]);
        }
        event.sweeps += u32::from(values[":one"].is_object());
        response(200, &json!({}))
    }

    fn put_watermark(&mut self, item: &Value) -> Value {
        let watermark = number(&item["swept_until"]);
        for (order, event) in &self.events {
            // What was queued is watched: it has been moved ahead, where a later sweep looks at it again.
            let is_watched = event.sweep_at >= watermark;
            let customers = self.ledger.get(&(order.clone(), CUSTOMERS.to_owned()));
            let is_sent = customers.is_some_and(|item| item["state"]["S"] == "sent");
            // Out of the index, with a dead letter.
            let is_done = is_sent || event.bucket.is_none();
            assert!(is_done || is_watched, "the watermark passed the event of {order}");
        }
        if is_of_second_look(item) {
            self.second_watermark = Some(watermark);
        } else {
            self.watermark = Some(watermark);
            self.watermarks.push(watermark);
        }
        json!({})
    }

    fn is_poisoned(&self, body: &Value) -> bool {
        let entries = body["Entries"].as_array().expect("entries");
        entries.iter().any(|entry| entry["MessageBody"].as_str() == self.poison.as_deref())
    }

    fn send(&mut self, body: &Value, first_refused: bool) -> Value {
        let entries = body["Entries"].as_array().expect("entries");
        let is_dead_letter = body["QueueUrl"] == "dlq";
        self.dead_letters += if is_dead_letter { entries.len() } else { 0 };
        assert!(entries.len() <= 10, "as AWS limits it");
        let (mut taken, mut failed) = (Vec::new(), Vec::new());
        for (i, entry) in entries.iter().enumerate() {
            if first_refused && i == 0 {
                failed.push(json!({ "Id": entry["Id"], "Code": "ServiceUnavailable", "SenderFault": false }));
            } else {
                let body = entry["MessageBody"].as_str().expect("a body").to_owned();
                self.queue.extend((!is_dead_letter).then_some(body));
                taken.push(json!({ "Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "" }));
            }
        }
        json!({ "Successful": taken, "Failed": failed })
    }
}

/// Whether DynamoDB refuses the whole call because of one key: an empty one, or one of more than 1024 bytes.
fn has_impossible_key(body: &Value) -> bool {
    let tables = body["RequestItems"].as_object().into_iter().flatten();
    let mut keys = tables.flat_map(|(_, request)| request["Keys"].as_array().into_iter().flatten());
    keys.any(|key| {
        let sort_key = key["notification"]["S"].as_str();
        sort_key.is_some_and(|sort_key| !(1..=1024).contains(&sort_key.len()))
    })
}

/// An Events item. Its message is its order.
fn stored(order: &str, event: &StoredEvent) -> Value {
    json!({
        "order_key": { "S": order }, "event": { "S": "shop e-1" },
        "message": { "B": BASE64_STANDARD.encode(pack(order)) },
        "sweeps": { "N": event.sweeps.to_string() },
    })
}

fn is_of_second_look(item: &Value) -> bool {
    item["notification"]["S"] == "watermark-of-second-look"
}

fn condition_failed() -> HttpResponse {
    let error = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
    response(400, &json!({ "__type": error }))
}

fn number(value: &Value) -> i64 {
    value["N"].as_str().and_then(|text| text.parse().ok()).expect("a number")
}
