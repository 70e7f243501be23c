//! What became of a published event, as the answer says it.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use shared::{CorrelationId, EventRef, FieldError, FieldWarning, OrderKey};

/// The outcome of one published event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Source and id, if both could be parsed.
    pub reference: Option<EventRef>,
    /// The order, if the event is valid.
    pub order: Option<OrderKey>,
    /// The stored event's correlation id.
    pub correlation_id: Option<CorrelationId>,
    /// What intake did with it.
    pub result: PublishResult,
    /// What in it is probably not meant as it stands, whatever became of it.
    pub warnings: Vec<FieldWarning>,
}

/// What intake did with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublishResult {
    /// It was stored.
    Accepted,
    /// An event with the same source, id, type and data was stored before.
    Duplicate,
    /// Another event with the same source and id was stored before. Nothing changed.
    Conflict,
    /// It violates the contract. Nothing was stored.
    Invalid(Vec<FieldError>),
}

impl PublishResult {
    /// The value of `result` in the response.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Conflict => "conflict",
            Self::Invalid(_) => "invalid",
        }
    }

    /// Whether the event is stored.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Accepted | Self::Duplicate)
    }
}

impl Outcome {
    /// The outcome of a payload whose source and id are unknown.
    #[must_use]
    pub const fn without_reference(result: PublishResult) -> Self {
        Self { reference: None, order: None, correlation_id: None, result, warnings: Vec::new() }
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("result", self.result.as_str())?;
        if let Some(reference) = &self.reference {
            map.serialize_entry("source", &reference.source)?;
            map.serialize_entry("id", &reference.id)?;
        }
        if let Some(OrderKey { shop, order_id }) = &self.order {
            map.serialize_entry("shop", shop)?;
            map.serialize_entry("order_id", order_id)?;
        }
        if let Some(correlation_id) = &self.correlation_id {
            map.serialize_entry("correlation_id", correlation_id)?;
        }
        if let PublishResult::Invalid(errors) = &self.result {
            map.serialize_entry("errors", errors)?;
        }
        if !self.warnings.is_empty() {
            map.serialize_entry("warnings", &self.warnings)?;
        }
        map.end()
    }
}
