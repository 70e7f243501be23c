//! The call to SES.
//!
//! `SendEmail` has no idempotency token, so nothing here retries it.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_sdk_sesv2::operation::send_email::builders::SendEmailFluentBuilder;
use aws_sdk_sesv2::types::builders::MessageBuilder;
use aws_sdk_sesv2::types::{
    Attachment, AttachmentContentDisposition, AttachmentContentTransferEncoding, Body, Content,
    Destination, EmailContent, Message, MessageHeader, MessageTag,
};
use kit::connect::InsteadOfCall;
use kit::ledger::{FEEDBACK_TOKEN_TAG, FILES_TAG};
use shared::queue::message::MailRequest;
use shared::{ShopSettings, mail_tags};

use crate::attachments::File;
use crate::conversation;
use crate::encoded_word::encoded_words;
use crate::identities::OwnIdentities;
use crate::render::{Brand, Mail};
use crate::send_outcome::{SendOutcome, classify};
use crate::sender_settings::SenderSettings;
use crate::ses_client::SesClient;
use crate::shop_sender::ShopSender;

/// A call of `SendEmail` that was not made yet.
#[derive(Debug)]
pub struct PreparedMail {
    call: SendEmailFluentBuilder,
    message: MessageBuilder,
    /// The identities without which it cannot be sent, if they are not the stack's.
    own_identities: Option<OwnIdentities>,
}

impl PreparedMail {
    /// The mail with these files, of which SES's events say that it had some.
    #[must_use]
    pub fn attach(self, files: Vec<File>) -> Self {
        if files.is_empty() {
            return self;
        }
        let call = self.call.email_tags(tag(FILES_TAG.to_owned(), files.len().to_string()));
        let attachments = files.into_iter().map(attachment);
        let message = attachments.fold(self.message, MessageBuilder::attachments);
        Self { call, message, ..self }
    }
}

/// Sends mails through SES.
#[derive(Debug)]
pub struct Sender {
    ses: SesClient,
    settings: SenderSettings,
    own_identities: OwnIdentities,
}

impl Sender {
    /// Builds a client that never retries, whatever the retry settings in `sdk`.
    #[must_use]
    pub fn new(sdk: &SdkConfig, settings: SenderSettings) -> Self {
        let own_identities = OwnIdentities::new(
            &settings.mailbox,
            settings.redirect_all_to.as_ref().map(|address| address.expose()),
        );
        Self { ses: SesClient::new(sdk), settings, own_identities }
    }

    /// The call for `mail`, which [`Sender::send`] makes. SES returns `attempt`, the fencing token of the claim, and
    /// `token`, the ledger's for this notification, in its events. The mail is from whom `settings` name, and of the
    /// shop `brand`.
    #[must_use]
    pub fn prepare(
        &self,
        request: &MailRequest,
        settings: &ShopSettings,
        brand: &Brand,
        attempt: u32,
        token: &str,
        mail: &Mail,
    ) -> PreparedMail {
        let to = self.settings.redirect_all_to.as_ref().unwrap_or(request.to());
        let from = ShopSender::new(settings, &self.settings);
        let headers = headers(request, &from.mailbox, brand);
        let call = self
            .ses
            .for_call_at(SystemTime::now())
            .send_email()
            .from_email_address(from.mailbox)
            .destination(Destination::builder().to_addresses(to.expose()).build())
            .set_reply_to_addresses(from.reply_to.map(|address| vec![address.to_owned()]))
            .set_configuration_set_name(self.settings.configuration_set.clone())
            .set_email_tags(Some(tags(request, attempt, token)));
        let message = message(mail, headers);
        PreparedMail { call, message, own_identities: from.own_identities }
    }

    /// Opens a connection to SES, for a mail that comes within seconds: see [`kit::connect`] and `SesClient`.
    pub async fn connect(&self) {
        let client = self.ses.for_call_at(SystemTime::now());
        let instead = client.send_email().customize().interceptor(InsteadOfCall).send();
        kit::connect::answered(instead).await;
    }

    /// Calls `SendEmail` once and waits for its answer for at most `max_wait`; after that, the outcome is
    /// [`SendOutcome::Ambiguous`].
    pub async fn send(&self, mail: PreparedMail, max_wait: Duration) -> SendOutcome {
        let content = EmailContent::builder().simple(mail.message.build()).build();
        let answer = tokio::time::timeout(max_wait, mail.call.content(content).send()).await;
        match answer {
            Ok(result) => match &mail.own_identities {
                None => classify(result, &self.own_identities),
                Some(identities) => classify(result, identities).of_one_sender(),
            },
            Err(_elapsed) => SendOutcome::Ambiguous { code: "NoAnswerInTime".to_owned() },
        }
    }
}

fn message(mail: &Mail, headers: Vec<MessageHeader>) -> MessageBuilder {
    let body = Body::builder().html(content(&mail.html)).text(content(&mail.text)).build();
    let subject = content(&subject(&mail.subject));
    Message::builder().subject(subject).body(body).set_headers(Some(headers))
}

/// A file in base64: by default, SES writes the bytes as they are, for ASCII alone
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Attachment.html>).
fn attachment(file: File) -> Attachment {
    Attachment::builder()
        .file_name(file.name)
        .content_type(file.media_type)
        .content_disposition(AttachmentContentDisposition::Attachment)
        .content_transfer_encoding(AttachmentContentTransferEncoding::Base64)
        .raw_content(file.content)
        .build()
        .expect("name and content are set")
}

/// The headers that are no parameters of the call. Not among them:
/// - `List-Unsubscribe`: these mails are what the customer's own order asks for, some of them by law, and there is no
///   list to leave. A button that seems to stop them would hide the mail that says that a parcel waits to be fetched.
/// - `Feedback-ID`: SES writes it, of two of its tags ([`tags`]).
fn headers(request: &MailRequest, from: &str, brand: &Brand) -> Vec<MessageHeader> {
    let number = request.event.order.number.as_str();
    // Prevents out-of-office replies to the shop (RFC 3834, section 5).
    let auto = ("Auto-Submitted", "auto-generated".to_owned());
    let conversation = conversation::headers(&request.key, from, (brand.name.as_str(), number));
    let header = |(name, value): (&str, String)| {
        MessageHeader::builder().name(name).value(value).build().expect("name and value are set")
    };
    [auto].into_iter().chain(conversation).map(header).collect()
}

/// The subject that a reader shows as `text`.
///
/// SES encodes what is not ASCII and passes an RFC 2047 encoded-word on as it is
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Message.html>). A text that holds one
/// would be decoded by the reader, so it is encoded once more, into words that the reader undoes.
fn subject(text: &str) -> Cow<'_, str> {
    if !text.contains("=?") {
        return Cow::Borrowed(text);
    }
    Cow::Owned(encoded_words(text))
}

fn content(text: &str) -> Content {
    Content::builder().data(text).charset("UTF-8").build().expect("data is set")
}

fn tag(name: String, value: String) -> MessageTag {
    MessageTag::builder().name(name).value(value).build().expect("name and value are set")
}

/// What SES returns in its events: the ledger key, the attempt, and the ledger's token, without which feedback
/// does not believe an event. And what it writes into the first two of the four fields of `Feedback-ID`, by which
/// Gmail tells a sender whose mails, and which, are reported as spam
/// (<https://support.google.com/a/answer/6254652>): the shop and the kind of mail.
fn tags(request: &MailRequest, attempt: u32, token: &str) -> Vec<MessageTag> {
    let kind = request.key.kind.as_str().replace('.', "-");
    let others = [
        ("waybill-attempt", attempt.to_string()),
        (FEEDBACK_TOKEN_TAG, token.to_owned()),
        ("ses:feedback-id-a", request.key.shop.to_string()),
        ("ses:feedback-id-b", kind.clone()),
        ("waybill-kind", kind),
    ];
    let others = others.map(|(name, value)| (name.to_owned(), value));
    let all = mail_tags::tags_of(&request.key).into_iter().chain(others);
    all.map(|(name, value)| tag(name, value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use shared::queue::message::DispatchRequest;

    /// What a reader makes of the encoded-words of a header.
    fn decoded(header: &str) -> String {
        let bytes: Vec<u8> = header
            .split(' ')
            .flat_map(|word| {
                let encoded = word.strip_prefix("=?UTF-8?B?").and_then(|w| w.strip_suffix("?="));
                BASE64_STANDARD.decode(encoded.expect("an encoded-word")).expect("base64")
            })
            .collect();
        String::from_utf8(bytes).expect("UTF-8")
    }

    fn subject_sent(subject: &str) -> String {
        let mail = Mail { subject: subject.to_owned(), html: String::new(), text: String::new() };
        message(&mail, Vec::new()).build().subject().expect("a subject").data().to_owned()
    }

    #[test]
    fn a_subject_with_an_encoded_word_is_shown_as_it_was_written() {
        for number in ["=?UTF-8?B?WW91IHdvbg==?=", "=?utf-8?q?You_won?= ü", "=?"] {
            let subject = format!("We have your order {number} {}", "ü€😀".repeat(20));
            let sent = subject_sent(&subject);
            assert_eq!(decoded(&sent), subject);
            assert!(sent.split(' ').all(|word| word.len() <= 75), "{sent}");
        }
    }

    fn request() -> MailRequest {
        let body = r##"{"v":1,"accepted_at":1763900000000,"correlation_id":"c-1",
            "event":{"shop":"north","specversion":"1.0","source":"shop","id":"e-1","type":"order.confirmed",
              "data":{"order":{"id":"1001","number":"Nº 1001","customer":{"email":"jo@customer.example","name":"Jo"},
                "lines":[{"sku":"MUG","title":"Mug","quantity":1}],"totals":{}}}}}"##;
        let request = DispatchRequest::parse(body).expect("a dispatch request");
        let send_before = request.send_before();
        request.into_mail_request(send_before)
    }

    #[test]
    fn a_mail_has_the_headers_that_mail_programs_go_by_and_no_personal_data_in_them() {
        let request = request();
        let headers = headers(&request, "North <orders@north.example>", &Brand::default());
        let value = |name: &str| {
            let mut own = headers.iter().filter(|header| header.name() == name);
            let value = own.next().map(|header| header.value().to_owned());
            assert!(own.next().is_none(), "{name} twice");
            value
        };
        let order = Some("<order.north.MTAwMQ@north.example>".to_owned());
        assert_eq!(value("Auto-Submitted").as_deref(), Some("auto-generated"));
        assert_eq!((value("References"), value("In-Reply-To")), (order.clone(), order));
        assert_eq!(value("X-Entity-Ref-ID").as_deref(), Some("order.north.MTAwMQ"));
        let topic = value("Thread-Topic").expect("a topic");
        assert!(decoded(&topic).ends_with("Nº 1001"), "{topic}");
        assert_eq!(value("List-Unsubscribe"), None);
        assert!(headers.iter().all(|header| !header.value().contains("jo@")));
        let tags = tags(&request, 1, "token");
        let tag = |name| tags.iter().find(|tag| tag.name() == name).map(MessageTag::value);
        assert_eq!(tag("ses:feedback-id-a"), Some("north"));
        assert_eq!(tag("ses:feedback-id-b"), Some("order-confirmed"));
    }

    #[test]
    fn every_other_subject_is_left_to_ses() {
        for subject in ["We have your order #1001", "On its way: your order נ-1", "a =b? c"] {
            assert_eq!(subject_sent(subject), subject);
        }
    }
}
