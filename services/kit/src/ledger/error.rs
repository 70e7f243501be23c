//! Why the ledger could not be read or written.

use std::error::Error;
use std::fmt::Debug;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::sdk_error::AwsError;

/// A failed read or write. A failed write may have taken effect; repeating it finds out.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// DynamoDB did not answer, is overloaded, or denied access. A retry may succeed.
    #[error("the ledger did not answer: {0}")]
    Unavailable(#[source] AwsError),
    /// An item or a request of another version. A retry fails again.
    #[error("the ledger and this version do not understand each other: {0}")]
    Incompatible(#[source] Box<dyn Error + Send + Sync>),
}

impl<E, R> From<SdkError<E, R>> for LedgerError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        match error.code() {
            // DynamoDB's answer to an expression or a key that the table does not know: the table and this
            // code are of different versions.
            Some("ValidationException") => Self::Incompatible(AwsError::from(error).into()),
            _ => Self::Unavailable(error.into()),
        }
    }
}

impl From<serde_dynamo::Error> for LedgerError {
    fn from(error: serde_dynamo::Error) -> Self {
        Self::Incompatible(error.into())
    }
}
