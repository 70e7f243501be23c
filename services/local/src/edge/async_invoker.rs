//! Asynchronous invocations: those of EventBridge, and `Event` invocations.
//!
//! At least once: an invocation that fails is tried twice more, then it becomes a message in the
//! function's failure destination
//! (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>).
//! What is in progress when the stack stops is lost, as the queues are.

use std::time::Duration;

use aws_sdk_sqs::Client;
use bytes::Bytes;
use jiff::Timestamp;
use kit::AwsError;
use serde_json::{Value, json};
use uuid::Uuid;

use super::lambdas::Lambda;
use crate::lambda::Invocation;

/// The usual delays between attempts.
// On AWS they are one and two minutes, which nobody at a laptop wants to sit through.
pub const RETRY_DELAYS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

#[derive(Debug, Clone)]
pub struct AsyncInvoker {
    /// Reaches the failure destinations.
    pub sqs: Client,
    /// Before the second and before the third attempt.
    pub retry_delays: [Duration; 2],
}

impl AsyncInvoker {
    /// Invokes a function, and again if it fails.
    pub fn invoke(&self, lambda: Lambda, payload: Bytes) {
        tokio::spawn(self.clone().run(lambda, payload));
    }

    async fn run(self, lambda: Lambda, payload: Bytes) {
        // All attempts share one id: it is the invocation's identity, not the attempt's.
        let request_id = Uuid::new_v4();
        let mut retry_delays = self.retry_delays.into_iter();
        loop {
            let invocation = lambda.function.invoke(request_id, payload.clone()).await;
            let Invocation::Failed { error } = invocation else { return };
            match retry_delays.next() {
                Some(delay) => tokio::time::sleep(delay).await,
                None => return self.give_up(&lambda, request_id, &payload, &error).await,
            }
        }
    }

    async fn give_up(&self, lambda: &Lambda, request_id: Uuid, payload: &[u8], error: &[u8]) {
        let arn = lambda.function.arn();
        let Some(queue) = &lambda.on_failure else {
            tracing::error!(function = arn, "an asynchronous invocation failed three times");
            return;
        };
        let record = json!({
            "version": "1.0",
            "timestamp": format!("{:.3}", Timestamp::now()),
            "requestContext": {
                "requestId": request_id.to_string(),
                "functionArn": format!("{arn}:$LATEST"),
                "condition": "RetriesExhausted",
                "approximateInvokeCount": self.retry_delays.len() + 1,
            },
            "requestPayload": json_or_text(payload),
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled",
            },
            "responsePayload": json_or_text(error),
        });
        if let Err(error) = self.send(queue, record.to_string()).await {
            tracing::error!(function = arn, reason = %error, "a failed invocation was dropped");
        }
    }

    async fn send(&self, queue: &str, record: String) -> Result<(), AwsError> {
        let queue = self.sqs.get_queue_url().queue_name(queue).send().await?;
        let send = self.sqs.send_message().set_queue_url(queue.queue_url).message_body(record);
        send.send().await?;
        Ok(())
    }
}

fn json_or_text(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}
