//! What every Lambda of Waybill needs twice.
//!
//! Promises:
//! - [`config`]: a missing or bad setting stops the process at start-up, with a sentence.
//! - [`telemetry`]: log lines are JSON, carry one correlation id from intake to SES, and hold no
//!   e-mail address, name or postal address. Metrics are flushed once an invocation.
//! - [`aws`]: clients are built once, find their services by the standard variables alone, and
//!   give up before the function's own time-out does.
//! - [`ledger`]: every change of a notification is one conditional write, whose condition is read
//!   from [`shared::ledger::protocol`]. Outcomes are enums.
//! - [`queue`]: one bad message never touches its neighbours; what cannot be sent is reported.
//! - [`AwsError`], [`describe_sdk_error()`]: a failed call is described by the service's own code and
//!   message, never by the raw response.
//! - [`rate_limiter`], [`backoff`]: the workspace's only ones.

pub mod aws;
pub mod backoff;
pub mod batch_get;
pub mod clock;
pub mod config;
pub mod ledger;
pub mod queue;
pub mod rate_limiter;
pub mod sdk_error;
pub mod telemetry;

pub use backoff::Backoff;
pub use batch_get::{MAX_BATCH_GET_KEYS, batch_get};
pub use clock::Clock;
pub use rate_limiter::RateLimiter;
pub use sdk_error::{AwsError, describe_sdk_error, describe_service_error};
