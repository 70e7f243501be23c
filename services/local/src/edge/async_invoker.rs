//! Asynchronous invocations: those of EventBridge, and `Event` invocations.
//!
//! At least once: an invocation that fails is tried twice more, then it becomes a message in the
//! function's failure destination
//! (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>).
//! With `--data`, one that was taken is on disk until it is done: after a restart it starts anew.

use std::time::Duration;

use aws_sdk_sqs::Client;
use bytes::Bytes;
use jiff::Timestamp;
use kit::AwsError;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::FieldError;
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
    /// Reaches the failure destinations.
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

    /// Hands the invocation to the failure destination; whether that has it.
    async fn give_up(
        &self,
        lambda: &Lambda,
        request_id: Uuid,
        payload: &[u8],
        error: &[u8],
    ) -> bool {
        let arn = lambda.function.arn();
        let Some(queue) = &lambda.on_failure else {
            tracing::error!(function = arn, "an asynchronous invocation failed three times");
            return true;
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
        let sent = self.send(queue, record.to_string()).await;
        match &sent {
            Ok(()) => tracing::warn!("{}", dead_letter_warning(queue, error)),
            Err(error) => {
                tracing::error!(function = arn, reason = %error, "a failed invocation has no place");
            }
        }
        sent.is_ok()
    }

    async fn send(&self, queue: &str, record: String) -> Result<(), AwsError> {
        let queue = self.sqs.get_queue_url().queue_name(queue).send().await?;
        let send = self
            .sqs
            .send_message()
            .set_queue_url(queue.queue_url)
            .message_body(escape_noncharacters(record));
        send.send().await?;
        Ok(())
    }
}

/// What to tell whoever waits for an event's mail: nobody waits for the answer of an asynchronous
/// invocation.
fn dead_letter_warning(queue: &str, error: &[u8]) -> String {
    let error = json_or_text(error);
    let message = error.get("errorMessage").and_then(Value::as_str).unwrap_or_default();
    let name = queue.strip_prefix("waybill-").and_then(|name| name.strip_suffix("-dlq"));
    format!(
        "An event is in {queue}: {}. To look at it: waybill dlq show {}",
        first_reason(message),
        name.unwrap_or(queue)
    )
}

/// A problem document (RFC 9457), which is intake's error message: of a batch, with a result for each event.
#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    detail: String,
    #[serde(default)]
    errors: Vec<FieldError>,
    #[serde(default)]
    results: Vec<Problem>,
}

/// The first bad field, or what else was wrong. It names fields and never values.
fn first_reason(message: &str) -> String {
    let Ok(Problem { detail, errors, results }) = serde_json::from_str(message) else {
        // Of another error no more than a sentence: what follows may come from anywhere.
        let line = message.lines().next().unwrap_or_default();
        return line.split(". ").next().unwrap_or_default().trim_end_matches('.').to_owned();
    };
    let of_events = results.iter().flat_map(|result| &result.errors);
    let first = errors.iter().chain(of_events).next();
    first.map_or(detail, FieldError::to_string)
}

fn json_or_text(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn a_warning_of_a_dead_letter_has_the_reasons_first_sentence_and_the_command_to_look_at_it() {
        let bad_field = json!({ "pointer": "/id", "detail": "expected a text" });
        let one = json!({ "detail": "1 field(s) are bad.", "errors": [bad_field] });
        let batch = json!({ "detail": "x", "results": [{ "result": "accepted" }, one] });
        let other = "/id: expected a text. It was\nzoe@customers.example".to_owned();
        for message in [one.to_string(), batch.to_string(), other] {
            let error = json!({ "errorMessage": message }).to_string();
            let warning = dead_letter_warning("waybill-intake-dlq", error.as_bytes());
            let command = "To look at it: waybill dlq show intake";
            let expected =
                format!("An event is in waybill-intake-dlq: /id: expected a text. {command}");
            assert_eq!(warning, expected);
        }
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
        let lambdas = lambdas_with(&intake, Some("waybill-intake-dlq"));
        let (id, arn, payload) = (Uuid::new_v4(), intake.arn().to_owned(), Bytes::from("{}"));
        store.insert(id, &arn, &payload).await.unwrap();
        let lambda = lambdas.find(&arn).unwrap();
        invoker(&store).run(lambda, id, payload.clone()).await;
        assert_eq!(store.all().await.unwrap(), [(id, arn, payload)]);

        invoker(&store).resume(&lambdas).await.unwrap();
        until("six attempts", async || (intake.events().len() == 6).then_some(())).await;
    }
}
