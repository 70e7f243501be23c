//! S3, as far as the mailer needs it: GetObject of small objects
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>).

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_types::service_config::ServiceConfigKey;
use shared::ObjectKey;
use shared::shop_settings::BucketName;
use tokio::time::{Instant, timeout_at};

use super::signature::{headers_of_get, path_of};

/// A connection that was idle for longer is not reused. One that S3 closed meanwhile fails the first attempt alone.
const MAX_IDLE: Duration = Duration::from_secs(5);

/// An object.
#[derive(Debug)]
pub struct Object {
    /// The header `Content-Type`.
    pub content_type: Option<String>,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// Why an object was not fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfetched {
    /// There is none of this key, or no such bucket.
    NotFound,
    /// The role may not read it. Also where there is none, since the role may not list the bucket.
    Denied,
    /// It has more bytes than asked for.
    TooLarge,
    /// No answer, or one after which it may be asked again.
    MayPass,
    /// Another answer, or no request could be made.
    Refused,
}

/// S3 in one region. Its client is built when it is first needed.
#[derive(Debug)]
pub struct ObjectStore {
    sdk: SdkConfig,
    /// The address of another S3 than AWS's, whose buckets are the first part of the path.
    endpoint: Option<String>,
    connector: OnceLock<Connector>,
}

impl ObjectStore {
    /// With `sdk`'s region and credentials, at the endpoint that `AWS_ENDPOINT_URL_S3` names, or `AWS_ENDPOINT_URL`, if one
    /// does.
    pub fn new(sdk: &SdkConfig) -> Self {
        Self { sdk: sdk.clone(), endpoint: endpoint(sdk), connector: OnceLock::new() }
    }

    /// The object, if it has at most `max_bytes`, and never past `until`. Tried once more, if that may help and there is as
    /// much time left as the first attempt took: a GET may be repeated, but not in vain.
    ///
    /// # Errors
    /// [`Unfetched`], which is logged, without the key.
    pub async fn get(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        max_bytes: usize,
        until: Instant,
    ) -> Result<Object, Unfetched> {
        let began = Instant::now();
        // An attempt that hangs leaves the next one its time. One whose answer has begun is not given up: S3 would begin
        // again at the first byte.
        let answered_until = began + until.saturating_duration_since(began) * 2 / 5;
        let first = self.try_get((bucket, key), max_bytes, answered_until, until).await;
        let took = began.elapsed();
        if !matches!(first, Err(Unfetched::MayPass))
            || until.saturating_duration_since(Instant::now()) < took
        {
            return first;
        }
        self.try_get((bucket, key), max_bytes, until, until).await
    }

    /// One attempt, whose answer begins before `answered_until` and is all there by `until`.
    async fn try_get(
        &self,
        object: (&BucketName, &ObjectKey),
        max_bytes: usize,
        answered_until: Instant,
        until: Instant,
    ) -> Result<Object, Unfetched> {
        let late = |_elapsed| {
            tracing::info!("S3 did not answer in time");
            Unfetched::MayPass
        };
        let answer = timeout_at(answered_until, self.ask(object)).await.map_err(late)??;
        timeout_at(until, receive(answer, max_bytes)).await.map_err(late)?
    }

    /// S3's answer, whose body is not read yet.
    async fn ask(
        &self,
        (bucket, key): (&BucketName, &ObjectKey),
    ) -> Result<HttpResponse, Unfetched> {
        let request = self.request(bucket, key).await?;
        self.connector().call(request).await.map_err(|error| {
            tracing::info!(%error, "S3 could not be asked");
            Unfetched::MayPass
        })
    }

    async fn request(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
    ) -> Result<HttpRequest, Unfetched> {
        let region = self.sdk.region().ok_or(Unfetched::Refused)?.as_ref();
        let url = self.url(bucket, key, region);
        let provider = self.sdk.credentials_provider().ok_or(Unfetched::Refused)?;
        let credentials = provider.provide_credentials().await.map_err(|error| {
            tracing::warn!(%error, "no credentials for S3");
            Unfetched::MayPass
        })?;
        // The machine's clock, as the SDK: S3 compares the time with its own.
        let signed = headers_of_get(&url, &[], region, credentials, SystemTime::now());
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_uri(url).map_err(|_| Unfetched::Refused)?;
        for (name, value) in signed.ok_or(Unfetched::Refused)? {
            request.headers_mut().insert(name, value);
        }
        // As the SDK's own requests, by which S3's access log tells who asked.
        let app = self.sdk.app_name().map(|name| format!(" app/{name}")).unwrap_or_default();
        request.headers_mut().insert("user-agent", format!("waybill-mailer{app}"));
        Ok(request)
    }

    fn url(&self, bucket: &BucketName, key: &ObjectKey, region: &str) -> String {
        let (bucket, path) = (bucket.as_str(), path_of(key.as_str()));
        match &self.endpoint {
            Some(endpoint) => format!("{}/{bucket}{path}", endpoint.trim_end_matches('/')),
            None => {
                let suffix =
                    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
                format!("https://{bucket}.s3.{region}.{suffix}{path}")
            }
        }
    }

    fn connector(&self) -> &Connector {
        self.connector.get_or_init(|| {
            Connector::builder()
                .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc))
                .pool_idle_timeout(MAX_IDLE)
                .build()
        })
    }
}

/// The endpoint by the SDK's own rules
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
fn endpoint(sdk: &SdkConfig) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id("s3")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build();
    let of_s3 =
        sdk.service_config().zip(key.ok()).and_then(|(config, key)| config.load_config(key));
    of_s3.or_else(|| sdk.endpoint_url().map(str::to_owned))
}

/// The object, or what S3 refused it with.
async fn receive(answer: HttpResponse, max_bytes: usize) -> Result<Object, Unfetched> {
    let status = answer.status().as_u16();
    if status != 200 {
        let code = error_code(answer).await;
        tracing::info!(status, code, "S3 refused");
        return Err(match status {
            404 => Unfetched::NotFound,
            401 | 403 => Unfetched::Denied,
            429 | 500..=599 => Unfetched::MayPass,
            // 301 with PermanentRedirect: the bucket is in another region.
            _ => Unfetched::Refused,
        });
    }
    let header = |name: &str| answer.headers().get(name).map(str::to_owned);
    let length: Option<usize> = header("content-length").and_then(|text| text.parse().ok());
    // Before it is read: an object of gigabytes costs nothing.
    if length.is_some_and(|length| length > max_bytes) {
        return Err(Unfetched::TooLarge);
    }
    let content_type = header("content-type");
    let bytes = read(answer, length.unwrap_or_default(), max_bytes).await?;
    // A connection that broke off is no end.
    if length.is_some_and(|length| length != bytes.len()) {
        return Err(Unfetched::MayPass);
    }
    Ok(Object { content_type, bytes })
}

async fn read(answer: HttpResponse, length: usize, max_bytes: usize) -> Result<Vec<u8>, Unfetched> {
    let mut body = ByteStream::new(answer.into_body());
    // Of its size at once: growing would hold it twice.
    let mut bytes = Vec::with_capacity(length);
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| Unfetched::MayPass)?;
        if bytes.len() + chunk.len() > max_bytes {
            return Err(Unfetched::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The code of an error, such as `NoSuchKey`, for the log. Nothing else of the answer, which repeats the key.
async fn error_code(answer: HttpResponse) -> String {
    const MAX_ERROR_BYTES: usize = 16 * 1024;
    let body = read(answer, 0, MAX_ERROR_BYTES).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&body);
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let is_code = |code: &&str| code.len() <= 64 && code.bytes().all(|b| b.is_ascii_alphanumeric());
    code.map(|(code, _)| code).filter(is_code).unwrap_or("none").to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_config::Region;
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_bucket_is_the_first_part_of_the_host_at_aws_and_of_the_path_elsewhere() {
        let key = ObjectKey::parse("north/ü 1.pdf").expect("a key");
        let bucket = BucketName::parse("invoices").expect("a bucket");
        let url = |builder: aws_types::sdk_config::Builder, region: &str| {
            ObjectStore::new(&builder.build()).url(&bucket, &key, region)
        };
        let sdk = || SdkConfig::builder().region(Region::new("eu-central-1"));
        assert_eq!(
            url(sdk(), "eu-central-1"),
            "https://invoices.s3.eu-central-1.amazonaws.com/north/%C3%BC%201.pdf"
        );
        assert_eq!(
            url(sdk(), "cn-north-1"),
            "https://invoices.s3.cn-north-1.amazonaws.com.cn/north/%C3%BC%201.pdf"
        );
        assert_eq!(
            url(sdk().endpoint_url("http://127.0.0.1:1/"), "eu-central-1"),
            "http://127.0.0.1:1/invoices/north/%C3%BC%201.pdf"
        );
    }

    /// What a server does with a request, after it has read it.
    #[derive(Clone, Copy)]
    enum Answers {
        /// Nothing.
        Never,
        /// Half of the object at once, and the rest after this time.
        Slowly(Duration),
        /// Half of the object at once, and then the connection ends after this time.
        Breaks(Duration),
    }

    const OBJECT: &[u8] = b"%PDF-1.4 and so on";

    /// A server that answers each request as the next of these says, on a connection of its own, and counts them.
    async fn server(answers: &'static [Answers]) -> (ObjectStore, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((mut connection, _peer)) = listener.accept().await {
                let at = counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move { answer(&mut connection, answers[at]).await });
            }
        });
        let sdk = SdkConfig::builder()
            .region(Region::new("eu-central-1"))
            .endpoint_url(format!("http://{address}"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "a", "b", None, None, "test",
            )));
        (ObjectStore::new(&sdk.build()), requests)
    }

    async fn answer(connection: &mut TcpStream, answers: Answers) {
        let mut request = [0; 8192];
        let read = connection.read(&mut request).await.expect("a request");
        assert!(request[..read].ends_with(b"\r\n\r\n"));
        let wait = match answers {
            Answers::Never => return std::future::pending().await,
            Answers::Slowly(wait) | Answers::Breaks(wait) => wait,
        };
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", OBJECT.len());
        let (first, rest) = OBJECT.split_at(OBJECT.len() / 2);
        connection.write_all(&[head.as_bytes(), first].concat()).await.expect("it is read");
        tokio::time::sleep(wait).await;
        if matches!(answers, Answers::Slowly(_)) {
            connection.write_all(rest).await.expect("it is read");
        }
    }

    /// The object, where it is waited for as long as this.
    async fn get_in(store: &ObjectStore, max_time: Duration) -> Result<Vec<u8>, Unfetched> {
        let key = ObjectKey::parse("north/1.pdf").expect("a key");
        let bucket = BucketName::parse("invoices").expect("a bucket");
        let until = Instant::now() + max_time;
        store.get(&bucket, &key, 1024, until).await.map(|object| object.bytes)
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn a_download_that_takes_longer_than_half_of_the_time_is_not_begun_again() {
        const SLOW: &[Answers] = &[Answers::Slowly(Duration::from_secs(3))];
        let (store, requests) = server(SLOW).await;
        assert_eq!(get_in(&store, 5 * SECOND).await.as_deref(), Ok(OBJECT));
        assert_eq!(requests.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_download_that_broke_off_is_begun_again_only_where_it_could_be_done_in_time() {
        const BROKEN: &[Answers] =
            &[Answers::Breaks(Duration::from_secs(3)), Answers::Slowly(Duration::ZERO)];
        let (store, requests) = server(BROKEN).await;
        assert_eq!(get_in(&store, 5 * SECOND).await, Err(Unfetched::MayPass));
        assert_eq!(requests.load(Ordering::SeqCst), 1);
        let (store, requests) = server(BROKEN).await;
        assert_eq!(get_in(&store, 30 * SECOND).await.as_deref(), Ok(OBJECT));
        assert_eq!(requests.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn an_s3_that_hangs_is_asked_once_more_in_time() {
        const HANGS: &[Answers] = &[Answers::Never, Answers::Slowly(Duration::ZERO)];
        let (store, requests) = server(HANGS).await;
        assert_eq!(get_in(&store, 5 * SECOND).await.as_deref(), Ok(OBJECT));
        assert_eq!(requests.load(Ordering::SeqCst), 2);
    }
}
