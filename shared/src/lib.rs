//! The common types of Waybill: what a shop says (events), what the queues carry (messages) and
//! what the ledger remembers (notifications and their states).
//!
//! Promises:
//! - A value that exists is valid. Every newtype has a private field and a `parse`; an e-mail
//!   address, a currency or an order id that breaks its rule cannot be built.
//! - [`event::Event::parse`] names every bad field of an event at once, by JSON Pointer, and never
//!   repeats a value in its messages: they may be logged.
//! - [`ledger::protocol`] is the whole state machine as data. The DynamoDB conditions and the
//!   model checker both read it; nothing else decides which state may follow which.
//!
//! No tokio, no AWS crate and no template engine: whatever speaks Waybill can afford this crate.

pub mod dead_letter;
pub mod email;
pub mod event;
pub mod ids;
pub mod json;
pub mod ledger;
pub mod link;
pub mod locale;
pub mod message;
pub mod money;
pub mod notification;
pub mod order;
pub mod outbox;
pub mod schema;
pub mod shipment;
pub mod text;

pub use email::EmailAddress;
pub use event::{Event, EventRef};
pub use ids::{CorrelationId, EventId, OrderId, RefundId, ShipmentId, Sku, Source, TrackingNumber};
pub use json::{FieldError, Invalid};
pub use link::HttpUrl;
pub use locale::Locale;
pub use money::{Currency, Money};
pub use notification::{Kind, NotificationKey};
