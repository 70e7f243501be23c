//! The types that Waybill's crates share, in layers that depend only on the layers below:
//! - [`queue`]: the queue messages and the attributes of dead letters;
//! - [`notification`], [`outbox`], [`lookup`]: which mail an event asks for, how the event is stored
//!   until it is queued, and how its order is found;
//! - [`mail_tags`]: how a mail names its notification to SES;
//! - [`mail_event`]: what became of a mail, as a shop hears it;
//! - [`shop_settings`]: what a shop sets without a deployment; [`routing`]: what of it was decided for an event;
//! - [`order_key`], [`key_part`]: what every key begins with, and how any text becomes a part of one;
//! - [`ledger`]: the states of a notification and the transitions between them;
//! - [`contract`]: the events that a shop publishes, and their parser.
//!
//! Promises:
//! - A value that exists is valid. Every newtype has a private field and a `parse`; an e-mail
//!   address, a currency or an order id that breaks its rule cannot be built.
//! - [`contract::event::Event::parse`] refuses an event only for what makes its mail impossible, and reports all of
//!   that at once, by JSON Pointer. Its messages never repeat a value, so they may be logged.
//! - [`contract::warnings::parse_with_warnings`] reads the same events, and also reports what in them was
//!   mended, left out or not understood, or is probably not meant as it stands.
//! - [`ledger::protocol`] is the whole state machine as data. The DynamoDB conditions and the
//!   model checker are both derived from it; nothing else decides which transitions are allowed.
//!
//! No tokio, no AWS crate and no template engine, so that every crate can depend on this one.

pub mod contract;
pub mod key_part;
pub mod ledger;
pub mod lookup;
pub mod mail_event;
pub mod mail_tags;
pub mod notification;
pub mod order_key;
pub mod outbox;
pub mod queue;
pub mod routing;
pub mod send_gate;
pub mod shop_settings;

pub use contract::attachment::{Attachment, AttachmentKind, ObjectKey};
pub use contract::email::EmailAddress;
pub use contract::error::{FieldError, FieldWarning, InvalidValue};
pub use contract::event::{Event, EventRef};
pub use contract::ids::{
    CorrelationId, EventId, IncidentId, LineId, OrderId, RefundId, ShipmentId, Sku, Source,
    TrackingNumber,
};
pub use contract::kind::Kind;
pub use contract::language::Language;
pub use contract::link::HttpUrl;
pub use contract::locale::Locale;
pub use contract::money::{Currency, Money};
pub use contract::shop_id::ShopId;
pub use notification::NotificationKey;
pub use order_key::OrderKey;
pub use shop_settings::ShopSettings;
