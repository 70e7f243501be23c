//! How the mailer classifies SES's answers, over a real socket and through its own sender: each error
//! code of `SendEmail`, and each way in which a connection fails. Whatever happens, SES is called at most
//! once.

mod account_faults;
mod fake_ses;

use std::collections::BTreeSet;
use std::time::Duration;

use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future::ProvideCredentials as ProvideCredentialsFuture;
use aws_sdk_sesv2::config::{Credentials, Region};
use mailer::Sender;
use mailer::send_outcome::SendOutcome;
use mailer::ses_errors::SES_ERRORS;
use shared::queue::message::{DispatchRequest, MailRequest};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::events::confirmed;
use fake_ses::{Behavior, FakeSes, answer};

/// The variants of [`SendOutcome`], without their contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Accepted,
    Retryable,
    AccountFault,
    Permanent,
    Ambiguous,
}

use Class::{Accepted, AccountFault, Ambiguous, Permanent, Retryable};

fn class(answer: &SendOutcome) -> Class {
    match answer {
        SendOutcome::Accepted { .. } => Accepted,
        SendOutcome::Retryable { .. } => Retryable,
        SendOutcome::AccountFault { .. } => AccountFault,
        SendOutcome::Permanent { .. } => Permanent,
        SendOutcome::Ambiguous { .. } => Ambiguous,
    }
}

const ANY: &str = "invented";
const QUOTA: &str = "Daily message quota exceeded.";
const RATE: &str = "Maximum sending rate exceeded.";
const EXPIRED: &str = "Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z (20260101T001000Z - 5 min.)";

/// For each row of the mailer's table, an answer of SES: code, the row's detail, message, the status that AWS
/// gives it, and what it proves. Where SES tells one fault from another by its message, the message is as SES
/// writes it (<https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html>).
#[rustfmt::skip]
const ERRORS: [(&str, &str, &str, u16, Class); 55] = [
    ("AccountSuspendedException", "", ANY, 400, AccountFault),
    ("BadRequestException", "configuration set", "Configuration set <waybill> does not exist.", 400, AccountFault),
    ("BadRequestException", "", ANY, 400, Permanent),
    ("LimitExceededException", "", ANY, 400, Retryable),
    ("MailFromDomainNotVerifiedException", "", ANY, 400, AccountFault),
    ("MessageRejected", "sender not verified", "Email address is not verified. The following identities failed the check in region EU-CENTRAL-2: Nordlicht <orders@shop.example>, orders@shop.example", 400, AccountFault),
    ("MessageRejected", "recipient not verified", "Email address is not verified. The following identities failed the check in region EU-CENTRAL-2: a1@customers.example", 400, Retryable),
    ("MessageRejected", "sending paused", "Sending paused for this account. For more information, please check the inbox of the email address associated with your AWS account.", 400, AccountFault),
    ("MessageRejected", "sending suspended", "Sending suspended for this account. For more information, please check the inbox of the email address associated with your AWS account.", 400, AccountFault),
    ("MessageRejected", "", ANY, 400, Permanent),
    ("NotFoundException", "", ANY, 404, AccountFault),
    ("SendingPausedException", "", ANY, 400, AccountFault),
    ("TooManyRequestsException", "daily quota spent", QUOTA, 429, AccountFault),
    ("TooManyRequestsException", "", RATE, 429, Retryable),
    ("ThrottlingException", "daily quota spent", QUOTA, 400, AccountFault),
    ("ThrottlingException", "", RATE, 400, Retryable),
    ("Throttling", "daily quota spent", QUOTA, 400, AccountFault),
    ("Throttling", "", RATE, 400, Retryable),
    ("AlreadyExistsException", "", ANY, 400, Permanent),
    ("ConflictException", "", ANY, 409, Permanent),
    ("ConcurrentModificationException", "", ANY, 500, Ambiguous),
    ("InternalServiceErrorException", "", ANY, 500, Ambiguous),
    ("AccessDeniedException", "", "User `arn:aws:sts::111122223333:assumed-role/r/f' is not authorized to perform `ses:SendEmail' on resource `arn:aws:ses:eu-central-2:111122223333:identity/shop.example'", 403, AccountFault),
    ("AccessDeniedException", "recipient's identity", "User `arn:aws:sts::111122223333:assumed-role/r/f' is not authorized to perform `ses:SendEmail' on resource `arn:aws:ses:eu-central-2:111122223333:identity/a1@customers.example'", 403, Retryable),
    ("ExpiredTokenException", "", ANY, 403, Retryable),
    ("IncompleteSignature", "", ANY, 403, AccountFault),
    ("InvalidSignatureException", "signature expired", EXPIRED, 403, Retryable),
    ("SignatureDoesNotMatch", "signature expired", EXPIRED, 403, Retryable),
    ("InvalidSignatureException", "", ANY, 403, AccountFault),
    ("SignatureDoesNotMatch", "", ANY, 403, AccountFault),
    ("InvalidClientTokenId", "", ANY, 403, AccountFault),
    ("UnrecognizedClientException", "", ANY, 403, AccountFault),
    ("MissingAuthenticationToken", "", ANY, 403, AccountFault),
    ("MalformedHttpRequestException", "", ANY, 400, Permanent),
    ("NotAuthorized", "", ANY, 401, AccountFault),
    ("OptInRequired", "", ANY, 403, AccountFault),
    ("RequestEntityTooLargeException", "", ANY, 413, Permanent),
    ("UnknownOperationException", "", ANY, 404, Permanent),
    ("ValidationError", "", ANY, 400, Permanent),
    ("InvalidAction", "", ANY, 400, Permanent),
    ("InvalidParameterCombination", "", ANY, 400, Permanent),
    ("InvalidParameterValue", "", ANY, 400, Permanent),
    ("InvalidQueryParameter", "", ANY, 400, Permanent),
    ("MalformedQueryString", "", ANY, 404, Permanent),
    ("MissingAction", "", ANY, 400, Permanent),
    ("MissingParameter", "", ANY, 400, Permanent),
    ("RequestExpired", "", ANY, 400, Retryable),
    ("ThrottledException", "", ANY, 400, Retryable),
    ("RequestThrottled", "", ANY, 400, Retryable),
    ("SlowDown", "", ANY, 503, Retryable),
    ("RequestAbortedException", "", ANY, 400, Ambiguous),
    ("RequestTimeout", "", ANY, 400, Ambiguous),
    ("RequestTimeoutException", "", ANY, 408, Ambiguous),
    ("InternalFailure", "", ANY, 500, Ambiguous),
    ("ServiceUnavailable", "", ANY, 503, Ambiguous),
];

#[tokio::test]
async fn each_error_means_what_the_table_says() {
    let tested: BTreeSet<_> = ERRORS.iter().map(|(code, detail, ..)| (*code, *detail)).collect();
    let known: BTreeSet<_> = SES_ERRORS.iter().map(|row| (row.code, row.detail)).collect();
    assert_eq!(tested, known, "each row of the table is tested, and no other");
    for (code, detail, message, status, expected) in ERRORS {
        let reason = if detail.is_empty() { code.to_owned() } else { format!("{code}: {detail}") };
        for behavior in error_responses(code, message, status) {
            let seen = send_to_fake(behavior).await;
            assert_eq!((class(&seen), seen.code()), (expected, &*reason), "{status} {message}");
        }
    }
}

/// Services name an error in a header or in the body, with or without a namespace
/// (<https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization>).
fn error_responses(code: &str, message: &str, status: u16) -> [Behavior; 3] {
    let body = format!(r#"{{"message":"{message}"}}"#);
    let qualified = format!("{code}:http://internal.amazon.com/coral/com.amazonaws.sesv2/");
    let named = format!(r#"{{"__type":"com.amazonaws.sesv2#{code}","message":"{message}"}}"#);
    [
        answer(status, &[("x-amzn-errortype", code)], &body),
        answer(status, &[("x-amzn-errortype", &qualified)], &body),
        answer(status, &[], &named),
    ]
}

#[tokio::test]
async fn a_mail_waits_longer_for_the_daily_quota_than_for_the_rate() {
    let retry_after = async |message: &str| {
        let body = format!(r#"{{"message":"{message}"}}"#);
        let code = [("x-amzn-errortype", "TooManyRequestsException")];
        match send_to_fake(answer(429, &code, &body)).await {
            SendOutcome::Retryable { retry_after, .. }
            | SendOutcome::AccountFault { retry_after, .. } => retry_after,
            other => panic!("expected a temporary refusal, not {other:?}"),
        }
    };
    let rate = retry_after("Maximum sending rate exceeded.").await;
    let quota = retry_after("Daily message quota exceeded.").await;
    assert!(
        rate < Duration::from_secs(10) && quota > Duration::from_secs(600),
        "{rate:?} {quota:?}"
    );
}

/// A proxy's page, or a code that AWS adds one day: only a status of the 4xx class proves a refusal.
#[tokio::test]
async fn an_answer_without_a_known_code_is_classified_by_its_status() {
    for (status, expected) in [
        (301, Ambiguous),
        (400, Permanent),
        (401, AccountFault),
        (403, AccountFault),
        (404, Permanent),
        (407, AccountFault),
        (408, Ambiguous),
        (422, Permanent),
        (429, Retryable),
        (500, Ambiguous),
        (502, Ambiguous),
        (503, Ambiguous),
        (504, Ambiguous),
        (599, Ambiguous),
    ] {
        for body in ["", "<html>Bad gateway</html>", "{\"message\":", "{\"code\":7}"] {
            let seen = send_to_fake(answer(status, &[], body)).await;
            assert_eq!(class(&seen), expected, "{status} {body}");
        }
        let seen =
            send_to_fake(answer(status, &[("x-amzn-errortype", "BrandNewException")], "{}")).await;
        assert_eq!((class(&seen), seen.code()), (expected, "BrandNewException"), "{status}");
    }
}

#[tokio::test]
async fn an_acceptance_keeps_the_id_that_ses_gave() {
    let seen = send_to_fake(answer(200, &[], r#"{"MessageId":"0102018f"}"#)).await;
    assert_eq!(seen, SendOutcome::Accepted { message_id: "0102018f".to_owned() });
}

/// Once the request may have been sent, a missing answer proves nothing.
#[tokio::test]
async fn an_incomplete_answer_proves_nothing() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"Mess".to_owned();
    for behavior in [
        Behavior::CloseUnread,
        Behavior::CloseRead,
        Behavior::Reset,
        Behavior::Silence,
        Behavior::Write("SMTP 220 who are you?\r\n\r\n".to_owned()),
        Behavior::Write("HTTP/1.1 ".to_owned()),
        Behavior::Write(half),
        answer(200, &[], "{\"MessageId\":"),
        answer(200, &[], "<html>Please log in</html>"),
        answer(200, &[], "{}"),
    ] {
        let seen = send_to_fake(behavior.clone()).await;
        assert_eq!(class(&seen), Ambiguous, "{behavior:?} {seen:?}");
    }
}

#[tokio::test]
async fn a_call_is_abandoned_when_the_functions_time_is_over() {
    let ses = FakeSes::start(Behavior::Silence).await;
    let at_most = Duration::from_millis(50);
    let seen = send_to_endpoint(&format!("http://{}", ses.address), at_most).await;
    assert_eq!(class(&seen), Ambiguous);
    assert_eq!(seen.code(), "NoAnswerInTime");
}

/// Without a connection no request was sent, which proves that SES did not accept the mail.
#[tokio::test]
async fn without_a_connection_or_credentials_nothing_was_sent() {
    let nobody = TcpSocket::new_v4().expect("a socket");
    // Bound and not listening: the kernel refuses connections, and nobody else can take the port.
    nobody.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let refused = nobody.local_addr().expect("a bound socket has an address");
    // The connections have to stay open, or the backlog would have room again.
    let (full, _waiting) = full_backlog().await;
    let no_tls = FakeSes::start(Behavior::Write("220 plain\r\n".to_owned())).await;
    for endpoint in [
        format!("http://{refused}"),
        format!("http://{}", full.local_addr().expect("a bound socket has an address")),
        format!("https://{}", no_tls.address),
    ] {
        let seen = send_to_endpoint(&endpoint, AMPLE_TIME).await;
        assert_eq!((class(&seen), seen.code()), (Retryable, "NoConnection"), "{endpoint}");
    }
    let open = FakeSes::start(answer(200, &[], r#"{"MessageId":"0102018f"}"#)).await;
    let sdk = kit::aws::loader().region(REGION).endpoint_url(format!("http://{}", open.address));
    let seen = send_using(&sdk.credentials_provider(NoCredentials).load().await, AMPLE_TIME).await;
    assert_eq!((class(&seen), seen.code()), (Retryable, "NoCredentials"));
    assert_eq!(open.connections(), 0);
}

/// A credentials provider that always fails.
#[derive(Debug)]
struct NoCredentials;

impl ProvideCredentials for NoCredentials {
    fn provide_credentials<'a>(&'a self) -> ProvideCredentialsFuture<'a>
    where
        Self: 'a,
    {
        ProvideCredentialsFuture::ready(Err(CredentialsError::provider_error("invented")))
    }
}

/// A listener that accepts nobody and whose backlog is full: to the next caller, a host that does not
/// answer.
async fn full_backlog() -> (tokio::net::TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let listener = socket.listen(0).expect("a listener");
    let address = listener.local_addr().expect("a bound socket has an address");
    let mut waiting = Vec::new();
    let timeout = Duration::from_millis(200);
    while let Ok(Ok(stream)) = tokio::time::timeout(timeout, TcpStream::connect(address)).await {
        waiting.push(stream);
    }
    (listener, waiting)
}

const AMPLE_TIME: Duration = Duration::from_secs(4);
/// For an SES that never answers: the test waits for all of it.
const SOON: Duration = Duration::from_millis(500);
const REGION: Region = Region::from_static("eu-central-2");

/// Sends one mail to an SES that behaves in this way, and checks that it is called once.
async fn send_to_fake(behavior: Behavior) -> SendOutcome {
    let at_most = if matches!(behavior, Behavior::Silence) { SOON } else { AMPLE_TIME };
    let ses = FakeSes::start(behavior).await;
    let seen = send_to_endpoint(&format!("http://{}", ses.address), at_most).await;
    assert_eq!(ses.connections(), 1, "SES is called once, {seen:?}");
    seen
}

async fn send_to_endpoint(endpoint: &str, at_most: Duration) -> SendOutcome {
    let credentials = Credentials::new("a", "b", None, None, "test");
    let sdk = kit::aws::loader().region(REGION).endpoint_url(endpoint);
    send_using(&sdk.credentials_provider(credentials).load().await, at_most).await
}

/// As deployed, except for SES's address.
async fn send_using(sdk: &aws_config::SdkConfig, at_most: Duration) -> SendOutcome {
    let from = mailer::SenderSettings {
        mailbox: "Nordlicht <orders@shop.example>".to_owned(),
        reply_to: None,
        configuration_set: None,
        redirect_all_to: None,
    };
    let request = request();
    let brand = mailer::render::Brand::default();
    let mail = mailer::render::render(&request.event, request.accepted_at, &brand);
    let (sender, settings) = (Sender::new(sdk, from), shared::ShopSettings::default());
    let mail = mail.expect("a mail");
    let prepared = sender.prepare(&request, &settings, &brand, 1, "a-token", &mail);
    sender.send(prepared, at_most).await
}

fn request() -> MailRequest {
    let json: serde_json::Value =
        serde_json::from_str(&confirmed("A1")).expect("fixtures are JSON");
    let now = jiff::Timestamp::now();
    let id = shared::CorrelationId::parse("test").expect("an id");
    let request = DispatchRequest::parse(&DispatchRequest::body(&json, now, &id));
    let request = request.expect("fixtures are valid");
    request.into_mail_request(now + jiff::SignedDuration::from_hours(1))
}
