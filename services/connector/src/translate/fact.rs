//! Facts, and the events that tell them.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use shared::Kind;

use super::Delivery;

/// Bytes of the digest in an event's id.
const DIGEST_LEN: usize = 12;

/// When something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum When {
    /// The system says so.
    At(Timestamp),
    /// It does not say: at the latest when the order was last changed.
    By(Timestamp),
}

impl When {
    pub(crate) const fn timestamp(self) -> Timestamp {
        match self {
            Self::At(time) | Self::By(time) => time,
        }
    }
}

/// Something that happened to an order.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    pub kind: Kind,
    /// The parcel or refund that it is about; empty: the order.
    pub scope: String,
    pub when: When,
    /// The order, as the contract has it.
    pub order: Value,
    /// What the type has in `data` beside the order.
    pub own: Option<(&'static str, Value)>,
    /// Whether anybody is to be mailed.
    pub notify: bool,
}

impl Fact {
    /// A fact about the order itself.
    pub(crate) fn of_order(kind: Kind, when: When, order: Value) -> Self {
        Self { kind, scope: String::new(), when, order, own: None, notify: true }
    }

    /// A fact about the parcel or the refund that `own` holds.
    pub(crate) fn of_part(
        kind: Kind,
        when: When,
        order: Value,
        own: (&'static str, Map<String, Value>),
    ) -> Self {
        let scope = own.1.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let own = Some((own.0, Value::Object(own.1)));
        Self { kind, scope, when, order, own, notify: true }
    }

    /// The CloudEvent of this fact. The same fact of the same snapshot has the same id and the same data; another
    /// snapshot's data is another event, which the ledger's business key takes for the same mail.
    pub(crate) fn into_event(self, delivery: &Delivery<'_>) -> Value {
        // By hand, as the event below: `json!` would write the order into a new tree, each time.
        let mut data = Map::new();
        data.insert("order".to_owned(), self.order);
        if !self.notify {
            data.insert("notify".to_owned(), Value::Bool(false));
        }
        data.extend(self.own.map(|(name, member)| (name.to_owned(), member)));
        // What is only known to have happened by some time has another one in each snapshot: that makes no other event.
        let at = match self.when {
            When::At(time) => Some(time.to_string()),
            When::By(_) => None,
        };
        let fact = serde_json::to_vec(&(self.kind.as_str(), at, &data));
        let digest = Sha256::digest(fact.expect("a JSON value serialises without fail"));
        let digest = BASE64_URL_SAFE_NO_PAD.encode(&digest[..DIGEST_LEN]);
        let scope: String = self.scope.chars().filter(|c| c.is_ascii_graphic()).take(128).collect();
        let separator = if scope.is_empty() { "" } else { ":" };
        let mut event = json!({
            "specversion": "1.0",
            "source": format!("/{}/{}", delivery.system, delivery.shop),
            "id": format!("{}{separator}{scope}:{digest}", self.kind),
            "type": self.kind.as_str(),
            "time": self.when.timestamp().to_string(),
            "datacontenttype": "application/json",
        });
        event["data"] = Value::Object(data);
        if !delivery.shop.is_default() {
            event["shop"] = delivery.shop.as_str().into();
        }
        event
    }
}

/// The events of all facts of a snapshot, the earliest first: what is told at once is told in that order.
pub(crate) fn into_events(mut facts: Vec<Fact>, delivery: &Delivery<'_>) -> Vec<Value> {
    facts.sort_by_key(|fact| fact.when.timestamp());
    facts.into_iter().map(|fact| fact.into_event(delivery)).collect()
}
