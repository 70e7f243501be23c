//! Opens connections while a function starts.
//!
//! Lambda gives a process that starts a whole core, and afterwards the share that its memory buys: of 128 MB, a fourteenth
//! (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>). A TLS handshake takes about a millisecond of
//! a core, and the first call through the SDK some more. So before its first event, each function asks the endpoints that
//! its usual event makes it call for [`PATH`], through the clients that it is going to use. Whatever they answer, an error too: name
//! and endpoint are resolved then, credentials are in the client's cache, and the connection is in its pool.
//!
//! Intake and the mailer need a shop's settings for any event, and so read those of the shop `default` instead
//! ([`ShopDirectory::warm_up`](crate::ShopDirectory::warm_up)).
//!
//! [`PATH`] needs no permission: IAM grants operations, and the request names none. It is signed as a call is, since the SDK
//! resolves credentials only to sign. It changes nothing, and CloudTrail has nothing to record.
//!
//! Nothing depends on it. A request that fails is not repeated, one that hangs holds up the start for half a second, and the
//! first call then connects as it would have without. The same holds of a connection that the endpoint closes after its
//! answer, or while Lambda has frozen the process.

use std::future::Future;
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;

/// Where AWS's endpoints say that they are healthy.
pub const PATH: &str = "/ping";

/// How long a start waits for an endpoint: many times what a handshake within a region takes.
pub(crate) const MAX_WAIT: Duration = Duration::from_millis(500);

/// The headers of a call that would tell of an operation or a body.
const OF_A_CALL: [&str; 3] = ["content-length", "content-type", "x-amz-target"];

/// Opens a connection to DynamoDB.
pub async fn dynamodb(client: &aws_sdk_dynamodb::Client) {
    // The SDK sends no call without a table: its name may decide about the endpoint, if it names another account.
    answered(client.query().table_name("-").customize().interceptor(InsteadOfCall).send()).await;
}

/// Opens a connection to SQS.
pub async fn sqs(client: &aws_sdk_sqs::Client) {
    answered(client.send_message_batch().customize().interceptor(InsteadOfCall).send()).await;
}

/// Opens a connection to Secrets Manager.
pub async fn secrets(client: &aws_sdk_secretsmanager::Client) {
    answered(client.get_secret_value().customize().interceptor(InsteadOfCall).send()).await;
}

/// Waits for the answer to a call that [`InsteadOfCall`] replaces, for half a second at most. It is none of the operation's,
/// so it says nothing.
pub async fn answered(call: impl Future) {
    let _ = tokio::time::timeout(MAX_WAIT, call).await;
}

/// Sends a request for [`PATH`] instead of a call of any operation, in one attempt: the SDK connects for calls only.
#[derive(Debug)]
pub struct InsteadOfCall;

impl Intercept for InsteadOfCall {
    fn name(&self) -> &'static str {
        "InsteadOfCall"
    }

    /// After it was written, and before it gets its endpoint and is signed. If it fails, nothing is sent.
    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(RetryConfig::disabled());
        replace(context.request_mut())
    }
}

fn replace(request: &mut HttpRequest) -> Result<(), BoxError> {
    request.set_method("GET")?;
    request.set_uri(PATH)?;
    for header in OF_A_CALL {
        request.headers_mut().remove(header);
    }
    *request.body_mut() = SdkBody::empty();
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{TcpListener, TcpStream};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_credential_types::credential_fn::provide_credentials_fn;
    use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};

    use super::*;
    use crate::{Clock, ShopDirectory};

    /// A service on a port of its own: what it was asked, and over how many connections.
    #[derive(Debug, Clone, Default)]
    struct Service {
        connections: Arc<AtomicUsize>,
        requests: Arc<Mutex<Vec<Request>>>,
    }

    #[derive(Debug, Clone, PartialEq, Eq)]
    struct Request {
        line: String,
        /// In lower case.
        headers: Vec<String>,
        body: Vec<u8>,
    }

    impl Service {
        /// Answers with this status, and the SDK's configuration to call it with.
        fn start(status: &'static str) -> (Self, SdkConfig) {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
            let endpoint = format!("http://{}", listener.local_addr().expect("it is bound"));
            let service = Self::default();
            let own = service.clone();
            std::thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    own.connections.fetch_add(1, Ordering::SeqCst);
                    let own = own.clone();
                    std::thread::spawn(move || own.answer(&stream, status));
                }
            });
            (service, sdk(&endpoint))
        }

        fn answer(&self, mut stream: &TcpStream, status: &str) {
            let mut reader = BufReader::new(stream);
            while let Some(request) = read(&mut reader) {
                self.requests.lock().expect("no panic").push(request);
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 7\r\n\r\nhealthy");
                stream.write_all(answer.as_bytes()).expect("the client reads");
            }
        }

        fn requests(&self) -> Vec<Request> {
            self.requests.lock().expect("no panic").clone()
        }
    }

    /// The next request; `None` once the client has closed the connection.
    fn read(reader: &mut impl BufRead) -> Option<Request> {
        let mut lines = reader.by_ref().lines().map_while(Result::ok);
        let line = lines.next()?;
        let headers: Vec<String> =
            lines.take_while(|line| !line.is_empty()).map(|line| line.to_lowercase()).collect();
        let length = headers.iter().find_map(|header| header.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().expect("a number"))];
        reader.read_exact(&mut body).ok()?;
        Some(Request { line, headers, body })
    }

    /// Without time-outs of its own.
    fn sdk(endpoint: &str) -> SdkConfig {
        let credentials = Credentials::new("a", "b", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-2"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(endpoint)
            .http_client(crate::aws::http_client())
            .build()
    }

    fn first_lines(service: &Service) -> Vec<String> {
        service.requests().into_iter().map(|request| request.line).collect()
    }

    #[tokio::test]
    async fn each_service_is_asked_how_it_is_by_a_signed_request_without_operation_and_body() {
        let (service, sdk) = Service::start("200 OK");
        dynamodb(&crate::aws::dynamodb(&sdk)).await;
        sqs(&crate::aws::sqs(&sdk)).await;
        secrets(&crate::secrets::client(&sdk)).await;
        let requests = service.requests();
        assert_eq!(requests.len(), 3);
        for request in requests {
            assert_eq!((request.line.as_str(), request.body.len()), ("GET /ping HTTP/1.1", 0));
            let has = |name: &str| request.headers.iter().any(|header| header.starts_with(name));
            assert!(has("authorization: aws4-hmac-sha256 "), "{request:?}");
            assert!(!OF_A_CALL.iter().any(|name| has(name)), "{request:?}");
        }
    }

    #[tokio::test]
    async fn the_first_call_goes_over_the_connection_that_was_opened_whatever_was_answered() {
        for status in ["200 OK", "400 Bad Request", "403 Forbidden", "404 Not Found"] {
            let (service, sdk) = Service::start(status);
            let client = crate::aws::dynamodb(&sdk);
            dynamodb(&client).await;
            let _ = client.get_item().table_name("T").send().await;
            assert_eq!(first_lines(&service), ["GET /ping HTTP/1.1", "POST / HTTP/1.1"]);
            assert_eq!(service.connections.load(Ordering::SeqCst), 1, "{status}");
        }
    }

    #[tokio::test]
    async fn two_clients_of_one_configuration_share_the_connection() {
        let (service, sdk) = Service::start("200 OK");
        dynamodb(&crate::aws::dynamodb(&sdk)).await;
        let _ = crate::aws::dynamodb(&sdk).get_item().table_name("T").send().await;
        assert_eq!(service.connections.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_service_that_fails_is_asked_once_although_the_client_would_try_again() {
        let (service, sdk) = Service::start("503 Service Unavailable");
        let sdk = sdk.to_builder().retry_config(RetryConfig::standard()).build();
        sqs(&crate::aws::sqs(&sdk)).await;
        assert_eq!(first_lines(&service), ["GET /ping HTTP/1.1"]);
    }

    #[tokio::test]
    async fn neither_a_service_that_is_away_nor_one_that_hangs_keeps_a_function_from_starting() {
        let nobody = sdk("http://127.0.0.1:1");
        dynamodb(&crate::aws::dynamodb(&nobody)).await;
        let shops =
            |sdk| ShopDirectory::new(crate::aws::dynamodb(sdk), "T".to_owned(), Clock::system());
        assert!(shops(&nobody).warm_up().await.is_none());
        // Connects, and never answers.
        let silent = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let silent = sdk(&format!("http://{}", silent.local_addr().expect("it is bound")));
        let asked = async {
            sqs(&crate::aws::sqs(&silent)).await;
            shops(&silent).warm_up().await
        };
        // Half of what Lambda gives a function to start, after which it would start it anew.
        let waited = tokio::time::timeout(Duration::from_secs(5), asked).await;
        assert!(waited.is_ok_and(|read| read.is_none()), "it waits for too long");
    }

    #[tokio::test]
    async fn credentials_are_there_when_the_first_call_comes() {
        let (_service, sdk) = Service::start("200 OK");
        let counter = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&counter);
        let provider = provide_credentials_fn(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            async { Ok(Credentials::new("a", "b", None, None, "test")) }
        });
        let provider = SharedCredentialsProvider::new(provider);
        let client = crate::aws::sqs(&sdk.to_builder().credentials_provider(provider).build());
        sqs(&client).await;
        assert_eq!(counter.load(Ordering::SeqCst), 1);
        let _ = client.send_message().queue_url("q").message_body("b").send().await;
        assert_eq!(counter.load(Ordering::SeqCst), 1);
    }
}
