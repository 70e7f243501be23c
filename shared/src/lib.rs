//! The common types of Waybill, in layers that use only what is below them:
//! - [`queue`]: the messages between deployments and the attributes of dead letters;
//! - [`notification`], [`outbox`]: what an event asks for, and how it is stored until it is queued;
//! - [`ledger`]: the states of a notification and what may follow what;
//! - [`contract`]: what a shop publishes, and how it is read.
//!
//! Promises:
//! - A value that exists is valid. Every newtype has a private field and a `parse`; an e-mail
//!   address, a currency or an order id that breaks its rule cannot be built.
//! - [`contract::event::Event::parse`] names every bad field of an event at once, by JSON Pointer, and never
//!   repeats a value in its messages: they may be logged.
//! - [`ledger::protocol`] is the whole state machine as data. The DynamoDB conditions and the
//!   model checker both read it; nothing else decides which state may follow which.
//!
//! No tokio, no AWS crate and no template engine, so that every crate can depend on this one.

pub mod contract;
pub mod ledger;
pub mod notification;
pub mod outbox;
pub mod queue;

pub use contract::email::EmailAddress;
pub use contract::error::{FieldError, InvalidValue};
pub use contract::event::{Event, EventRef};
pub use contract::ids::{
    CorrelationId, EventId, OrderId, RefundId, ShipmentId, Sku, Source, TrackingNumber,
};
pub use contract::kind::Kind;
pub use contract::link::HttpUrl;
pub use contract::locale::Locale;
pub use contract::money::{Currency, Money};
pub use notification::NotificationKey;
