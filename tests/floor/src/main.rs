//! The floor under a function's cost: a function without logic that makes the AWS calls which another one made for the
//! same event, through the same runtime client and the SDK's default settings.
//!
//! It reads its event into AWS's own type, and sends what is on its tape: requests that it has built, as values of the SDK,
//! when it started, as many at the same time as the function had under way. What a function takes beyond that is its own
//! work, and its own settings of the SDK.

mod call;
mod tape;

use std::sync::Arc;

use aws_config::BehaviorVersion;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use futures::{StreamExt, TryStreamExt, stream};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

use call::Call;
use tape::Tape;

/// The path of the tape.
const TAPE: &str = "FLOOR_TAPE";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let tape: Tape = serde_json::from_slice(&std::fs::read(std::env::var(TAPE)?)?)?;
    let (is_queue, at_once) = (tape.is_queue, tape.at_once.max(1));
    let sdk = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let calls: Arc<[Call]> = call::prepare(&sdk, tape.calls)?.into();
    if is_queue {
        lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| {
            let calls = Arc::clone(&calls);
            async move {
                drop(event);
                send(&calls, at_once).await?;
                Ok::<_, Error>(SqsBatchResponse::default())
            }
        }))
        .await
    } else {
        lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
            let calls = Arc::clone(&calls);
            async move {
                drop(event);
                send(&calls, at_once).await?;
                Ok::<_, Error>(json!({ "batchItemFailures": [] }))
            }
        }))
        .await
    }
}

async fn send(calls: &[Call], at_once: usize) -> Result<(), Error> {
    stream::iter(calls).map(Call::send).buffer_unordered(at_once).try_collect().await
}
