//! The webhook secret, by reference: read from Secrets Manager, never from a variable that
//! `lambda:GetFunctionConfiguration` would show.
//!
//! A rotation needs no deployment. The versions `AWSCURRENT` and `AWSPREVIOUS` are both accepted
//! (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version>), so that
//! a publisher may go on with the previous secret until it has the new one. They are read at start, again once
//! they are [`MAX_AGE`] old, and when a signature fails, because it may be by a secret that was put a moment ago.
//! Whatever the reason, they are read at most once in [`MIN_INTERVAL`]: a flood of forged requests must not
//! become a flood of calls. While Secrets Manager does not answer, the last secrets that it told are used.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use jiff::{SignedDuration, Timestamp};
use kit::{AwsError, Clock};
use tokio::sync::Mutex;

use crate::problem::Problem;
use crate::signature::{MalformedSecret, Signature, WebhookSecrets};

/// How long secrets are used before they are read again: how long one that was withdrawn is still accepted.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// The shortest time between two reads, each of which is two calls: how long a new secret may yet be refused.
pub const MIN_INTERVAL: SignedDuration = SignedDuration::from_secs(10);

/// Limits a read. A publisher waits for it, within the function's timeout.
const READ_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(2);
const ATTEMPT_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(1);

/// The secret of the publishers in Secrets Manager, and its versions as last read.
#[derive(Debug)]
pub struct SecretStore {
    client: Client,
    secret_arn: String,
    clock: Clock,
    // Held while reading, so that requests which arrive meanwhile wait for the one read.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    secrets: Option<WebhookSecrets>,
    read_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
}

/// Why the secret could not be read. Contains nothing of it.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error("Secrets Manager did not answer: {0}")]
    Unavailable(#[from] AwsError),
    #[error("it has no version AWSCURRENT with a text under the ARN of WEBHOOK_SECRET_ARN")]
    Missing,
    #[error("the version AWSCURRENT is not as expected: {0}")]
    Malformed(#[from] MalformedSecret),
}

impl SecretStore {
    /// The secret with this ARN, which is not read yet.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, secret_arn: String, clock: Clock) -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(READ_TIMEOUT)
            .build();
        let config = aws_sdk_secretsmanager::config::Builder::from(config);
        let client = Client::from_conf(config.timeout_config(timeouts).build());
        Self { client, secret_arn, clock, state: Mutex::default() }
    }

    /// Reads the secret if that is due. At start, when Lambda gives a function a whole CPU, this saves the first
    /// request the connection.
    ///
    /// A failure is logged and does not stop the function: events that come without a signature, by EventBridge
    /// or a direct invocation, need no secret, and a later request reads it again.
    pub async fn warm_up(&self) {
        self.secrets().await;
    }

    /// Checks that `body` was signed with the current or the previous secret.
    ///
    /// # Errors
    /// `Problem::Unauthorized`, or `Problem::SecretUnavailable` as long as Secrets Manager has told no secret
    /// at all.
    pub async fn verify(&self, signature: &Signature, body: &[u8]) -> Result<(), Problem> {
        let secrets = self.secrets().await.ok_or(Problem::SecretUnavailable)?;
        let verdict = signature.verify(&secrets, body);
        if verdict.is_ok() {
            return verdict;
        }
        match self.read_again().await {
            Some(newer) => signature.verify(&newer, body),
            None => verdict,
        }
    }

    /// The secrets, read again if they are old.
    async fn secrets(&self) -> Option<WebhookSecrets> {
        let mut state = self.state.lock().await;
        if is_due(self.clock.now(), state.read_at, MAX_AGE) {
            self.read_into(&mut state).await;
        }
        state.secrets.clone()
    }

    /// The secrets, if they were read just now.
    async fn read_again(&self) -> Option<WebhookSecrets> {
        let mut state = self.state.lock().await;
        if self.read_into(&mut state).await { state.secrets.clone() } else { None }
    }

    /// Reads the secrets, unless that was tried a moment ago. Returns whether it has.
    async fn read_into(&self, state: &mut State) -> bool {
        let now = self.clock.now();
        if !is_due(now, state.tried_at, MIN_INTERVAL) {
            return false;
        }
        // Before the calls: an attempt that fails is not repeated sooner either.
        state.tried_at = Some(now);
        match self.read().await {
            Ok(secrets) => {
                state.secrets = Some(secrets);
                state.read_at = Some(now);
                true
            }
            Err(error) => {
                tracing::error!(%error, "the webhook secret was not read; what was read before is used");
                false
            }
        }
    }

    async fn read(&self) -> Result<WebhookSecrets, ReadError> {
        let (current, previous) =
            tokio::try_join!(self.version("AWSCURRENT"), self.version("AWSPREVIOUS"))?;
        let current = current.ok_or(ReadError::Missing)?;
        Ok(WebhookSecrets::parse(&current, previous.as_deref())?)
    }

    /// The text of the version with this label; `None` if no version has it.
    async fn version(&self, stage: &str) -> Result<Option<String>, AwsError> {
        let call = self.client.get_secret_value().secret_id(&self.secret_arn).version_stage(stage);
        match call.send().await {
            Ok(version) => Ok(version.secret_string),
            Err(error) if has_no_such_version(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn has_no_such_version(error: &SdkError<GetSecretValueError>) -> bool {
    matches!(error.as_service_error(), Some(GetSecretValueError::ResourceNotFoundException(_)))
}

/// Whether `interval` has passed since `last`. By the wall clock: the monotonic one may stand still while
/// Lambda has frozen the function. A clock that was set back makes it due.
fn is_due(now: Timestamp, last: Option<Timestamp>, interval: SignedDuration) -> bool {
    last.is_none_or(|last| now < last || now.duration_since(last) >= interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_is_due_at_first_and_once_the_interval_has_passed() {
        let now = Timestamp::from_second(1_795_693_911).expect("a time");
        let ago = |seconds| Some(now - SignedDuration::from_secs(seconds));
        for (last, due) in
            [(None, true), (ago(0), false), (ago(299), false), (ago(300), true), (ago(-1), true)]
        {
            assert_eq!(is_due(now, last, MAX_AGE), due, "{last:?}");
        }
    }
}
