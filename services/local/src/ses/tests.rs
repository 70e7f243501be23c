use aws_sdk_sesv2::Error;
use aws_sdk_sesv2::error::ProvideErrorMetadata;
use aws_sdk_sesv2::operation::send_email::builders::SendEmailFluentBuilder;
use aws_sdk_sesv2::types::{
    Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag,
    SuppressionListReason,
};
use mail_parser::{MessageParser, MimeHeaders};
use serde_json::{Value, json};

use super::settings::{Recipients, Refusal, Senders, Settings};
use crate::edge::tests::test_edge::{Setup, TestEdge};

fn text(data: &str) -> Content {
    Content::builder().data(data).charset("UTF-8").build().unwrap()
}

fn tag(name: &str, value: &str) -> MessageTag {
    MessageTag::builder().name(name).value(value).build().unwrap()
}

fn mail(edge: &TestEdge, to: &str) -> SendEmailFluentBuilder {
    let body = Body::builder().text(text("Grüße")).html(text("<p>Grüße</p>")).build();
    let message = Message::builder()
        .subject(text("Deine Bestellung ist unterwegs – 小包"))
        .body(body)
        .headers(MessageHeader::builder().name("X-Entity-Ref-ID").value("1").build().unwrap())
        .build();
    edge.ses()
        .send_email()
        .from_email_address("=?UTF-8?B?TMOkZGNoZW4=?= <orders@shop.example>")
        .reply_to_addresses("help@shop.example")
        .destination(Destination::builder().to_addresses(to).build())
        .content(EmailContent::builder().simple(message).build())
        .email_tags(tag("waybill-kind", "shipment-shipped"))
        .email_tags(tag("waybill-order", "UjEwMDE"))
}

async fn refusal(mail: SendEmailFluentBuilder) -> Error {
    mail.send().await.unwrap_err().into()
}

#[tokio::test]
async fn an_accepted_mail_is_a_file_that_a_mail_program_reads() {
    let dir = tempfile::tempdir().unwrap();
    let edge = TestEdge::start(Setup { mail_dir: Some(dir.path()), ..Setup::default() }).await;
    let sent = mail(&edge, "Jo <jo@example.com>").send().await.unwrap();
    let id = sent.message_id().unwrap();
    let raw = std::fs::read(dir.path().join(format!("{id}.eml"))).unwrap();
    let message = MessageParser::default().parse(&raw).unwrap();
    assert_eq!(message.subject(), Some("Deine Bestellung ist unterwegs – 小包"));
    assert_eq!(message.body_text(0).as_deref(), Some("Grüße"));
    assert_eq!(message.body_html(0).as_deref(), Some("<p>Grüße</p>"));
    let kind = message.content_type().unwrap();
    assert_eq!((kind.ctype(), kind.subtype()), ("multipart", Some("alternative")));
    assert_eq!(message.to().unwrap().first().unwrap().address(), Some("jo@example.com"));
    assert_eq!(message.from().unwrap().first().unwrap().name(), Some("Lädchen"));
    assert_eq!(message.message_id(), Some(format!("{id}@eu-central-2.amazonses.com").as_str()));
    let text = String::from_utf8_lossy(&raw);
    assert!(text.contains("MIME-Version: 1.0"), "{text}");
    assert!(text.contains("X-SES-CONFIGURATION-SET: waybill"), "{text}");
    assert!(text.contains("waybill-order=UjEwMDE"), "{text}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

fn header(name: &str, value: &str) -> MessageHeader {
    MessageHeader::builder().name(name).value(value).build().unwrap()
}

fn with_headers(edge: &TestEdge, headers: &[(&str, &str)]) -> SendEmailFluentBuilder {
    let body = Body::builder().text(text("x")).build();
    let headers = headers.iter().map(|(name, value)| header(name, value)).collect();
    let message = Message::builder().subject(text("x")).body(body).set_headers(Some(headers));
    let content = EmailContent::builder().simple(message.build()).build();
    mail(edge, "jo@example.com").content(content)
}

#[tokio::test]
async fn headers_of_the_request_are_in_the_mail_beside_those_that_ses_writes_itself() {
    let dir = tempfile::tempdir().unwrap();
    let edge = TestEdge::start(Setup { mail_dir: Some(dir.path()), ..Setup::default() }).await;
    let root = "<order.default.MTAwMQ@shop.example>";
    let headers = [("References", root), ("In-Reply-To", root), ("message-id", "<own@x>")];
    let mail = with_headers(&edge, &headers)
        .email_tags(tag("ses:feedback-id-a", "north"))
        .email_tags(tag("ses:feedback-id-b", "order-confirmed"));
    let sent = mail.send().await.unwrap();
    let id = sent.message_id().unwrap();
    let raw = std::fs::read(dir.path().join(format!("{id}.eml"))).unwrap();
    let message = MessageParser::default().parse(&raw).unwrap();
    let root = root.trim_matches(['<', '>']);
    assert_eq!(message.references().as_text(), Some(root));
    assert_eq!(message.in_reply_to().as_text(), Some(root));
    let text = String::from_utf8_lossy(&raw);
    assert_eq!(text.to_lowercase().matches("\nmessage-id:").count(), 1, "{text}");
    assert!(!text.contains("own@x"), "{text}");
    let feedback_id = "Feedback-ID: north:order-confirmed:1.eu-central-2.waybill=:AmazonSES";
    assert!(text.contains(feedback_id), "{text}");
}

#[tokio::test]
async fn a_header_that_ses_does_not_take_is_refused() {
    let edge = TestEdge::plain().await;
    let long = "x".repeat(871);
    let many: Vec<_> = (0..16).map(|i| (format!("X-{i}"), "x".to_owned())).collect();
    let many: Vec<_> = many.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    for bad in [
        &[("References", "<a@x>"), ("references", "<b@x>")][..],
        &[("Subject", "another")],
        &[("Reply-To", "other@shop.example")],
        &[("Thread-Topic", "Grüße")],
        &[("X-A", "a\r\nBcc: b@example.com")],
        &[("X A", "a")],
        &[("X-A", "")],
        &[("X-A", &long)],
        &many,
    ] {
        let error = refusal(with_headers(&edge, bad)).await;
        assert!(matches!(error, Error::BadRequestException(_)), "{bad:?}: {error:?}");
    }
    let error = refusal(with_headers(&edge, &[]).email_tags(tag("ses:feedback-id-c", "x"))).await;
    assert!(matches!(error, Error::BadRequestException(_)), "{error:?}");
    assert_eq!(edge.service.mailbox().accepted(), 0);
}

#[tokio::test]
async fn a_mail_may_be_larger_than_axums_default_limit_for_a_body() {
    let edge = TestEdge::plain().await;
    let body = Body::builder().text(text(&"x".repeat(3_000_000))).build();
    let large = Message::builder().subject(text("large")).body(body).build();
    let content = EmailContent::builder().simple(large).build();
    mail(&edge, "jo@example.com").content(content).send().await.unwrap();
}

#[tokio::test]
async fn events_follow_in_the_shape_in_which_eventbridge_carries_them() {
    let mut edge = TestEdge::plain().await;
    let id = mail(&edge, "success+1@simulator.amazonses.com").send().await.unwrap();
    for (detail_type, kind) in [("Email Sent", "Send"), ("Email Delivered", "Delivery")] {
        let event = edge.next_event().await;
        assert_eq!(
            (&event["source"], &event["detail-type"]),
            (&json!("aws.ses"), &json!(detail_type))
        );
        assert_eq!(event["detail"]["eventType"], kind);
        let mail = &event["detail"]["mail"];
        assert_eq!(mail["messageId"].as_str(), id.message_id());
        assert_eq!(mail["tags"]["waybill-order"], json!(["UjEwMDE"]));
        assert_eq!(mail["tags"]["ses:configuration-set"], json!(["waybill"]));
        assert_eq!(mail["destination"], json!(["success+1@simulator.amazonses.com"]));
        assert!(event["detail"].get(kind.to_lowercase()).is_some());
    }
}

async fn kinds(edge: &mut TestEdge, how_many: usize) -> Vec<Value> {
    let mut kinds = Vec::new();
    for _ in 0..how_many {
        kinds.push(edge.next_event().await["detail"].take());
    }
    kinds
}

#[tokio::test]
async fn simulator_addresses_bounce_and_complain() {
    let mut edge = TestEdge::plain().await;
    mail(&edge, "bounce@simulator.amazonses.com").send().await.unwrap();
    let events = kinds(&mut edge, 2).await;
    assert_eq!(events[1]["bounce"]["bounceType"], "Permanent");
    assert_eq!(
        events[1]["bounce"]["bouncedRecipients"][0]["emailAddress"],
        "bounce@simulator.amazonses.com"
    );
    mail(&edge, "complaint@simulator.amazonses.com").send().await.unwrap();
    let events = kinds(&mut edge, 3).await;
    assert_eq!(events[1]["eventType"], "Delivery");
    assert_eq!(events[2]["complaint"]["complaintFeedbackType"], "abuse");
    mail(&edge, "suppressionlist@simulator.amazonses.com").send().await.unwrap();
    let events = kinds(&mut edge, 2).await;
    assert_eq!(events[1]["bounce"]["bounceSubType"], "Suppressed");
}

#[tokio::test]
async fn the_suppression_list_is_read_and_written_through_the_api() {
    let mut edge = TestEdge::plain().await;
    let ses = edge.ses();
    // `+` and `@` are percent-encoded in the paths of the API.
    let address = "jo+shop@example.com";
    let put = ses.put_suppressed_destination().email_address(address);
    put.reason(SuppressionListReason::Complaint).send().await.unwrap();
    let one = ses.get_suppressed_destination().email_address(address).send().await.unwrap();
    let one = one.suppressed_destination().unwrap();
    assert_eq!(one.reason(), &SuppressionListReason::Complaint);
    mail(&edge, address).send().await.unwrap();
    let events = kinds(&mut edge, 2).await;
    assert_eq!(events[1]["bounce"]["bounceSubType"], "OnAccountSuppressionList");
    ses.delete_suppressed_destination().email_address(address).send().await.unwrap();
    let gone = ses.get_suppressed_destination().email_address(address).send().await;
    assert!(gone.unwrap_err().into_service_error().is_not_found_exception());
}

#[tokio::test]
async fn what_ses_refuses_is_refused_with_the_error_that_the_sdk_knows() {
    let edge = TestEdge::plain().await;
    let to = "jo@example.com";
    let bad = [
        mail(&edge, "jo"),
        mail(&edge, to).email_tags(tag("a b", "c")),
        mail(&edge, to).email_tags(tag("a", "c.d")),
        mail(&edge, to).destination(Destination::builder().build()),
        (0..51).fold(mail(&edge, to), |m, i| m.email_tags(tag(&format!("t{i}"), "x"))),
        mail(&edge, to).reply_to_addresses("a@example.com\r\nBcc: b@example.com"),
        mail(&edge, to).content(EmailContent::builder().build()),
    ];
    for mail in bad {
        let error = refusal(mail).await;
        assert!(matches!(error, Error::BadRequestException(_)), "{error:?}");
    }
    let error = refusal(mail(&edge, to).configuration_set_name("other")).await;
    assert!(matches!(error, Error::NotFoundException(_)), "{error:?}");
    assert_eq!(edge.service.mailbox().accepted(), 0);
}

#[tokio::test]
async fn rate_quota_and_switch_of_the_account_hold() {
    let settings = Settings { send_rate: 1.0, daily_quota: 2.0, ..Settings::default() };
    let edge = TestEdge::start(Setup { settings, ..Setup::default() }).await;
    let to = "jo@example.com";
    mail(&edge, to).send().await.unwrap();
    let Error::TooManyRequestsException(error) = refusal(mail(&edge, to)).await else { panic!() };
    assert_eq!(error.message(), Some("Maximum sending rate exceeded."));
    edge.service.account().change(|s| s.send_rate = 1e9);
    mail(&edge, to).send().await.unwrap();
    let Error::TooManyRequestsException(error) = refusal(mail(&edge, to)).await else { panic!() };
    assert_eq!(error.message(), Some("Daily message quota exceeded."));
    edge.ses().put_account_sending_attributes().sending_enabled(false).send().await.unwrap();
    let error = refusal(mail(&edge, to)).await;
    assert!(matches!(error, Error::SendingPausedException(_)), "{error:?}");
    let account = edge.ses().get_account().send().await.unwrap();
    assert!(!account.sending_enabled());
    let quota = account.send_quota().unwrap();
    assert_eq!((quota.max24_hour_send(), quota.sent_last24_hours()), (2.0, 2.0));
}

#[tokio::test]
async fn a_sender_that_is_not_verified_is_rejected() {
    let senders = Senders::Verified(vec!["shop.example".into()]);
    let settings = Settings { senders, ..Settings::default() };
    let edge = TestEdge::start(Setup { settings, ..Setup::default() }).await;
    mail(&edge, "jo@example.com").send().await.unwrap();
    let error = refusal(mail(&edge, "jo@example.com").from_email_address("x@other.example")).await;
    assert!(matches!(error, Error::MessageRejected(_)), "{error:?}");
    let identity = edge.ses().get_email_identity().email_identity("shop.example").send().await;
    assert!(identity.unwrap().verified_for_sending_status());
}

#[tokio::test]
async fn in_the_sandbox_every_identity_that_is_not_verified_is_named() {
    let settings = Settings {
        senders: Senders::Verified(vec!["another.example".into()]),
        recipients: Recipients::Verified(vec!["jo@example.com".into()]),
        ..Settings::default()
    };
    let edge = TestEdge::start(Setup { settings, ..Setup::default() }).await;
    let Error::MessageRejected(error) = refusal(mail(&edge, "ada@example.com")).await else {
        panic!("another error")
    };
    let named = "region EU-CENTRAL-2: orders@shop.example, ada@example.com";
    assert!(error.message().is_some_and(|message| message.ends_with(named)), "{error:?}");
    edge.service.account().change(|account| account.senders = Senders::Any);
    mail(&edge, "jo@example.com").send().await.unwrap();
    mail(&edge, "success@simulator.amazonses.com").send().await.unwrap();
    let account = edge.ses().get_account().send().await.unwrap();
    assert!(!account.production_access_enabled());
}

#[tokio::test]
async fn a_refusal_that_a_test_asks_for_is_the_error_that_the_sdk_knows() {
    let edge = TestEdge::plain().await;
    let refused = async |refusal_asked| {
        edge.service.account().change(|account| account.refusal = Some(refusal_asked));
        refusal(mail(&edge, "jo@example.com")).await
    };
    let suspended = refused(Refusal::Suspended).await;
    assert!(matches!(suspended, Error::AccountSuspendedException(_)), "{suspended:?}");
    let mail_from = refused(Refusal::MailFromDomain).await;
    assert!(matches!(mail_from, Error::MailFromDomainNotVerifiedException(_)), "{mail_from:?}");
    let content = refused(Refusal::Content).await;
    assert!(matches!(content, Error::MessageRejected(_)), "{content:?}");
    let denied = refused(Refusal::Permission).await;
    assert_eq!(denied.meta().code(), Some("AccessDeniedException"), "{denied:?}");
    assert_eq!(edge.service.mailbox().accepted(), 0);
}
