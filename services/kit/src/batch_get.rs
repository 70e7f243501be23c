//! Reading many items of a table by their keys.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};

/// The most keys that one `BatchGetItem` takes
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>).
pub const MAX_BATCH_GET_KEYS: usize = 100;

/// An item, or its key.
pub type Attributes = HashMap<String, AttributeValue>;

/// The first pause before DynamoDB is asked again for what it left out, and the longest.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(5)];

/// The items of at most [`MAX_BATCH_GET_KEYS`] different keys, in no order; absent ones are not in the answer.
/// `projection` names the attributes, all if absent. Eventually consistent. What DynamoDB leaves out
/// of its answer is asked for again with growing pauses, for as long as it answers.
///
/// # Errors
/// What the SDK makes of a call that failed.
pub async fn batch_get(
    client: &Client,
    table: &str,
    projection: Option<&str>,
    keys: Vec<Attributes>,
) -> Result<Vec<Attributes>, SdkError<BatchGetItemError>> {
    let mut found = Vec::with_capacity(keys.len());
    let [mut pause, longest] = PAUSES;
    let mut wanted = keys;
    while !wanted.is_empty() {
        let request = request(projection, wanted).map_err(SdkError::construction_failure)?;
        let answer = client.batch_get_item().request_items(table, request).send().await?;
        found.extend(answer.responses.unwrap_or_default().remove(table).unwrap_or_default());
        let left_out = answer.unprocessed_keys.unwrap_or_default().remove(table);
        wanted = left_out.map(|left_out| left_out.keys).unwrap_or_default();
        if !wanted.is_empty() {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(longest);
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
