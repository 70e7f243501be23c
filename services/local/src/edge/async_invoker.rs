//! Asynchronous (`Event`) invocations.
//!
//! At least once: an invocation that fails is tried twice more, then its payload becomes a message in the
//! function's dead-letter queue
//! (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq>).
//! With `--data`, one that was taken is on disk until it is done: after a restart it starts anew.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageAttributeValue;
use bytes::Bytes;
use kit::AwsError;
use serde_json::Value;
use shared::queue::sqs_json::escape_noncharacters;
use uuid::Uuid;

use super::invocation_store::InvocationStore;
use super::lambdas::{Lambda, Lambdas};
use crate::lambda::Invocation;

/// The usual delays between attempts.
// On AWS they are one and two minutes, which nobody at a laptop wants to sit through.
pub const RETRY_DELAYS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

#[derive(Debug, Clone)]
pub struct AsyncInvoker {
    /// Reaches the dead-letter queues.
    pub sqs: Client,
    /// Before the second and before the third attempt.
    pub retry_delays: [Duration; 2],
    /// Keeps what is in progress; if absent, it is gone with the process.
    pub store: Option<InvocationStore>,
}

impl AsyncInvoker {
    /// Takes an invocation: it is on disk when this returns. It is tried again if it fails.
    ///
    /// # Errors
    /// It could not be stored, so it was not taken.
    pub async fn invoke(&self, lambda: Lambda, payload: Bytes) -> rusqlite::Result<()> {
        // All attempts share one id: it is the invocation's identity, not the attempt's.
        let request_id = Uuid::new_v4();
        if let Some(store) = &self.store {
            store.insert(request_id, lambda.function.arn(), &payload).await?;
        }
        tokio::spawn(self.clone().run(lambda, request_id, payload));
        Ok(())
    }

    /// Begins anew what was in progress when the last process ended.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn resume(&self, lambdas: &Lambdas) -> rusqlite::Result<()> {
        let Some(store) = &self.store else { return Ok(()) };
        for (request_id, arn, payload) in store.all().await? {
            match lambdas.find(&arn) {
                Some(lambda) => drop(tokio::spawn(self.clone().run(lambda, request_id, payload))),
                None => tracing::error!(function = arn, "an invocation's function is not there"),
            }
        }
        Ok(())
    }

    async fn run(self, lambda: Lambda, request_id: Uuid, payload: Bytes) {
        let is_done = self.attempt(&lambda, request_id, &payload).await;
        let Some(store) = self.store.filter(|_| is_done) else { return };
        if let Err(error) = store.remove(request_id).await {
            tracing::error!(%error, "an invocation that is done will be repeated after a restart");
        }
    }

    /// Whether nothing is left to do.
    async fn attempt(&self, lambda: &Lambda, request_id: Uuid, payload: &Bytes) -> bool {
        let mut retry_delays = self.retry_delays.into_iter();
        loop {
            let invocation = lambda.function.invoke(request_id, payload.clone()).await;
            let Invocation::Failed { error } = invocation else { return true };
            match retry_delays.next() {
                Some(delay) => tokio::time::sleep(delay).await,
                None => return self.give_up(lambda, request_id, payload, &error).await,
            }
        }
    }

    /// Hands the payload to the dead-letter queue; whether that has it.
    async fn give_up(
        &self,
        lambda: &Lambda,
        request_id: Uuid,
        payload: &[u8],
        error: &[u8],
    ) -> bool {
        let arn = lambda.function.arn();
        let Some(queue) = &lambda.dead_letter_queue else {
            tracing::error!(function = arn, "an asynchronous invocation failed three times");
            return true;
        };
        let sent = self.send(queue, request_id, payload, error).await;
        if let Err(error) = &sent {
            tracing::error!(function = arn, reason = %error, "a failed invocation has no place");
        }
        sent.is_ok()
    }

    /// Sends the payload as it is, with the three attributes that Lambda documents.
    async fn send(
        &self,
        queue: &str,
        request_id: Uuid,
        payload: &[u8],
        error: &[u8],
    ) -> Result<(), AwsError> {
        let queue = self.sqs.get_queue_url().queue_name(queue).send().await?;
        // Here SQS takes these characters as escapes; AWS would lose such a payload (`DeadLetterErrors`).
        let body = escape_noncharacters(String::from_utf8_lossy(payload).into_owned());
        let send = self
            .sqs
            .send_message()
            .set_queue_url(queue.queue_url)
            .message_body(body)
            .message_attributes("RequestID", attribute("String", request_id.to_string()))
            .message_attributes("ErrorCode", attribute("Number", "200".to_owned()))
            .message_attributes("ErrorMessage", attribute("String", error_message(error)));
        send.send().await?;
        Ok(())
    }
}

/// The longest error message that Lambda sends, in bytes.
const MAX_ERROR_MESSAGE_BYTES: usize = 1024;

fn error_message(error: &[u8]) -> String {
    let error: Value = serde_json::from_slice(error).unwrap_or_default();
    let message = error["errorMessage"].as_str().filter(|message| !message.is_empty());
    let mut message = escape_noncharacters(message.unwrap_or("unknown").to_owned());
    message.truncate(message.floor_char_boundary(MAX_ERROR_MESSAGE_BYTES));
    message
}

fn attribute(data_type: &str, value: String) -> MessageAttributeValue {
    let attribute = MessageAttributeValue::builder().data_type(data_type).string_value(value);
    attribute.build().expect("the data type is set")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::aws::clients;
    use crate::edge::tests::test_edge::{FakeFunction, answered, failed, lambdas_with};
    use crate::lambda::Invoke;
    use crate::test_support::until;

    fn invoker(store: &InvocationStore) -> AsyncInvoker {
        // Nobody listens there.
        let sqs = clients::sqs("http://127.0.0.1:9", "eu-central-1");
        AsyncInvoker { sqs, retry_delays: [Duration::ZERO; 2], store: Some(store.clone()) }
    }

    #[test]
    fn an_error_message_is_cut_at_a_character() {
        let error = json!({ "errorMessage": "é".repeat(600) + "x" }).to_string();
        assert_eq!(error_message(error.as_bytes()), "é".repeat(512));
        let error = json!({ "errorMessage": format!("x{}", "é".repeat(600)) }).to_string();
        assert_eq!(error_message(error.as_bytes()).len(), 1023);
        assert_eq!(error_message(b"no JSON"), "unknown");
    }

    #[tokio::test]
    async fn what_is_done_is_not_begun_anew() {
        let directory = tempfile::tempdir().unwrap();
        let store = InvocationStore::open(directory.path()).unwrap();
        let intake = FakeFunction::new("waybill-intake", |_| answered(json!(null)));
        let lambda = lambdas_with(&intake, None).find("waybill-intake").unwrap();
        invoker(&store).invoke(lambda, "{}".into()).await.unwrap();
        until("nothing is stored", async || store.all().await.unwrap().is_empty().then_some(()))
            .await;
        assert_eq!(intake.events().len(), 1);
    }

    #[tokio::test]
    async fn what_no_dead_letter_queue_has_is_begun_anew() {
        let directory = tempfile::tempdir().unwrap();
        let store = InvocationStore::open(directory.path()).unwrap();
        let intake = FakeFunction::new("waybill-intake", |_| failed());
        let lambdas = lambdas_with(&intake, Some("waybill-inbox"));
        let (id, arn, payload) = (Uuid::new_v4(), intake.arn().to_owned(), Bytes::from("{}"));
        store.insert(id, &arn, &payload).await.unwrap();
        let lambda = lambdas.find(&arn).unwrap();
        invoker(&store).run(lambda, id, payload.clone()).await;
        assert_eq!(store.all().await.unwrap(), [(id, arn, payload)]);

        invoker(&store).resume(&lambdas).await.unwrap();
        until("six attempts", async || (intake.events().len() == 6).then_some(())).await;
    }
}
