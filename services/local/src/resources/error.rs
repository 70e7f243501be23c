//! Why a table or queue could not be created.

use std::error::Error as StdError;

use aws_sdk_sqs::error::DisplayErrorContext;

/// A table or queue could not be created: its service refused a call, could not be reached, or left
/// out of its response what the stack needs. Names and settings are all that the error can hold.
#[derive(Debug, thiserror::Error)]
#[error("can't create {resource}: {}", DisplayErrorContext(source.as_ref()))]
pub struct Error {
    resource: String,
    source: Box<dyn StdError + Send + Sync>,
}

impl Error {
    /// For `map_err`: what the SDK reported about this table or queue.
    pub(super) fn creating<E: Into<Box<dyn StdError + Send + Sync>>>(
        resource: &str,
    ) -> impl FnOnce(E) -> Self {
        move |source| Self { resource: resource.to_owned(), source: source.into() }
    }

    /// For `ok_or_else`: what the service's response lacks.
    pub(super) fn missing(resource: &str, field: &str) -> impl FnOnce() -> Self {
        move || Self::creating(resource)(format!("the service's response has no {field}"))
    }
}
