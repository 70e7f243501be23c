//! What a message holds beyond what this version understands, kept as it was written.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::value::RawValue;

use super::sqs_json::escape_noncharacters;
use crate::contract::json::without_byte_order_mark;

/// The event of a message, and its members that this version does not know, each as the text of its JSON.
///
/// A version in the middle of a deployment reads what a newer one wrote, and writes for a newer one. So it
/// passes on text and not values: through a value, a number such as `1.10` or one of 20 digits would change.
#[derive(Clone, PartialEq)]
pub(super) struct Forwarded {
    pub(super) event: JsonText,
    unknown: BTreeMap<String, JsonText>,
}

/// JSON as it was written, but for characters that SQS would refuse, which are escaped.
#[derive(Clone)]
pub(super) struct JsonText(Box<RawValue>);

impl Forwarded {
    /// Everything in `body` but the members that `is_known` names. `None` if it is no object with an event.
    pub(super) fn read(body: &str, is_known: impl Fn(&str) -> bool) -> Option<Self> {
        let body = without_byte_order_mark(body);
        let mut members: BTreeMap<String, &RawValue> = serde_json::from_str(body).ok()?;
        let event = JsonText::new(members.remove("event")?);
        let unknown = members.into_iter().filter(|(name, _)| !is_known(name));
        Some(Self { event, unknown: unknown.map(|(name, it)| (name, JsonText::new(it))).collect() })
    }

    /// Without the unknown members that `is_known` to another message: what this version writes there itself
    /// counts.
    pub(super) fn without(mut self, is_known: impl Fn(&str) -> bool) -> Self {
        self.unknown.retain(|name, _| !is_known(name));
        self
    }

    /// The members that this version does not know.
    pub(super) fn unknown(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.unknown.iter().map(|(name, text)| (name.as_str(), text.raw()))
    }
}

impl JsonText {
    fn new(raw: &RawValue) -> Self {
        let escaped = escape_noncharacters(raw.get().to_owned());
        Self(RawValue::from_string(escaped).expect("an escape keeps JSON valid"))
    }

    pub(super) fn raw(&self) -> &RawValue {
        &self.0
    }
}

impl PartialEq for JsonText {
    fn eq(&self, other: &Self) -> bool {
        self.raw().get() == other.raw().get()
    }
}

// Without the text, which contains the customer's data.
impl fmt::Debug for Forwarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forwarded").field("unknown", &self.unknown.keys()).finish_non_exhaustive()
    }
}
