//! One mail before the mailer: its record and its message are as a test has them, and what one delivery leaves of both
//! is told.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use kit::ledger::Item;
use local::resources::LEDGER_TABLE;
use serde_json::{Value, json};
use shared::ledger::State;
use shared::queue::message::MailRequest;
use shared::send_gate::{PARTITION_KEY, SORT_KEY};

use crate::events::deliver_event;
use crate::simulated_pipeline::queues::StoredMessage;
use crate::simulated_pipeline::{MAIL, MAIL_DLQ, Outages, Settings, SimulatedPipeline};
use crate::support::TestStack;

/// Attributes of a message.
pub type Notes<'a> = &'a [(&'a str, String)];

/// A planned mail, and a mailer process that has handled none.
pub struct OneMail<'a> {
    pub pipeline: SimulatedPipeline<'a>,
    services: &'a TestStack,
    /// The partition key and the sort key of its record.
    pub key: (String, String),
    /// Of its request.
    pub body: Value,
    /// When its request was put on the queue (milliseconds since 1970).
    pub sent_at: i64,
}

/// What one delivery leaves.
#[derive(Debug)]
pub struct Left {
    pub item: Item,
    /// How many mails of its order SES has accepted so far.
    pub mails: usize,
    /// Whether the message waits for its visibility timeout.
    pub is_kept: bool,
    /// What the mailer put on the queue instead.
    pub copies: Vec<StoredMessage>,
    pub dead: Vec<StoredMessage>,
}

impl Left {
    /// The only thing that is left.
    pub fn copy(&self) -> &StoredMessage {
        let [copy] = &self.copies[..] else { panic!("one copy, not {self:#?}") };
        assert!(!self.is_kept && self.dead.is_empty(), "{self:#?}");
        copy
    }

    /// Whether the copy comes in so many seconds, as far as a machine that is busy can tell.
    pub fn comes_in(&self, seconds: i64) -> bool {
        (seconds - 5..=seconds).contains(&delay(self.copy()))
    }

    /// This attribute of the copy.
    pub fn note(&self, name: &str) -> Option<&str> {
        self.copy().attributes.get(name).map(String::as_str)
    }

    /// Whether nothing is left to be done.
    pub fn is_done(&self) -> bool {
        !self.is_kept && self.copies.is_empty() && self.dead.is_empty()
    }

    /// The state, the number of doubts and that of attempts.
    pub fn record(&self) -> (&str, u32, u32) {
        (&self.item.state, self.item.doubts, self.item.attempt)
    }
}

impl<'a> OneMail<'a> {
    /// The mail of this event, at an account that sends 100 a second.
    pub async fn planned(services: &'a TestStack, event: &str) -> Self {
        Self::planned_at(services, event, 100.0, Outages::default()).await
    }

    /// The mail of this event, at an account that sends so many a second.
    pub async fn planned_at(
        services: &'a TestStack,
        event: &str,
        rate: f64,
        outages: Outages,
    ) -> Self {
        let settings = Settings { send_rate: Some(rate), ..Settings::deployed(true) };
        let (stack, ahead) = (&services.stack, SignedDuration::ZERO);
        let mut pipeline = SimulatedPipeline::deployed(stack, ahead, settings, outages);
        deliver_event(&pipeline, &serde_json::from_str(event).expect("JSON"));
        pipeline.plan().await;
        let [request] = &pipeline.queues.take_all(MAIL)[..] else { panic!("one mail is planned") };
        let key = MailRequest::parse(&request.body).expect("a mail request").key;
        let key = (key.order_key().to_string(), key.sort_key());
        let body = serde_json::from_str(&request.body).expect("JSON");
        let sent_at = pipeline.clock().now_ms();
        Self { pipeline, services, key, body, sent_at }
    }

    pub fn now(&self) -> i64 {
        self.pipeline.clock().now_ms()
    }

    /// Its record has these attributes from now on.
    pub async fn set(&self, attributes: &Value) {
        set(self.services, (&self.key.0, &self.key.1), attributes).await;
    }

    /// Puts its request on the queue with these attributes.
    pub fn put(&self, notes: Notes<'_>) {
        let queues = &self.pipeline.queues;
        queues.put_with(MAIL, &self.body.to_string(), notes, self.sent_at);
    }

    /// Its request is put on the queue with these attributes, and handled once.
    pub async fn deliver(&mut self, notes: Notes<'_>) -> Left {
        self.put(notes);
        self.pipeline.invoke_mailer(self.pipeline.settings.mailer_timeout).await;
        self.left().await
    }

    /// What is left of it now. The queues are empty then.
    pub async fn left(&self) -> Left {
        let queued = self.pipeline.queues.take_all(MAIL).into_iter();
        let (copies, kept): (Vec<_>, Vec<_>) = queued.partition(|message| message.receives == 0);
        let mails = self.services.mails();
        let order =
            mails.iter().filter_map(|mail| Some((mail.content.shop()?, mail.content.order()?)));
        let own = order.filter(|(shop, order)| format!("{shop}/{order}") == self.key.0);
        Left {
            mails: own.count(),
            item: item(self.services, (&self.key.0, &self.key.1)).await,
            is_kept: !kept.is_empty(),
            copies,
            dead: self.pipeline.queues.take_all(MAIL_DLQ),
        }
    }

    /// As [`Self::deliver`], while another function gives the record these attributes as soon as the mail is being sent.
    pub async fn deliver_while_set(&mut self, attributes: &Value) -> Left {
        let (services, key) = (self.services, self.key.clone());
        let key = (&*key.0, &*key.1);
        let change = async {
            while item(services, key).await.state() != Some(State::Sending) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            set(services, key, attributes).await;
        };
        tokio::join!(self.deliver(&[]), change).0
    }
}

/// How long after it was sent a message can be received, in seconds.
pub const fn delay(message: &StoredMessage) -> i64 {
    (message.visible_at - message.sent_at) / 1000
}

/// The record with this key.
async fn item(services: &TestStack, (order_key, notification): (&str, &str)) -> Item {
    let items = services.ledger_items(order_key).await;
    let item = items.into_iter().find(|item| item.notification == notification);
    item.expect("the record stays")
}

/// The item with this key has these attributes from now on.
pub async fn set(
    services: &TestStack,
    (order_key, notification): (&str, &str),
    attributes: &Value,
) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let mut update = services.stack.dynamodb.update_item().table_name(LEDGER_TABLE);
    update = update.key("order_key", text(order_key)).key("notification", text(notification));
    let mut clauses = Vec::new();
    for (n, (name, value)) in attributes.as_object().expect("attributes").iter().enumerate() {
        let value = match value {
            Value::String(value) => text(value),
            number => AttributeValue::N(number.to_string()),
        };
        clauses.push(format!("#{n} = :{n}"));
        update = update
            .expression_attribute_names(format!("#{n}"), name)
            .expression_attribute_values(format!(":{n}"), value);
    }
    let update = update.update_expression(format!("SET {}", clauses.join(", ")));
    update.send().await.expect("DynamoDB answers");
}

/// The send gate's item has these attributes from now on.
pub async fn set_gate(services: &TestStack, attributes: &Value) {
    set(services, (PARTITION_KEY, SORT_KEY), attributes).await;
}

/// Whether any mail has taken a turn.
pub async fn has_taken_turn(services: &TestStack) -> bool {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let get = services.stack.dynamodb.get_item().table_name(LEDGER_TABLE).consistent_read(true);
    let get = get.key("order_key", text(PARTITION_KEY)).key("notification", text(SORT_KEY));
    get.send().await.expect("DynamoDB answers").item.is_some()
}

/// Of a record in doubt since then (milliseconds since 1970).
pub fn in_doubt(doubts: u32, since: i64) -> Value {
    json!({ "state": "in_doubt", "attempt": doubts, "doubts": doubts, "since": since, "in_doubt_at": since })
}
