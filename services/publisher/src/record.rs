//! Reads the records of the ledger's stream
//! (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>).

use kit::ledger::Item;
use serde_json::Value;
use shared::OrderKey;
use shared::mail_event::MailEvent;
use shared::order_key::ORDER_KEY;

use crate::change::{is_notification, mail_event};

/// What a record is to the publisher.
#[derive(Debug, PartialEq, Eq)]
pub enum Change {
    /// It is published.
    Told(Box<MailEvent>),
    /// Nothing to tell: on its way to SES, changed beside its state, removed, or no notification.
    Untold,
    /// A notification that this version cannot read.
    Unreadable,
}

/// Reads a record. `stack` names the stack that its event comes from.
pub fn read(record: &Value, stack: &str) -> Change {
    // Beside notifications, the table has items of the sweep, the send gate and the audit log. No order's key begins so.
    let key = record["dynamodb"]["Keys"][ORDER_KEY]["S"].as_str().unwrap_or_default();
    if record["eventName"] == "REMOVE" || key.starts_with('#') {
        return Change::Untold;
    }
    let Some(new) = item(record, "NewImage").filter(is_notification) else {
        return Change::Unreadable;
    };
    // An old one that cannot be read told nothing: rather an event too many than none.
    let old = item(record, "OldImage");
    let told = mail_event(old.as_ref(), &new, stack);
    told.map_or(Change::Untold, |event| Change::Told(Box::new(event)))
}

fn item(record: &Value, image: &str) -> Option<Item> {
    let image: serde_dynamo::Item =
        serde_json::from_value(record["dynamodb"].get(image)?.clone()).ok()?;
    serde_dynamo::from_item(image).ok()
}

/// The order whose notification changed; `None` for a key that Waybill does not write.
pub fn order(record: &Value) -> Option<OrderKey> {
    let key = record["dynamodb"]["Keys"][ORDER_KEY]["S"].as_str()?;
    OrderKey::parse(key).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn image(state: &str) -> Value {
        json!({
            "order_key": { "S": "default/1001" }, "notification": { "S": "order.confirmed##customer" },
            "state": { "S": state }, "attempt": { "N": "1" }, "since": { "N": "1795767316123" },
            "event": { "S": "shop e-1" }, "correlation_id": { "S": "c-1" }, "accepted_at": { "N": "1795767316000" },
            "send_before": { "N": "1795967316000" }, "expires_at": { "N": "1895767316" },
        })
    }

    fn record(name: &str, old: Option<Value>, new: Option<Value>) -> Value {
        let keys = json!({
            "order_key": { "S": "default/1001" }, "notification": { "S": "order.confirmed##customer" }
        });
        let mut change = json!({ "Keys": keys, "SequenceNumber": "11" });
        for (name, image) in [("OldImage", old), ("NewImage", new)] {
            if let Some(image) = image {
                change[name] = image;
            }
        }
        json!({ "eventName": name, "dynamodb": change })
    }

    #[test]
    fn a_record_is_told_by_what_changed_in_it() {
        let sent = record("MODIFY", Some(image("sending")), Some(image("sent")));
        let Change::Told(event) = read(&sent, "test") else { panic!("not told") };
        assert_eq!(event.outcome().to_string(), "mail.sent");
        let again = record("MODIFY", Some(image("sent")), Some(image("sent")));
        assert_eq!(read(&again, "test"), Change::Untold);
        assert_eq!(read(&record("INSERT", None, Some(image("planned"))), "test"), Change::Untold);
    }

    #[test]
    fn what_is_removed_from_the_ledger_is_not_told() {
        let expired = record("REMOVE", Some(image("delivered")), None);
        assert_eq!(read(&expired, "test"), Change::Untold);
    }

    #[test]
    fn what_else_the_table_holds_is_not_told_whatever_it_says() {
        for key in ["#sweep", "#send-gate", "#audit", "#audit/north"] {
            let mut other = record("INSERT", None, Some(json!({ "state": { "S": "sent" } })));
            other["dynamodb"]["Keys"]["order_key"]["S"] = json!(key);
            assert_eq!(read(&other, "test"), Change::Untold, "{key}");
        }
    }

    #[test]
    fn a_notification_that_this_version_cannot_read_is_neither_told_nor_passed_over() {
        let mut without_time = image("sent");
        without_time.as_object_mut().expect("an object").remove("since");
        let mut of_another_type = image("sent");
        of_another_type["attempt"] = json!({ "S": "one" });
        for bad in [without_time, of_another_type, image("posted"), json!({}), json!("no image")] {
            let record = record("MODIFY", Some(image("sending")), Some(bad.clone()));
            assert_eq!(read(&record, "test"), Change::Unreadable, "{bad}");
        }
        assert_eq!(read(&record("INSERT", None, None), "test"), Change::Unreadable);
        assert_eq!(read(&json!({}), "test"), Change::Unreadable);
    }

    #[test]
    fn an_old_image_that_cannot_be_read_told_nothing() {
        let record = record("MODIFY", Some(json!({})), Some(image("sent")));
        assert!(matches!(read(&record, "test"), Change::Told(_)));
    }
}
