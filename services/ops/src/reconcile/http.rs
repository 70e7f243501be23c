//! Requests to a shop system's API, one after the other, with patience for what passes.
//!
//! It is the SDK's own HTTP client, so a shop system is reached as AWS is: by the same roots of trust and proxy variables.
//! Redirects are not followed: the credentials go to the host that was named and to no other.

use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use kit::Backoff;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::account::Secret;
use crate::interrupt::Interrupt;

/// How often a request is tried that fails in a way that may pass: about 15 seconds in all, beside the time that it takes.
pub const MAX_TRIES: u32 = 6;

const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(500), max: Duration::from_secs(10) };

/// The longest wait that an API may ask for. Shopify asks for seconds; a web host that blocks us, for hours.
const MAX_WAIT: Duration = Duration::from_secs(5 * 60);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A page of the largest orders is some ten megabytes.
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// Why an API did not answer a request as it should. It holds nothing of an answer's body but its error code.
#[derive(Debug, PartialEq, Eq)]
pub enum ApiError {
    /// It failed [`MAX_TRIES`] times in a row; how it did the last time, after "it".
    Unavailable(String),
    /// It asks to wait longer than is waited.
    Throttled(Duration),
    /// It refused the request, with this status and, where it says one, its own code.
    Refused { status: u16, code: Option<String> },
    /// It is elsewhere: at this host, where the answer names one.
    Redirected(Option<String>),
    /// The answer is not the JSON that was expected.
    UnexpectedAnswer,
    /// The operator stopped the command.
    Interrupted,
}

/// An answer with a status of success.
#[derive(Debug)]
pub struct Answer {
    pub headers: Headers,
    pub json: Value,
}

impl Answer {
    /// A header that is a number.
    pub fn number(&self, header: &str) -> Option<u64> {
        self.headers.get(header)?.trim().parse().ok()
    }
}

/// A client for one account.
#[derive(Debug)]
pub struct ApiClient {
    connector: Connector,
    /// What lets us in: the name and the value of a header.
    authorization: Option<(&'static str, Secret)>,
    timeout: Duration,
    interrupt: Interrupt,
}

/// What one attempt came to, if not to an answer.
enum Failure {
    /// The same request may succeed later. How it failed, and how long the API asks to wait.
    Passing(String, Option<Duration>),
    Final(ApiError),
}

impl ApiClient {
    /// `timeout` limits each attempt, from the connection to the last byte.
    pub fn new(timeout: Duration, interrupt: &Interrupt) -> Self {
        let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
        let connector = Connector::builder()
            .connector_settings(settings)
            .proxy_config(ProxyConfig::from_env())
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .build();
        Self { connector, authorization: None, timeout, interrupt: interrupt.clone() }
    }

    /// The same client, with a header that lets it in.
    pub fn authorized(self, header: &'static str, value: Secret) -> Self {
        Self { authorization: Some((header, value)), ..self }
    }

    pub async fn get(&self, url: &Url) -> Result<Answer, ApiError> {
        self.until_answered(url, None).await
    }

    /// Posts a JSON document. For what may be done twice: it is tried again as a GET is.
    pub async fn post(&self, url: &Url, body: &Secret) -> Result<Answer, ApiError> {
        self.until_answered(url, Some(body)).await
    }

    async fn until_answered(&self, url: &Url, body: Option<&Secret>) -> Result<Answer, ApiError> {
        let mut failures = 0;
        loop {
            let attempt = self.attempt(request(url, self.authorization.as_ref(), body));
            let attempt = tokio::select! {
                attempt = tokio::time::timeout(self.timeout, attempt) => attempt,
                () = self.interrupt.requested() => return Err(ApiError::Interrupted),
            };
            let (how, asked) = match attempt {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(Failure::Final(error))) => return Err(error),
                Ok(Err(Failure::Passing(how, asked))) => (how, asked),
                Err(_) => (format!("did not answer within {} s", self.timeout.as_secs()), None),
            };
            failures += 1;
            let wait = asked.unwrap_or_else(|| BACKOFF.delay(failures));
            if wait > MAX_WAIT {
                return Err(ApiError::Throttled(wait));
            }
            if failures == MAX_TRIES {
                return Err(ApiError::Unavailable(how));
            }
            self.interrupt.sleep_until(Instant::now() + wait).await;
        }
    }

    async fn attempt(&self, request: HttpRequest) -> Result<Answer, Failure> {
        let response = self.connector.call(request).await;
        let response =
            response.map_err(|error| Failure::Passing(describe_connection(&error), None))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        match status {
            200..=299 => {}
            300..=399 => return Err(Failure::Final(redirected(&headers))),
            408 | 425 | 429 | 500..=599 => {
                let asked = headers.get("retry-after").and_then(retry_after);
                return Err(Failure::Passing(format!("answered {status}"), asked));
            }
            _ => {
                // A body that cannot be read tells no code.
                let body = read_body(response).await.unwrap_or_default();
                return Err(Failure::Final(ApiError::Refused { status, code: error_code(&body) }));
            }
        }
        let body = read_body(response).await?;
        let is_json = headers.get("content-type").is_some_and(|media| media.contains("json"));
        match serde_json::from_slice(&body) {
            Ok(json) => Ok(Answer { headers, json }),
            // Cut short where the connection's end is the body's end.
            Err(_) if is_json => Err(Failure::Passing("sent half an answer".to_owned(), None)),
            Err(_) => Err(Failure::Final(ApiError::UnexpectedAnswer)),
        }
    }
}

fn request(
    url: &Url,
    authorization: Option<&(&'static str, Secret)>,
    body: Option<&Secret>,
) -> HttpRequest {
    let mut request = HttpRequest::new(match body {
        Some(body) => SdkBody::from(body.expose()),
        None => SdkBody::empty(),
    });
    request.set_uri(url.as_str()).expect("a URL is a URI");
    request.set_method(if body.is_some() { "POST" } else { "GET" }).expect("a method");
    let headers = request.headers_mut();
    headers.insert("accept", "application/json");
    headers.insert("user-agent", concat!("waybill/", env!("CARGO_PKG_VERSION")));
    if body.is_some() {
        headers.insert("content-type", "application/json");
    }
    if let Some((name, value)) = authorization {
        headers.insert(*name, value.expose().to_owned());
    }
    request
}

async fn read_body(response: HttpResponse) -> Result<Vec<u8>, Failure> {
    let mut stream = ByteStream::new(response.into_body());
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk
            .map_err(|_| Failure::Passing("cut the connection in its answer".to_owned(), None))?;
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(Failure::Final(ApiError::UnexpectedAnswer));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Why there was no answer at all, after "it". The last cause says it best, and is of the network or of TLS.
fn describe_connection(error: &ConnectorError) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    format!("did not answer ({cause})")
}

fn redirected(headers: &Headers) -> ApiError {
    let to = headers.get("location").and_then(|to| Url::parse(to).ok());
    // Not the whole: a page to sign in may have the request's own query in its address.
    ApiError::Redirected(to.map(|to| to.origin().ascii_serialization()))
}

/// Seconds, which Shopify writes as `2.0`. A date is no wait that is known here: the clocks may differ.
fn retry_after(header: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(header.trim().parse().ok()?).ok()
}

/// The `code` of WordPress's error document, if it is a word.
fn error_code(body: &[u8]) -> Option<String> {
    let document: Value = serde_json::from_slice(body).ok()?;
    let code = document.get("code")?.as_str()?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (code.len() <= 64 && code.chars().all(is_word)).then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_as_shopify_and_others_write_it() {
        assert_eq!(retry_after("2.0"), Some(Duration::from_secs(2)));
        assert_eq!(retry_after(" 30 "), Some(Duration::from_secs(30)));
        for none in ["Fri, 27 Nov 2026 17:00:00 GMT", "-1", "NaN", ""] {
            assert_eq!(retry_after(none), None, "{none}");
        }
    }

    #[test]
    fn of_an_error_document_nothing_is_told_but_its_code() {
        let code = |body: &str| error_code(body.as_bytes());
        let known = r#"{"code":"woocommerce_rest_cannot_view","message":"Sorry, jo@example.com"}"#;
        assert_eq!(code(known).as_deref(), Some("woocommerce_rest_cannot_view"));
        for other in [r#"{"code":"jo@example.com"}"#, r#"{"errors":"Not Found"}"#, "<html>", ""] {
            assert_eq!(code(other), None, "{other}");
        }
    }

    #[test]
    fn of_a_redirect_only_the_host_is_told() {
        let mut headers = Headers::new();
        headers.insert("location", "https://www.shop.example/wp-json/wc/v3/orders?x=secret");
        let to = Some("https://www.shop.example".to_owned());
        assert_eq!(redirected(&headers), ApiError::Redirected(to));
        assert_eq!(redirected(&Headers::new()), ApiError::Redirected(None));
    }
}
