//! `BatchGetItem` with retries of unprocessed keys.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};

use crate::backoff::Backoff;

/// The maximum number of keys in one `BatchGetItem`
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>).
pub const MAX_BATCH_GET_KEYS: usize = 100;

/// An item, or its key.
pub type Attributes = HashMap<String, AttributeValue>;

/// Reads the items of at most [`MAX_BATCH_GET_KEYS`] different keys, in no particular order, without
/// those that do not exist. `projection` lists the attributes; `None` reads all. Eventually consistent.
/// Unprocessed keys are requested again with [`Backoff`] until DynamoDB has processed all of them.
///
/// # Errors
/// The SDK's error of the first failed call; the items of earlier calls are discarded.
pub async fn batch_get(
    client: &Client,
    table: &str,
    projection: Option<&str>,
    keys: Vec<Attributes>,
) -> Result<Vec<Attributes>, SdkError<BatchGetItemError>> {
    let mut found = Vec::with_capacity(keys.len());
    let mut rounds = 0;
    let mut remaining = keys;
    while !remaining.is_empty() {
        let request = request(projection, remaining).map_err(SdkError::construction_failure)?;
        let answer = client.batch_get_item().request_items(table, request).send().await?;
        found.extend(answer.responses.unwrap_or_default().remove(table).unwrap_or_default());
        let unprocessed = answer.unprocessed_keys.unwrap_or_default().remove(table);
        remaining = unprocessed.map(|unprocessed| unprocessed.keys).unwrap_or_default();
        if !remaining.is_empty() {
            // DynamoDB leaves keys unprocessed when it throttles, so an immediate retry would be throttled
            // as well.
            rounds += 1;
            tokio::time::sleep(Backoff::default().delay(rounds)).await;
        }
    }
    Ok(found)
}

fn request(
    projection: Option<&str>,
    keys: Vec<Attributes>,
) -> Result<KeysAndAttributes, BuildError> {
    let request = KeysAndAttributes::builder().set_keys(Some(keys));
    request.set_projection_expression(projection.map(str::to_owned)).build()
}
