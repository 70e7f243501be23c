//! Why a table or queue could not be created.

use aws_sdk_sqs::error::DisplayErrorContext;

/// A table or queue could not be created. Their names and settings are all it can hold.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The service refused a call, or could not be reached.
    #[error("can't create {resource}: {}", DisplayErrorContext(source.as_ref()))]
    Service {
        /// The table's or queue's name.
        resource: String,
        /// What the SDK reported.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The service's response lacks what the stack needs to go on.
    #[error("can't create {resource}: the service's response has no {field}")]
    MissingField {
        /// The table's or queue's name.
        resource: String,
        /// What is missing.
        field: &'static str,
    },
}

impl Error {
    pub(super) fn service(
        resource: &str,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::Service { resource: resource.to_owned(), source: Box::new(source) }
    }

    pub(super) fn missing(resource: &str, field: &'static str) -> Self {
        Self::MissingField { resource: resource.to_owned(), field }
    }
}
