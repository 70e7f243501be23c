//! The call to SES.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::types::{
    Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag,
};
use aws_smithy_http_client::tls;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use shared::EmailAddress;
use shared::queue::message::MailRequest;

use crate::render::Mail;
use crate::send_outcome::{SendOutcome, classify};

/// A connection idle for longer is not used again. A Lambda may be frozen between two invocations
/// for minutes, SES closes the connection meanwhile, and a mail written into it would be in doubt.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(5);

/// Without a connection by then nothing was sent, and another try is free.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// An SES client that never retries by itself: SES knows no idempotency token.
fn client(sdk: &SdkConfig) -> Client {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc))
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .build_https();
    // To give up early is to doubt: the mailer itself says how long it can wait.
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

/// Who the mails are from.
#[derive(Debug, Clone)]
pub struct From {
    /// An RFC 5322 mailbox: `Shop <orders@shop.example>`.
    pub mailbox: String,
    /// Where answers go, if not there.
    pub reply_to: Option<String>,
    /// SES's configuration set, which publishes the events that feedback reads.
    pub configuration_set: Option<String>,
    /// Staging: every mail goes to this address instead of the customer's.
    pub redirect_all_to: Option<EmailAddress>,
}

/// Sends mails through SES.
#[derive(Debug)]
pub struct Sender {
    client: Client,
    from: From,
}

impl Sender {
    /// Sends as `from`, with a client of its own that never retries, whatever `sdk` says.
    #[must_use]
    pub fn new(sdk: &SdkConfig, from: From) -> Self {
        Self { client: client(sdk), from }
    }

    /// What it sends with.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Asks SES once, and waits for the answer for `at_most` that long. `attempt` is the fencing
    /// token of the claim; SES's events carry it back.
    pub async fn send(
        &self,
        request: &MailRequest,
        attempt: u32,
        mail: &Mail,
        at_most: Duration,
    ) -> SendOutcome {
        let to = self.from.redirect_all_to.as_ref().unwrap_or(&request.event.order.customer.email);
        let call = self
            .client
            .send_email()
            .from_email_address(&self.from.mailbox)
            .destination(Destination::builder().to_addresses(to.expose()).build())
            .set_reply_to_addresses(self.from.reply_to.clone().map(|address| vec![address]))
            .set_configuration_set_name(self.from.configuration_set.clone())
            .set_email_tags(Some(tags(request, attempt)))
            .content(EmailContent::builder().simple(message(mail)).build());
        match tokio::time::timeout(at_most, call.send()).await {
            Ok(result) => classify(result),
            Err(_elapsed) => SendOutcome::Ambiguous { code: "NoAnswerInTime".to_owned() },
        }
    }
}

fn message(mail: &Mail) -> Message {
    let body = Body::builder().html(content(&mail.html)).text(content(&mail.text)).build();
    // RFC 3834: no out-of-office replies, please.
    let auto = MessageHeader::builder().name("Auto-Submitted").value("auto-generated").build();
    Message::builder()
        .subject(content(&mail.subject))
        .body(body)
        .headers(auto.expect("name and value are set"))
        .build()
}

fn content(text: &str) -> Content {
    Content::builder().data(text).charset("UTF-8").build().expect("data is set")
}

/// Tags hold only `A-Za-z0-9_-`, so the key travels in base64url.
fn tags(request: &MailRequest, attempt: u32) -> Vec<MessageTag> {
    let tag = |name: &str, value: String| {
        MessageTag::builder().name(name).value(value).build().expect("name and value are set")
    };
    let encoded = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    vec![
        tag("waybill-order", encoded(request.key.order_id.as_str())),
        tag("waybill-notification", encoded(&request.key.sort_key())),
        tag("waybill-attempt", attempt.to_string()),
        tag("waybill-kind", request.key.kind.as_str().replace('.', "-")),
    ]
}
