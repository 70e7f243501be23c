//! `BatchGetItem` with retries of unprocessed keys.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};

use crate::aws::OPERATION_TIMEOUT;
use crate::backoff::Backoff;

/// The maximum number of keys in one `BatchGetItem`
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>).
pub const MAX_BATCH_GET_KEYS: usize = 100;

/// An item, or its key.
pub type Attributes = HashMap<String, AttributeValue>;

/// Reads the items of at most [`MAX_BATCH_GET_KEYS`] different keys, in no particular order, without
/// those that do not exist. `projection` lists the attributes; `None` reads all. Eventually consistent.
/// Unprocessed keys are requested again with [`Backoff`]. All together takes at most [`OPERATION_TIMEOUT`], as any other
/// call.
///
/// # Errors
/// The SDK's error of the first failed call, or a time-out; the items of earlier calls are discarded.
pub async fn batch_get(
    client: &Client,
    table: &str,
    projection: Option<&str>,
    keys: Vec<Attributes>,
) -> Result<Vec<Attributes>, SdkError<BatchGetItemError>> {
    let all = get_until_processed(client, table, projection, keys);
    match tokio::time::timeout(OPERATION_TIMEOUT, all).await {
        Ok(answer) => answer,
        Err(elapsed) => Err(SdkError::timeout_error(elapsed)),
    }
}

async fn get_until_processed(
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
    };
    use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
    use aws_smithy_types::body::SdkBody;

    use super::*;

    /// DynamoDB that processes no key of the table `t`.
    #[derive(Debug, Clone)]
    struct Throttled;

    impl HttpConnector for Throttled {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let answer = r#"{"Responses":{},"UnprocessedKeys":{"t":{"Keys":[{"k":{"S":"1"}}]}}}"#;
            let status = 200.try_into().expect("a status");
            HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(answer))))
        }
    }

    #[tokio::test]
    async fn keys_that_dynamodb_never_processes_are_given_up_after_the_time_of_one_call() {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url("http://tables.example")
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .http_client(http_client_fn(|_, _| SharedHttpConnector::new(Throttled)));
        let client = Client::from_conf(config.build());
        let key = HashMap::from([("k".to_owned(), AttributeValue::S("1".to_owned()))]);
        let began = Instant::now();
        let error = batch_get(&client, "t", None, vec![key]).await.expect_err("it was not read");
        assert!(matches!(error, SdkError::TimeoutError(_)), "{error:?}");
        assert!(began.elapsed() < OPERATION_TIMEOUT + Duration::from_secs(5));
    }
}
