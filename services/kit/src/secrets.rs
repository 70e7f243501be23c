//! Secrets that others sign with, by reference: read from Secrets Manager, never from a variable that
//! `lambda:GetFunctionConfiguration` would show.
//!
//! A rotation needs no deployment. The versions `AWSCURRENT` and `AWSPREVIOUS` are both accepted
//! (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version>), so that
//! who signs may go on with the previous secret until they have the new one. They are read when they are first needed,
//! again once they are [`MAX_AGE`] old, and when a signature fails, because it may be by a secret that was put a moment
//! ago. Whatever the reason, they are read at most once in [`MIN_INTERVAL`]: a flood of forged requests must not
//! become a flood of calls. While Secrets Manager does not answer, the last secrets that it told are used; once it says
//! that there is none, none is.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex as SyncMutex, PoisonError};

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::sdk_error::AwsError;

/// How long secrets are used before they are read again: how long one that was rotated out, was deleted or may not be
/// read any more is still accepted. Only while Secrets Manager does not answer, or what was put is no secret, is it longer.
pub const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// The shortest time between two reads, each of which is two calls: how long a new secret may yet be refused.
pub const MIN_INTERVAL: SignedDuration = SignedDuration::from_secs(10);

/// Limits a read. Who signed waits for it, within the function's timeout.
const READ_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(2);
const ATTEMPT_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(1);

/// The two versions of a secret, parsed.
pub trait SecretVersions: Clone {
    /// A text that is no secret. Contains nothing of it.
    type Malformed: Error + Send + Sync + 'static;

    /// The secret `current` and, for as long as somebody may still sign with it, the one before.
    ///
    /// # Errors
    /// `current` is no secret. A malformed `previous` is left out: nobody could sign with it.
    fn parse(current: &str, previous: Option<&str>) -> Result<Self, Self::Malformed>;
}

/// Why what was signed is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unverified<E> {
    /// It is not signed with either version.
    Refused(E),
    /// Secrets Manager has no secret of this name, or the function no right to it: AWS answers with either, where the
    /// right is to some names only.
    NoSecret,
    /// Secrets Manager has told no secret at all, and does not answer now or was asked a moment ago.
    Unavailable,
}

/// A secret in Secrets Manager, and its versions as last read.
#[derive(Debug)]
pub struct SecretStore<S> {
    client: Client,
    id: String,
    clock: Clock,
    // Held while reading, so that requests which arrive meanwhile wait for the one read.
    state: Mutex<State<S>>,
}

#[derive(Debug)]
struct State<S> {
    secrets: Option<S>,
    read_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
    is_missing: bool,
}

/// Why a secret could not be read. Contains nothing of it.
#[derive(Debug, thiserror::Error)]
enum ReadError<M: Error> {
    #[error("Secrets Manager did not answer: {0}")]
    Unavailable(#[source] AwsError),
    #[error("Secrets Manager has no secret of this name, or the function may not read it: {0}")]
    Denied(#[source] AwsError),
    #[error("it has no version AWSCURRENT with a text under this name")]
    Missing,
    #[error("the version AWSCURRENT is not as expected: {0}")]
    Malformed(#[source] M),
}

impl<M: Error> ReadError<M> {
    /// Whether what was read at `read_at` is to be used no longer at `now`.
    fn withdraws(&self, read_at: Option<Timestamp>, now: Timestamp) -> bool {
        match self {
            // The secret was deleted: whoever had it should not sign any more.
            Self::Missing => true,
            // The right may be missing for a moment, while a policy is changed.
            Self::Denied(_) => is_due(now, read_at, MAX_AGE),
            Self::Unavailable(_) | Self::Malformed(_) => false,
        }
    }
}

/// A client whose calls leave time for what they are needed for.
#[must_use]
pub fn client(config: &SdkConfig) -> Client {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(READ_TIMEOUT)
        .build();
    let config = aws_sdk_secretsmanager::config::Builder::from(config);
    Client::from_conf(config.timeout_config(timeouts).build())
}

impl<S: SecretVersions> SecretStore<S> {
    /// The secret with this ARN or name, which is not read yet.
    #[must_use]
    pub fn new(client: Client, id: String, clock: Clock) -> Self {
        let state = State { secrets: None, read_at: None, tried_at: None, is_missing: false };
        Self { client, id, clock, state: Mutex::new(state) }
    }

    /// Reads the secret if that is due. At start, when Lambda gives a function a whole CPU, this saves the first
    /// request the connection.
    ///
    /// A failure is logged and does not stop the function: not every event needs a secret, and a later request reads it
    /// again.
    pub async fn warm_up(&self) {
        self.secrets().await;
    }

    /// Checks something signed by `check`, with the versions as they are known and, where it fails, with those that were
    /// put since.
    ///
    /// # Errors
    /// [`Unverified`].
    pub async fn verify<E>(
        &self,
        check: impl Fn(&S) -> Result<(), E>,
    ) -> Result<(), Unverified<E>> {
        let Some(secrets) = self.secrets().await else {
            let is_missing = self.state.lock().await.is_missing;
            return Err(if is_missing { Unverified::NoSecret } else { Unverified::Unavailable });
        };
        let Err(refusal) = check(&secrets) else { return Ok(()) };
        match self.read_again().await {
            Some(newer) => check(&newer).map_err(Unverified::Refused),
            None => Err(Unverified::Refused(refusal)),
        }
    }

    /// The secrets, read again if they are old.
    async fn secrets(&self) -> Option<S> {
        let mut state = self.state.lock().await;
        if is_due(self.clock.now(), state.read_at, MAX_AGE) {
            self.read_into(&mut state).await;
        }
        state.secrets.clone()
    }

    /// The secrets, if they were read just now.
    async fn read_again(&self) -> Option<S> {
        let mut state = self.state.lock().await;
        if self.read_into(&mut state).await { state.secrets.clone() } else { None }
    }

    /// Reads the secrets, unless that was tried a moment ago. Returns whether it has.
    async fn read_into(&self, state: &mut State<S>) -> bool {
        let now = self.clock.now();
        if !is_due(now, state.tried_at, MIN_INTERVAL) {
            return false;
        }
        // Before the calls: an attempt that fails is not repeated sooner either.
        state.tried_at = Some(now);
        let read = self.read().await;
        state.is_missing = matches!(read, Err(ReadError::Missing | ReadError::Denied(_)));
        match read {
            Ok(secrets) => {
                state.secrets = Some(secrets);
                state.read_at = Some(now);
                true
            }
            Err(error) => {
                let secret = self.id.as_str();
                if error.withdraws(state.read_at, now) {
                    // Without an age, it is due again as soon as the interval allows.
                    (state.secrets, state.read_at) = (None, None);
                    tracing::error!(%error, secret, "a secret was not read; what was read before is used no longer");
                } else {
                    tracing::error!(%error, secret, "a secret was not read; what was read before is used");
                }
                false
            }
        }
    }

    async fn read(&self) -> Result<S, ReadError<S::Malformed>> {
        let (current, previous) =
            tokio::try_join!(self.version("AWSCURRENT"), self.version("AWSPREVIOUS"))?;
        let current = current.ok_or(ReadError::Missing)?;
        S::parse(&current, previous.as_deref()).map_err(ReadError::Malformed)
    }

    /// The text of the version with this label; `None` if no version has it.
    async fn version(&self, stage: &str) -> Result<Option<String>, ReadError<S::Malformed>> {
        let call = self.client.get_secret_value().secret_id(&self.id).version_stage(stage);
        match call.send().await {
            Ok(version) => Ok(version.secret_string),
            Err(error) if has_no_such_version(&error) => Ok(None),
            // Who may read some names only is not told which others there are.
            Err(error) if error.code() == Some("AccessDeniedException") => {
                Err(ReadError::Denied(error.into()))
            }
            Err(error) => Err(ReadError::Unavailable(error.into())),
        }
    }
}

/// Also of a secret that is marked for deletion, which AWS answers with `InvalidRequestException`
/// (<https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors>).
fn has_no_such_version(error: &SdkError<GetSecretValueError>) -> bool {
    matches!(
        error.as_service_error(),
        Some(
            GetSecretValueError::ResourceNotFoundException(_)
                | GetSecretValueError::InvalidRequestException(_)
        )
    )
}

/// Whether `interval` has passed since `last`. By the wall clock: the monotonic one may stand still while
/// Lambda has frozen the function. A clock that was set back makes it due.
#[must_use]
pub fn is_due(now: Timestamp, last: Option<Timestamp>, interval: SignedDuration) -> bool {
    last.is_none_or(|last| now < last || now.duration_since(last) >= interval)
}

/// Limits how many secrets that are not known yet are looked up in a second. A flood of forged requests, each for
/// another name, must not become a flood of reads.
pub struct LookupLimit {
    a_second: u32,
    current: SyncMutex<(Option<Timestamp>, u32)>,
}

impl LookupLimit {
    /// So many lookups a second.
    #[must_use]
    pub const fn new(a_second: u32) -> Self {
        Self { a_second, current: SyncMutex::new((None, 0)) }
    }

    /// Counts a lookup at `now`, if the second has room for one.
    pub fn allows_one(&self, now: Timestamp) -> bool {
        let second = SignedDuration::from_secs(1);
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, count) = &mut *current;
        // A clock that was set back begins a new second.
        if since.is_none_or(|since| now < since || now.duration_since(since) >= second) {
            (*since, *count) = (Some(now), 0);
        }
        *count = count.saturating_add(1);
        *count <= self.a_second
    }
}

impl fmt::Debug for LookupLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lookups a second", self.a_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::error::ErrorMetadata;

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

    #[test]
    fn a_deleted_secret_is_forgotten_and_one_that_may_not_be_read_once_it_is_old() {
        let now = Timestamp::from_second(1_795_693_911).expect("a time");
        let ago = |seconds| Some(now - SignedDuration::from_secs(seconds));
        let failure = |code: &str| -> AwsError {
            let metadata = ErrorMetadata::builder().code(code).build();
            SdkError::service_error(GetSecretValueError::generic(metadata), String::new()).into()
        };
        let denied = ReadError::<fmt::Error>::Denied(failure("AccessDeniedException"));
        let away = ReadError::<fmt::Error>::Unavailable(failure("InternalServiceError"));
        for (error, of_299_s, of_300_s) in [
            (ReadError::Missing, true, true),
            (denied, false, true),
            (away, false, false),
            (ReadError::Malformed(fmt::Error), false, false),
        ] {
            assert_eq!(error.withdraws(ago(299), now), of_299_s, "{error}");
            assert_eq!(error.withdraws(ago(300), now), of_300_s, "{error}");
        }
    }

    #[test]
    fn forged_requests_for_many_names_become_few_lookups() {
        let now = Timestamp::from_second(1_795_693_911).expect("a time");
        let limit = LookupLimit::new(20);
        let allowed = (0..1000).filter(|_| limit.allows_one(now)).count();
        assert_eq!(allowed, 20);
        assert!(limit.allows_one(now + SignedDuration::from_secs(1)));
        assert!(limit.allows_one(now - SignedDuration::from_secs(9)), "a clock that was set back");
    }
}
