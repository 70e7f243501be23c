//! Settings from environment variables, read once at start-up.

use std::error::Error;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::SignedDuration;

/// `FEEDBACK_RETRY_SECONDS` where it is not set.
pub const DEFAULT_FEEDBACK_RETRY_SECONDS: i64 = 240;

/// A setting with which the function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A required variable is not set. The second text describes what it must hold.
    #[error("the environment variable {0} is not set; it must hold {1}")]
    Missing(&'static str, &'static str),
    /// A variable has an invalid value. The value is not repeated, because some are secret.
    #[error("the environment variable {0} must hold {1}")]
    Invalid(&'static str, #[source] Box<dyn Error + Send + Sync>),
}

/// A variable that must be set and not empty; `what` completes the error message "it must hold …".
///
/// # Errors
/// [`ConfigError::Missing`].
pub fn required(name: &'static str, what: &'static str) -> Result<String, ConfigError> {
    optional(name).ok_or(ConfigError::Missing(name, what))
}

/// A variable that may be absent or empty.
#[must_use]
pub fn optional(name: &'static str) -> Option<String> {
    // Empty counts as absent: a CloudFormation parameter without a value sets the variable to "".
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A number within `range`; `default` when the variable is absent.
///
/// # Errors
/// [`ConfigError::Invalid`] when it is set to something else.
pub fn number<T: FromStr + PartialOrd + Display>(
    name: &'static str,
    default: T,
    range: RangeInclusive<T>,
) -> Result<T, ConfigError> {
    match optional(name) {
        None => Ok(default),
        Some(value) => {
            value.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
                let (min, max) = range.into_inner();
                let expected = format!("a number from {min} to {max}");
                ConfigError::Invalid(name, expected.into())
            })
        }
    }
}

/// `FEEDBACK_RETRY_SECONDS`: how long feedback delays an SES event that it cannot record. The mailer has the
/// same setting, because it checks in each such delay whether events are unread.
///
/// # Errors
/// [`ConfigError::Invalid`].
pub fn feedback_retry() -> Result<SignedDuration, ConfigError> {
    // At least three: the mailer divides it by three, and SQS delays by whole seconds.
    number("FEEDBACK_RETRY_SECONDS", DEFAULT_FEEDBACK_RETRY_SECONDS, 3..=900)
        .map(SignedDuration::from_secs)
}
