//! Standard Webhooks signatures, for shops outside AWS
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use standardwebhooks::{HEADER_WEBHOOK_TIMESTAMP, Webhook, WebhookError};

use crate::problem::Problem;

/// Two secrets may be valid at a time: the new one, and the one that it replaces.
const MAX_SECRETS: usize = 2;

/// `whsec_` and 24 bytes in base64.
const MIN_SECRET_LEN: usize = "whsec_".len() + 32;

/// The secrets that publishers sign with.
pub struct WebhookSecrets(Vec<Webhook>);

/// Why `WEBHOOK_SECRETS` is invalid. Contains no secret, and no cause, because the decoder's error would
/// quote a character of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookSecretsError {
    /// Not one or two secrets.
    #[error("WEBHOOK_SECRETS must hold one or two secrets separated by a space, and it holds {0}")]
    Count(usize),
    /// The secret at this position, counted from 1, is malformed.
    #[error("secret {0} of WEBHOOK_SECRETS must be `whsec_` and at least 24 bytes in base64")]
    Malformed(usize),
}

impl WebhookSecrets {
    /// Parses the setting: one or two secrets, separated by white space.
    ///
    /// # Errors
    /// [`WebhookSecretsError`] for another number of secrets, or one that is too short or not base64.
    pub fn parse(setting: &str) -> Result<Self, WebhookSecretsError> {
        let secrets: Vec<Webhook> = setting
            .split_whitespace()
            .enumerate()
            .map(|(i, secret)| parse_secret(secret).ok_or(WebhookSecretsError::Malformed(i + 1)))
            .collect::<Result<_, _>>()?;
        match secrets.len() {
            1..=MAX_SECRETS => Ok(Self(secrets)),
            count => Err(WebhookSecretsError::Count(count)),
        }
    }

    /// Checks that `body` was signed with one of the secrets, at most five minutes ago or ahead. Signatures
    /// are compared in constant time.
    ///
    /// The same signature is valid again within its five minutes: a replay finds its events stored, and
    /// changes nothing.
    ///
    /// # Errors
    /// `Problem::Unauthorized`.
    pub fn verify(&self, headers: &BTreeMap<String, String>, body: &[u8]) -> Result<(), Problem> {
        let headers = header_map(headers);
        if headers.get(HEADER_WEBHOOK_TIMESTAMP).is_some_and(|time| !is_canonical(time)) {
            return Err(Problem::Unauthorized(refusal_detail(&WebhookError::InvalidTimestamp)));
        }
        let mut refusal = WebhookError::InvalidSignature;
        for secret in &self.0 {
            match secret.verify(body, &headers) {
                Ok(()) => return Ok(()),
                Err(error) => refusal = error,
            }
        }
        Err(Problem::Unauthorized(refusal_detail(&refusal)))
    }
}

/// Whether a timestamp is written as the number that is signed. The crate signs the parsed number, so
/// that `+1` and `01` would pass for `1`; and it subtracts without a check, so that `i64::MIN` would
/// overflow.
fn is_canonical(timestamp: &HeaderValue) -> bool {
    let text = timestamp.to_str().unwrap_or_default();
    text.parse::<i64>().is_ok_and(|seconds| seconds >= 0 && seconds.to_string() == text)
}

fn parse_secret(secret: &str) -> Option<Webhook> {
    // The crate accepts a shorter secret, and one without the prefix.
    let is_long_enough = secret.starts_with("whsec_") && secret.len() >= MIN_SECRET_LEN;
    Webhook::new(secret).ok().filter(|_| is_long_enough)
}

impl std::fmt::Debug for WebhookSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secret(s)", self.0.len())
    }
}

const INVALID_SIGNATURE: &str = "The header webhook-signature holds no signature of this body by a known \
                       secret.";

const fn refusal_detail(error: &WebhookError) -> &'static str {
    match error {
        WebhookError::MissingHeader(_) => {
            "Send the headers webhook-id, webhook-timestamp and webhook-signature."
        }
        WebhookError::InvalidTimestamp => {
            "The header webhook-timestamp must hold seconds since 1970, in digits alone."
        }
        WebhookError::InvalidHeader(_) => {
            "The headers webhook-id and webhook-signature must hold visible ASCII characters."
        }
        WebhookError::TimestampTooOldError | WebhookError::FutureTimestampError => {
            "The signature is not of the last five minutes. Check the clock and sign again."
        }
        _ => INVALID_SIGNATURE,
    }
}

fn header_map(headers: &BTreeMap<String, String>) -> HeaderMap {
    headers
        .iter()
        // A header that HTTP does not allow cannot be one of the three that are needed.
        .filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, HeaderValue::from_str(value).ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI";
    const NEW: &str = "whsec_D2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI";

    fn headers(secret: &str, at: i64, body: &[u8]) -> BTreeMap<String, String> {
        let signature =
            Webhook::new(secret).and_then(|w| w.sign("msg_1", at, body)).expect("signs");
        [
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", &at.to_string()),
            ("webhook-signature", &signature),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
    }

    fn now() -> i64 {
        jiff::Timestamp::now().as_second()
    }

    #[test]
    fn while_a_secret_is_rotated_both_are_valid() {
        let signatures = WebhookSecrets::parse(&format!("{NEW} {OLD}")).expect("two secrets");
        for secret in [OLD, NEW] {
            assert!(signatures.verify(&headers(secret, now(), b"{}"), b"{}").is_ok());
        }
    }

    #[test]
    fn a_wrong_missing_or_stale_signature_is_refused() {
        let signatures = WebhookSecrets::parse(NEW).expect("a secret");
        let good = headers(NEW, now(), b"{}");
        assert!(signatures.verify(&good, b"{ }").is_err(), "another body");
        assert!(signatures.verify(&headers(OLD, now(), b"{}"), b"{}").is_err(), "another secret");
        assert!(signatures.verify(&BTreeMap::new(), b"{}").is_err(), "no headers");
        for off in [-301, 301] {
            let stale = headers(NEW, now() + off, b"{}");
            assert!(signatures.verify(&stale, b"{}").is_err(), "{off} seconds off");
        }
        for missing in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            let mut headers = good.clone();
            headers.remove(missing);
            assert!(signatures.verify(&headers, b"{}").is_err(), "without {missing}");
        }
    }

    #[test]
    fn a_timestamp_in_another_form_than_the_signed_one_is_refused() {
        let signatures = WebhookSecrets::parse(NEW).expect("a secret");
        let at = now();
        let mut headers = headers(NEW, at, b"{}");
        assert_eq!(signatures.verify(&headers, b"{}"), Ok(()));
        for other in [
            format!("+{at}"),
            format!("0{at}"),
            format!(" {at}"),
            format!("{at} "),
            format!("{at}.0"),
            format!("{at},{at}"),
            format!("{at:x}"),
        ] {
            headers.insert("webhook-timestamp".to_owned(), other.clone());
            assert!(signatures.verify(&headers, b"{}").is_err(), "{other:?} was taken");
        }
    }

    #[test]
    fn the_ends_of_the_number_range_are_refused_without_overflow() {
        let signatures = WebhookSecrets::parse(NEW).expect("a secret");
        for at in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX] {
            let mut headers = headers(NEW, at, b"{}");
            assert!(signatures.verify(&headers, b"{}").is_err(), "{at}, signed");
            headers.insert("webhook-signature".to_owned(), "v1,x".to_owned());
            assert!(signatures.verify(&headers, b"{}").is_err(), "{at}, unsigned");
        }
    }

    #[test]
    fn a_setting_without_a_usable_secret_stops_the_function() {
        for bad in ["", "secret", "whsec_", "whsec_short", &format!("{OLD} {NEW} {OLD}")] {
            assert!(WebhookSecrets::parse(bad).is_err(), "{bad:?} was taken");
        }
    }
}
