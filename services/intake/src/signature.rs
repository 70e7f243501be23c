//! Standard Webhooks signatures, for shops outside AWS
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use kit::secrets::SecretVersions;
use standardwebhooks::{
    HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook, WebhookError,
};

use crate::problem::Problem;

/// `whsec_` and 24 bytes in base64.
const MIN_SECRET_LEN: usize = "whsec_".len() + 32;

/// How far a signature's time may be from now: what the specification advises, and the crate checks too.
const TOLERANCE_SECONDS: u64 = 5 * 60;

/// The secrets that publishers may sign with, the newest first.
#[derive(Clone)]
pub struct WebhookSecrets(Vec<Arc<Webhook>>);

/// A text that is no secret. Contains nothing of it, and no cause, because the decoder's error would quote a
/// character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one secret as plain text: `whsec_` and at least 24 bytes in base64")]
pub struct MalformedSecret;

impl SecretVersions for WebhookSecrets {
    type Malformed = MalformedSecret;

    fn parse(current: &str, previous: Option<&str>) -> Result<Self, MalformedSecret> {
        let mut secrets = vec![parse_secret(current).ok_or(MalformedSecret)?];
        let previous = previous.filter(|previous| previous.trim() != current.trim());
        secrets.extend(previous.and_then(parse_secret));
        Ok(Self(secrets.into_iter().map(Arc::new).collect()))
    }
}

/// The signature of a request: its three headers, checked as far as they can be without body and secret.
pub struct Signature(HeaderMap);

impl Signature {
    /// The signature in these headers, if it is complete and at most five minutes from `now` (in seconds since
    /// 1970).
    ///
    /// # Errors
    /// `Problem::Unauthorized`.
    pub fn from_headers(headers: &BTreeMap<String, String>, now: i64) -> Result<Self, Problem> {
        let headers = header_map(headers);
        let check = || {
            for name in [HEADER_WEBHOOK_ID, HEADER_WEBHOOK_TIMESTAMP, HEADER_WEBHOOK_SIGNATURE] {
                headers.get(name).ok_or(WebhookError::MissingHeader(""))?;
            }
            let at = seconds(&headers[HEADER_WEBHOOK_TIMESTAMP]);
            let at = at.ok_or(WebhookError::InvalidTimestamp)?;
            if now.abs_diff(at) > TOLERANCE_SECONDS {
                return Err(WebhookError::TimestampTooOldError);
            }
            Ok(())
        };
        check().map_err(|error| unauthorized(&error))?;
        Ok(Self(headers))
    }

    /// Checks that `body` was signed with one of the secrets: an HMAC over it for each, compared in constant
    /// time.
    ///
    /// The same signature is valid again within its five minutes, with any headers and path: what it authorizes must
    /// depend on the body alone.
    ///
    /// # Errors
    /// `Problem::Unauthorized`.
    pub fn verify(&self, secrets: &WebhookSecrets, body: &[u8]) -> Result<(), Problem> {
        let mut refusal = WebhookError::InvalidSignature;
        for secret in &secrets.0 {
            match secret.verify(body, &self.0) {
                Ok(()) => return Ok(()),
                Err(error) => refusal = error,
            }
        }
        Err(unauthorized(&refusal))
    }
}

/// The seconds of a timestamp that is written as the number that is signed. The crate signs the parsed
/// number, so that `+1` and `01` would pass for `1`; and it subtracts without a check, so that `i64::MIN` would
/// overflow.
fn seconds(timestamp: &HeaderValue) -> Option<i64> {
    let text = timestamp.to_str().ok()?;
    text.parse().ok().filter(|seconds: &i64| *seconds >= 0 && seconds.to_string() == text)
}

fn parse_secret(secret: &str) -> Option<Webhook> {
    // A file's last line break, which the command that stores a secret may bring along.
    let secret = secret.trim();
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

fn unauthorized(error: &WebhookError) -> Problem {
    Problem::Unauthorized(refusal_detail(error))
}

const fn refusal_detail(error: &WebhookError) -> &'static str {
    match error {
        WebhookError::MissingHeader(_) => {
            "Send the headers webhook-id, webhook-timestamp and webhook-signature."
        }
        WebhookError::InvalidTimestamp => {
            "The header webhook-timestamp must hold seconds since 1970, in digits alone."
        }
        WebhookError::TimestampTooOldError | WebhookError::FutureTimestampError => {
            "The signature is not of the last five minutes. Check the clock and sign again."
        }
        _ => INVALID_SIGNATURE,
    }
}

/// The three headers that a signature needs.
fn header_map(headers: &BTreeMap<String, String>) -> HeaderMap {
    const NAMES: [&str; 3] =
        [HEADER_WEBHOOK_ID, HEADER_WEBHOOK_TIMESTAMP, HEADER_WEBHOOK_SIGNATURE];
    headers
        .iter()
        .filter_map(|(name, value)| {
            let known = NAMES.into_iter().find(|known| name.eq_ignore_ascii_case(known))?;
            // A value that HTTP does not allow counts as missing.
            Some((HeaderName::from_static(known), HeaderValue::from_str(value).ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI";
    const NEW: &str = "whsec_D2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI";

    #[test]
    fn a_refusal_says_what_is_missing_malformed_or_too_old() {
        for (error, detail) in [
            (WebhookError::MissingHeader("webhook-id"), "Send the headers webhook-id"),
            (WebhookError::InvalidTimestamp, "seconds since 1970"),
            (WebhookError::TimestampTooOldError, "last five minutes"),
            (WebhookError::FutureTimestampError, "last five minutes"),
            (WebhookError::InvalidSignature, INVALID_SIGNATURE),
        ] {
            assert!(refusal_detail(&error).contains(detail), "{error}");
        }
    }

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

    /// Whether these headers sign `body` with one of the secrets.
    fn verify(
        secrets: &WebhookSecrets,
        headers: &BTreeMap<String, String>,
        body: &[u8],
    ) -> Result<(), Problem> {
        Signature::from_headers(headers, now())?.verify(secrets, body)
    }

    #[test]
    fn while_a_secret_is_rotated_both_are_valid() {
        let secrets = WebhookSecrets::parse(NEW, Some(OLD)).expect("two secrets");
        for secret in [OLD, NEW] {
            assert!(verify(&secrets, &headers(secret, now(), b"{}"), b"{}").is_ok());
        }
        assert_eq!(format!("{secrets:?}"), "2 secret(s)");
    }

    #[test]
    fn a_wrong_missing_or_stale_signature_is_refused() {
        let secrets = WebhookSecrets::parse(NEW, None).expect("a secret");
        let good = headers(NEW, now(), b"{}");
        assert!(verify(&secrets, &good, b"{ }").is_err(), "another body");
        assert!(verify(&secrets, &headers(OLD, now(), b"{}"), b"{}").is_err(), "another secret");
    }

    #[test]
    fn what_the_headers_alone_show_is_refused_without_body_and_secret() {
        let good = headers(NEW, now(), b"{}");
        assert!(Signature::from_headers(&good, now()).is_ok());
        assert!(Signature::from_headers(&BTreeMap::new(), now()).is_err(), "no headers");
        for (off, is_taken) in [(-301, false), (-300, true), (300, true), (301, false)] {
            let now = now();
            let signed = Signature::from_headers(&headers(NEW, now + off, b"{}"), now);
            assert_eq!(signed.is_ok(), is_taken, "{off} seconds off");
        }
        for missing in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            let mut headers = good.clone();
            headers.remove(missing);
            assert!(Signature::from_headers(&headers, now()).is_err(), "without {missing}");
        }
    }

    #[test]
    fn a_refusal_says_which_header_to_mend() {
        let secrets = WebhookSecrets::parse(NEW, None).expect("a secret");
        let detail = |name: &str, value: &str| {
            let mut headers = headers(NEW, now(), b"{}");
            headers.insert(name.to_owned(), value.to_owned());
            format!("{:?}", verify(&secrets, &headers, b"{}"))
        };
        assert!(detail("webhook-timestamp", "now").contains("in digits alone"));
        assert!(detail("webhook-timestamp", "1").contains("last five minutes"));
        assert!(detail("webhook-signature", "v1,x").contains("no signature of this body"));
    }

    #[test]
    fn a_timestamp_in_another_form_than_the_signed_one_is_refused() {
        let secrets = WebhookSecrets::parse(NEW, None).expect("a secret");
        let at = now();
        let mut headers = headers(NEW, at, b"{}");
        assert_eq!(verify(&secrets, &headers, b"{}"), Ok(()));
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
            assert!(verify(&secrets, &headers, b"{}").is_err(), "{other:?} was taken");
        }
    }

    #[test]
    fn the_ends_of_the_number_range_are_refused_without_overflow() {
        let secrets = WebhookSecrets::parse(NEW, None).expect("a secret");
        for at in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX] {
            let mut headers = headers(NEW, at, b"{}");
            assert!(verify(&secrets, &headers, b"{}").is_err(), "{at}, signed");
            headers.insert("webhook-signature".to_owned(), "v1,x".to_owned());
            assert!(verify(&secrets, &headers, b"{}").is_err(), "{at}, unsigned");
        }
    }

    #[test]
    fn a_malformed_secret_is_refused_and_an_unusable_previous_one_left_out() {
        let two = format!("{NEW} {OLD}");
        for bad in ["", "secret", "whsec_", "whsec_short", r#"{"key":"whsec_"}"#, &two] {
            assert!(WebhookSecrets::parse(bad, None).is_err(), "{bad:?} was taken");
            let secrets = WebhookSecrets::parse(NEW, Some(bad)).expect("a secret");
            assert!(verify(&secrets, &headers(NEW, now(), b"{}"), b"{}").is_ok());
        }
        assert!(
            WebhookSecrets::parse(&format!("{NEW}\n"), None).is_ok(),
            "a line break at its end"
        );
    }
}
