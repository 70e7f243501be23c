//! Settings from the environment, read once at start-up.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Why a function cannot start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A variable that must be set is not.
    #[error("the environment variable {0} is not set; it must hold {1}")]
    Missing(&'static str, &'static str),
    /// A variable is set to something else than expected. Its value is not repeated: some are secret.
    #[error("the environment variable {0} must hold {1}")]
    Invalid(&'static str, String),
}

/// A variable that must be set and not empty; `what` says what it holds.
///
/// # Errors
/// [`ConfigError::Missing`].
pub fn required(name: &'static str, what: &'static str) -> Result<String, ConfigError> {
    optional(name).ok_or(ConfigError::Missing(name, what))
}

/// A variable that may be absent; empty counts as absent, since CloudFormation cannot leave one out.
#[must_use]
pub fn optional(name: &'static str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A number of the range, or `default` when absent.
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
                let (least, most) = range.into_inner();
                ConfigError::Invalid(name, format!("a number from {least} to {most}"))
            })
        }
    }
}
