//! One attempt to post an event, as an EventBridge API destination does
//! (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html>).

use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::retry::{Failure, RetryPolicy};

/// The shop's webhook.
#[derive(Debug, Clone)]
pub struct Hook {
    /// Where events are posted.
    pub uri: Uri,
    /// The text of the header `Authorization`, if the webhook checks one.
    pub secret: Option<HeaderValue>,
    /// How often and for how long it is tried.
    pub retry: RetryPolicy,
}

/// The URL of a webhook to which the stack can't post.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a URL such as http://127.0.0.1:3000/mails; the one-machine stack speaks no TLS")]
pub struct InvalidHook;

impl FromStr for Hook {
    type Err = InvalidHook;

    fn from_str(url: &str) -> Result<Self, InvalidHook> {
        let uri: Uri = url.parse().map_err(|_| InvalidHook)?;
        let is_http = uri.scheme_str() == Some("http") && uri.host().is_some();
        if !is_http {
            return Err(InvalidHook);
        }
        Ok(Self { uri, secret: None, retry: RetryPolicy::default() })
    }
}

/// Posts events.
#[derive(Debug)]
pub(super) struct HookClient {
    hook: Hook,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl HookClient {
    pub fn new(hook: Hook) -> Self {
        let client = Client::builder(TokioExecutor::new())
            // EventBridge sends `Connection: close`.
            .pool_max_idle_per_host(0)
            .build_http();
        Self { hook, client }
    }

    pub const fn retry(&self) -> &RetryPolicy {
        &self.hook.retry
    }

    /// The end of the rule target's ARN: which webhook it is, without what may be secret in its path.
    pub fn host(&self) -> &str {
        self.hook.uri.host().unwrap_or_default()
    }

    /// Posts one event; done once the answer's status is there.
    pub async fn post(&self, event: Bytes) -> Result<(), Failure> {
        let answer = self.client.request(self.request(event));
        match tokio::time::timeout(self.hook.retry.timeout, answer).await {
            Ok(Ok(answer)) => outcome(answer.status(), answer.headers()),
            Ok(Err(error)) => {
                let why = if error.is_connect() { "it can't be reached" } else { "it hung up" };
                Err(without_answer("CONNECTION_FAILURE", why))
            }
            Err(_) => {
                let seconds = self.hook.retry.timeout.as_secs_f64();
                Err(without_answer("TIMEOUT", &format!("it did not answer within {seconds} s")))
            }
        }
    }

    fn request(&self, event: Bytes) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(event));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = self.hook.uri.clone();
        let headers = request.headers_mut();
        let value = HeaderValue::from_static;
        headers.insert(header::CONTENT_TYPE, value("application/json; charset=utf-8"));
        headers.insert(header::USER_AGENT, value("Amazon/EventBridge/ApiDestinations"));
        if let Some(secret) = &self.hook.secret {
            headers.insert(header::AUTHORIZATION, secret.clone());
        }
        request
    }
}

/// The statuses after which EventBridge tries again, as its guide to API destinations lists them: any other one is for good.
const fn is_retried(status: StatusCode) -> bool {
    matches!(status.as_u16(), 401 | 407 | 409 | 429 | 500..=599)
}

fn outcome(status: StatusCode, headers: &HeaderMap) -> Result<(), Failure> {
    if status.is_success() {
        return Ok(());
    }
    let seconds = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let seconds = seconds.and_then(|text| text.trim().parse::<i64>().ok());
    Err(Failure {
        code: "ERROR_FROM_TARGET",
        message: format!("The webhook answered {}.", status.as_u16()),
        // With a negative number, the webhook says that it never wants the event.
        may_pass: is_retried(status) && seconds.is_none_or(|seconds| seconds >= 0),
        retry_after: seconds.and_then(|s| u64::try_from(s).ok()).map(Duration::from_secs),
    })
}

fn without_answer(code: &'static str, why: &str) -> Failure {
    let message = format!("The webhook did not take the event: {why}.");
    Failure { code, message, may_pass: true, retry_after: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_a_url_that_can_be_called_without_tls() {
        for good in ["http://127.0.0.1:3000/mails?shop=1", "http://localhost"] {
            assert!(good.parse::<Hook>().is_ok(), "{good}");
        }
        for bad in ["", "127.0.0.1:3000", "https://shop.example/mails", "/mails", "http://"] {
            assert_eq!(bad.parse::<Hook>().err(), Some(InvalidHook), "{bad}");
        }
    }

    #[test]
    fn only_an_answer_that_may_be_another_one_later_is_followed_by_a_retry() {
        let with = |status: u16, retry_after: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(value) = retry_after {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static(value));
            }
            outcome(StatusCode::from_u16(status).expect("a status"), &headers)
        };
        for status in [200, 202, 204] {
            assert_eq!(with(status, None), Ok(()));
        }
        let may_pass = |status, after| with(status, after).expect_err("a failure").may_pass;
        for status in [401, 407, 409, 429, 500, 503] {
            assert!(may_pass(status, None) && may_pass(status, Some("0")), "{status}");
            assert!(!may_pass(status, Some("-1")), "{status}");
        }
        for status in [301, 400, 403, 404, 408, 410, 422] {
            assert!(!may_pass(status, None) && !may_pass(status, Some("1")), "{status}");
        }
        let after = |value| with(503, Some(value)).expect_err("a failure").retry_after;
        assert_eq!(after("120"), Some(Duration::from_secs(120)));
        assert_eq!(after("Fri, 27 Nov 2026 10:00:00 GMT"), None, "by the policy alone");
    }
}
