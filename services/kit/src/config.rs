//! Settings from the environment, read once at start-up.

use std::error::Error;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A setting that keeps a function from starting.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A variable that must be set is not; the second text says what it holds.
    #[error("the environment variable {0} is not set; it must hold {1}")]
    Missing(&'static str, &'static str),
    /// A variable holds something else than this. Its value is not repeated: some are secret.
    #[error("the environment variable {0} must hold {1}")]
    Invalid(&'static str, #[source] Box<dyn Error + Send + Sync>),
}

/// A variable that must be set and not empty; `what` completes the sentence of the error.
///
/// # Errors
/// [`ConfigError::Missing`].
pub fn required(name: &'static str, what: &'static str) -> Result<String, ConfigError> {
    optional(name).ok_or(ConfigError::Missing(name, what))
}

/// A variable that may be absent. Empty counts as absent, since CloudFormation cannot leave one out.
#[must_use]
pub fn optional(name: &'static str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A number within `range`, or `default` when absent.
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
