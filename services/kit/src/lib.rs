//! Code that several of Waybill's Lambdas share.
//!
//! Promises:
//! - [`config`]: a missing or invalid setting stops the process at start-up, with an error that names it.
//! - [`telemetry`]: log lines are JSON, carry one correlation id from intake to SES, and hold no
//!   e-mail address, name or postal address. Metrics are flushed once per invocation.
//! - [`mask`]: what looks like an e-mail address in an id is masked in every line that is written, and in the
//!   reason of every dead letter, whoever writes it.
//! - [`aws`]: clients are configured by the standard environment variables alone, and time out before the
//!   function does.
//! - [`connect`]: what a function will call is connected when its first event comes. Nothing depends on it.
//! - [`ledger`]: every change of a notification is one conditional write, whose condition is derived
//!   from [`shared::ledger::protocol`]. Outcomes are enums.
//! - [`queue`]: one bad message never affects its neighbours; what cannot be sent is reported.
//! - [`secrets`]: two versions of a secret count, each at most five minutes old, and the last good ones in an outage;
//!   forged signatures cannot make a process read them more than once in ten seconds.
//! - [`shops`]: a shop's settings are at most a minute old; a bad document or an outage leaves the last good ones.
//! - [`AwsError`], [`describe_sdk_error()`]: a failed call is described by the service's own code and
//!   message, never by the raw response.
//! - [`rate_limiter`], [`backoff`]: the only ones in the workspace beside the mailers' send gate, so that every
//!   caller waits by the same rules.

pub mod aws;
pub mod backoff;
pub mod batch_get;
pub mod clock;
pub mod config;
pub mod connect;
pub mod ledger;
pub mod mask;
pub mod queue;
pub mod rate_limiter;
pub mod sdk_error;
pub mod secrets;
pub mod shops;
pub mod telemetry;

pub use backoff::Backoff;
pub use batch_get::{MAX_BATCH_GET_KEYS, batch_get};
pub use clock::Clock;
pub use rate_limiter::RateLimiter;
pub use sdk_error::{AwsError, describe_sdk_error, describe_service_error};
pub use shops::{ShopDirectory, ShopError};
