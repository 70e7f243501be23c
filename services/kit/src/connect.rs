//! Opens connections while a function starts.
//!
//! Lambda gives a process that starts a whole core, and afterwards the share that its memory buys: of 128 MB, a fourteenth.
//! A TLS handshake takes about a millisecond of a core, and the first call through the SDK some more. So each function asks
//! the endpoints that it will call for a path which has nothing to do with its work, before its first event. Whatever they
//! answer, connection, credentials and endpoint are there then.
//!
//! It changes nothing, needs no permission, and no failure of it matters: then the first call connects, as without it.

use std::future::Future;
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;

/// AWS's endpoints say there that they are healthy.
pub const PATH: &str = "/ping";

/// A start is not held up for longer by an endpoint that does not answer.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Opens a connection to DynamoDB.
pub async fn dynamodb(client: &aws_sdk_dynamodb::Client) {
    let once = aws_sdk_dynamodb::Config::builder().retry_config(RetryConfig::disabled());
    // No call goes out without a table, whose account may be part of the endpoint: a name is of this account.
    let call = client.query().table_name("-");
    let call = call.customize().mutate_request(ask).config_override(once);
    within_timeout(call.send()).await;
}

/// Opens a connection to SQS.
pub async fn sqs(client: &aws_sdk_sqs::Client) {
    let once = aws_sdk_sqs::Config::builder().retry_config(RetryConfig::disabled());
    let call = client.send_message_batch().customize().mutate_request(ask).config_override(once);
    within_timeout(call.send()).await;
}

/// Awaits the request that opens a connection, for a second at most. Its answer is none of the operation's.
pub async fn within_timeout(call: impl Future) {
    let _ = tokio::time::timeout(TIMEOUT, call).await;
}

/// Makes a call of any operation a request for [`PATH`]: the SDK opens connections for calls only.
pub fn ask(request: &mut HttpRequest) {
    let uri = request.uri();
    let authority = uri.find("://").map_or(0, |scheme| scheme + 3);
    let end = uri[authority..].find(['/', '?']).map_or(uri.len(), |length| authority + length);
    let uri = format!("{}{PATH}", &uri[..end]);
    // Otherwise the call goes out as it is: without its parameters, the service refuses it.
    if request.set_uri(uri).is_ok() && request.set_method("GET").is_ok() {
        for header in ["content-length", "content-type", "x-amz-target"] {
            request.headers_mut().remove(header);
        }
        *request.body_mut() = SdkBody::empty();
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};

    use super::*;

    /// A service, and the first line of the first request that it gets.
    fn service() -> (SdkConfig, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let credentials = Credentials::new("a", "b", None, None, "test");
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-2"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(endpoint);
        let first_line = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            String::from_utf8_lossy(&request[..read]).lines().next().unwrap().to_owned()
        });
        (sdk.build(), first_line)
    }

    #[tokio::test]
    async fn a_service_is_asked_how_it_is_and_for_nothing_else() {
        let (sdk, first_line) = service();
        dynamodb(&crate::aws::dynamodb(&sdk)).await;
        assert_eq!(first_line.join().unwrap(), "GET /ping HTTP/1.1");
        let (sdk, first_line) = service();
        sqs(&crate::aws::sqs(&sdk)).await;
        assert_eq!(first_line.join().unwrap(), "GET /ping HTTP/1.1");
    }

    #[test]
    fn a_call_becomes_a_request_without_its_operation_and_body() {
        for (uri, expected) in [
            (
                "https://sqs.eu-central-2.amazonaws.com/",
                "https://sqs.eu-central-2.amazonaws.com/ping",
            ),
            ("http://127.0.0.1:1", "http://127.0.0.1:1/ping"),
            ("http://h/v2/email/account?a=/", "http://h/ping"),
        ] {
            let mut request = HttpRequest::new(SdkBody::from("{}"));
            request.set_uri(uri).unwrap();
            request.set_method("POST").unwrap();
            request.headers_mut().insert("x-amz-target", "DynamoDB_20120810.PutItem");
            ask(&mut request);
            assert_eq!((request.method(), request.uri()), ("GET", expected));
            assert!(request.headers().get("x-amz-target").is_none());
            assert_eq!(request.body().bytes(), Some(&b""[..]));
        }
    }
}
