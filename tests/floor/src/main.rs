//! The floor under a function's cost: a function without logic that makes the AWS calls which another one made for the
//! same event, through the same runtime client and the SDK's default settings.
//!
//! It reads its event into the type into which that function has it read, answers what that one answered, and sends what is
//! on its tape: requests that it has built, as values of the SDK, when it started, as many at the same time as the function
//! had under way. What a function takes beyond that is its own work, and its own settings of the SDK, which may also save.

mod call;
mod tape;

use std::sync::Arc;

use aws_config::BehaviorVersion;
use aws_lambda_events::sqs::SqsEvent;
use futures::{StreamExt, TryStreamExt, stream};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use call::Call;
use tape::{Input, Tape};

/// The path of the tape.
const TAPE: &str = "FLOOR_TAPE";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let tape: Tape = serde_json::from_slice(&std::fs::read(std::env::var(TAPE)?)?)?;
    let sdk = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let floor = Floor {
        calls: call::prepare(&sdk, tape.calls)?,
        at_once: tape.at_once.max(1),
        answer: tape.answer,
    };
    match tape.input {
        Input::Batch => floor.run::<SqsEvent>().await,
        Input::Text => floor.run::<Box<RawValue>>().await,
        Input::Tree => floor.run::<Value>().await,
    }
}

/// What is done for every event.
struct Floor {
    calls: Vec<Call>,
    /// How many of them are under way at the same time.
    at_once: usize,
    answer: Value,
}

impl Floor {
    /// Serves events that are read into `E`.
    async fn run<E: DeserializeOwned + 'static>(self) -> Result<(), Error> {
        let floor = Arc::new(self);
        lambda_runtime::run(service_fn(move |event: LambdaEvent<E>| {
            let floor = Arc::clone(&floor);
            async move {
                drop(event);
                floor.send().await?;
                Ok::<_, Error>(floor.answer.clone())
            }
        }))
        .await
    }

    async fn send(&self) -> Result<(), Error> {
        stream::iter(&self.calls).map(Call::send).buffer_unordered(self.at_once).try_collect().await
    }
}
