//! The SES client that sends: it never retries, and never writes a mail to a connection that SES may have closed.
//!
//! Between two invocations Lambda freezes the process, for minutes or hours
//! (<https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>). SES closes the idle connection
//! meanwhile, and a mail that is written to it is in doubt. The HTTP client's own limit of idle time does not prevent
//! that: it reads the monotonic clock, which may stand still while the process is frozen. So this reads the time of
//! day as well.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_smithy_http_client::tls;

/// A connection that was idle for longer is not reused.
const MAX_IDLE: Duration = Duration::from_secs(5);

/// The time to connect. Without a connection nothing was sent, which is proof of refusal.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// An SES client for `SendEmail`. Builds a new one, without open connections, when the last call began more than
/// [`MAX_IDLE`] ago: after a slow one, a new connection is made that need not be.
#[derive(Debug)]
pub struct SesClient {
    sdk: SdkConfig,
    in_use: Mutex<InUse>,
}

#[derive(Debug)]
struct InUse {
    client: Client,
    last_used: SystemTime,
}

impl SesClient {
    /// With `sdk`'s region, credentials and endpoint; its retries and timeouts do not count.
    pub fn new(sdk: &SdkConfig) -> Self {
        let in_use = InUse { client: client(sdk), last_used: SystemTime::now() };
        Self { sdk: sdk.clone(), in_use: Mutex::new(in_use) }
    }

    /// The client for a call that is made `now`.
    pub fn for_call_at(&self, now: SystemTime) -> Client {
        let mut in_use = self.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back tells nothing about the time that passed.
        if now.duration_since(in_use.last_used).map_or(true, |idle| idle > MAX_IDLE) {
            in_use.client = client(&self.sdk);
        }
        in_use.last_used = now;
        in_use.client.clone()
    }
}

fn client(sdk: &SdkConfig) -> Client {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc))
        .pool_idle_timeout(MAX_IDLE)
        .build_https();
    // A call that is abandoned is ambiguous, so only the caller decides how long to wait for an answer. The
    // connect timeout is different: without a connection nothing was sent.
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .disable_operation_attempt_timeout()
        .disable_operation_timeout()
        .build();
    let config = aws_sdk_sesv2::config::Builder::from(sdk)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .http_client(http)
        .build();
    Client::from_conf(config)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_config::{BehaviorVersion, Region};
    use aws_credential_types::Credentials;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// Answers every request on a connection, which it keeps open, and counts connections.
    async fn server() -> (String, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = connections.clone();
        tokio::spawn(async move {
            while let Ok((connection, _peer)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(answer(connection));
            }
        });
        (format!("http://{address}"), connections)
    }

    async fn answer(mut connection: TcpStream) {
        let mut request = vec![0; 65_536];
        // A request without a body comes in one piece.
        while connection.read(&mut request).await.is_ok_and(|read| read > 0) {
            let answer =
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
            connection.write_all(answer.as_bytes()).await.expect("the client reads");
        }
    }

    async fn call_at(ses: &SesClient, now: SystemTime) {
        ses.for_call_at(now).get_account().send().await.expect("it answers");
    }

    #[tokio::test]
    async fn no_call_reuses_a_connection_that_was_idle_by_the_time_of_day() {
        let (endpoint, connections) = server().await;
        let sdk = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .load()
            .await;
        let ses = SesClient::new(&sdk);
        let start = SystemTime::now();
        let idle = MAX_IDLE + Duration::from_millis(1);
        let steps = [
            (start, 1),
            (start + MAX_IDLE, 1),
            // Frozen, while the monotonic clock stood still.
            (start + MAX_IDLE + idle, 2),
            (start + MAX_IDLE + idle + MAX_IDLE, 2),
            // Set back.
            (start, 3),
        ];
        for (now, expected) in steps {
            call_at(&ses, now).await;
            assert_eq!(connections.load(Ordering::SeqCst), expected);
        }
    }
}
