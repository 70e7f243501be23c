//! The call to SES.
//!
//! `SendEmail` has no idempotency token, so nothing here retries it.

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

/// A connection that was idle for longer is not reused. Between two invocations, a Lambda may be frozen for
/// minutes in which SES closes the connection; a mail written to it would be in doubt.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(5);

/// The time to connect. Without a connection nothing was sent, which is proof of refusal.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// An SES client that never retries by itself.
fn client(sdk: &SdkConfig) -> Client {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc))
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
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

/// The settings that are the same for every mail.
#[derive(Debug, Clone)]
pub struct SenderSettings {
    /// An RFC 5322 mailbox: `Shop <orders@shop.example>`.
    pub mailbox: String,
    /// The `Reply-To` mailbox; if `None`, replies go to `mailbox`.
    pub reply_to: Option<String>,
    /// SES's configuration set, which publishes the events that feedback reads.
    pub configuration_set: Option<String>,
    /// For staging: every mail goes to this address instead of the customer's.
    pub redirect_all_to: Option<EmailAddress>,
}

/// Sends mails through SES.
#[derive(Debug)]
pub struct Sender {
    client: Client,
    settings: SenderSettings,
}

impl Sender {
    /// Builds a client that never retries, whatever the retry settings in `sdk`.
    #[must_use]
    pub fn new(sdk: &SdkConfig, settings: SenderSettings) -> Self {
        Self { client: client(sdk), settings }
    }

    /// The client, for other calls that only read.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Calls `SendEmail` once and waits for its answer for at most `max_wait`; after that, the outcome is
    /// [`SendOutcome::Ambiguous`]. `attempt` is the fencing token of the claim, and is returned in SES events.
    pub async fn send(
        &self,
        request: &MailRequest,
        attempt: u32,
        mail: &Mail,
        max_wait: Duration,
    ) -> SendOutcome {
        let to =
            self.settings.redirect_all_to.as_ref().unwrap_or(&request.event.order.customer.email);
        let call = self
            .client
            .send_email()
            .from_email_address(&self.settings.mailbox)
            .destination(Destination::builder().to_addresses(to.expose()).build())
            .set_reply_to_addresses(self.settings.reply_to.clone().map(|address| vec![address]))
            .set_configuration_set_name(self.settings.configuration_set.clone())
            .set_email_tags(Some(tags(request, attempt)))
            .content(EmailContent::builder().simple(message(mail)).build());
        match tokio::time::timeout(max_wait, call.send()).await {
            Ok(result) => classify(result),
            Err(_elapsed) => SendOutcome::Ambiguous { code: "NoAnswerInTime".to_owned() },
        }
    }
}

fn message(mail: &Mail) -> Message {
    let body = Body::builder().html(content(&mail.html)).text(content(&mail.text)).build();
    // Prevents out-of-office replies to the shop (RFC 3834, section 5).
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

/// The ledger key and the attempt, which SES returns in its events. A tag may contain only `A-Za-z0-9_-`
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html>), so the key is in
/// base64url.
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
