//! The events that SES publishes about a mail, in the envelope in which EventBridge carries them
//! (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>,
//! <https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-ses.html>).

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::queue::sqs_json::escape_noncharacters;

use super::address::Address;
use super::mail::{Mail, new_id};
use super::outcome::DeliveryOutcome;
use crate::aws::arn::ACCOUNT_ID;

/// An event on its way to the feedback queue.
#[derive(Debug)]
pub struct SesEvent {
    /// Where the mailbox's file has it.
    pub(super) number: Option<i64>,
    /// The EventBridge envelope, as JSON.
    pub body: String,
}

impl SesEvent {
    /// An event that no file holds.
    pub(super) fn in_memory(body: String) -> Self {
        Self { number: None, body: escape_noncharacters(body) }
    }
}

/// What an event says beyond the mail, for these recipients.
type Details = fn(&Mail, &[&str]) -> Value;

/// The events after `Send`, in SES's order: type, detail type, and the outcomes that cause it.
const EVENTS: [(&str, &str, &[DeliveryOutcome], Details); 6] = [
    (
        "Delivery",
        "Email Delivered",
        &[DeliveryOutcome::Delivered, DeliveryOutcome::Complained],
        delivery,
    ),
    ("Bounce", "Email Bounced", &[DeliveryOutcome::Bounced], |mail, recipients| {
        bounce(mail, recipients, "General", "smtp; 550 5.1.1 user unknown")
    }),
    ("Bounce", "Email Bounced", &[DeliveryOutcome::Suppressed], |mail, recipients| {
        let diagnosis = "Amazon SES has suppressed sending to this address because it has a recent \
                         history of bouncing as an invalid address.";
        bounce(mail, recipients, "Suppressed", diagnosis)
    }),
    ("Bounce", "Email Bounced", &[DeliveryOutcome::SuppressedByAccount], |mail, recipients| {
        let diagnosis = "Amazon SES did not send the message to this address because it is on the \
                         suppression list for your account.";
        bounce(mail, recipients, "OnAccountSuppressionList", diagnosis)
    }),
    ("Complaint", "Email Complaint Received", &[DeliveryOutcome::Complained], complaint),
    (
        "Reject",
        "Email Rejected",
        &[DeliveryOutcome::Rejected],
        |_, _| json!({ "reason": "Bad content" }),
    ),
];

/// The events about a mail that was just accepted, in the order in which SES sends them.
pub fn envelopes(mail: &Mail) -> Vec<String> {
    let mut events = vec![envelope(mail, "Send", "Email Sent", json!({}))];
    for (event_type, detail_type, outcomes, details) in EVENTS {
        let matching = mail.outcomes.iter().filter(|(_, outcome)| outcomes.contains(outcome));
        let recipients: Vec<&str> = matching.map(|(address, _)| address.as_str()).collect();
        // As SES does: one event for all recipients that share it, and none for nobody.
        if !recipients.is_empty() {
            events.push(envelope(mail, event_type, detail_type, details(mail, &recipients)));
        }
    }
    events
}

/// An EventBridge event. Its detail has `details` in a member named after the event type.
fn envelope(mail: &Mail, event_type: &str, detail_type: &str, details: Value) -> String {
    let configuration_set =
        |set| format!("arn:aws:ses:{}:{ACCOUNT_ID}:configuration-set/{set}", mail.region);
    let resources: Vec<String> = mail.configuration_set.iter().map(configuration_set).collect();
    let detail = json!({
        "eventType": event_type,
        "mail": mail_object(mail),
        event_type.to_lowercase(): details,
    });
    json!({
        "version": "0",
        "id": uuid::Uuid::new_v4().to_string(),
        "detail-type": detail_type,
        "source": "aws.ses",
        "account": ACCOUNT_ID,
        "time": format!("{:.0}", mail.accepted_at),
        "region": mail.region,
        "resources": resources,
        "detail": detail,
    })
    .to_string()
}

fn mail_object(mail: &Mail) -> Value {
    let content = &mail.content;
    let recipients: Vec<_> = content.recipients().map(|a| a.email.as_str()).collect();
    json!({
        "timestamp": format!("{:.3}", mail.accepted_at),
        "source": content.from.text,
        "sourceArn": format!(
            "arn:aws:ses:{}:{ACCOUNT_ID}:identity/{}", mail.region, content.from.domain()
        ),
        "sendingAccountId": ACCOUNT_ID,
        "messageId": mail.id,
        "destination": recipients,
        "headersTruncated": false,
        "headers": headers(mail),
        "commonHeaders": common_headers(mail),
        "tags": tags(mail),
    })
}

fn headers(mail: &Mail) -> Value {
    let content = &mail.content;
    let from = ("From", content.from.text.clone());
    let subject = ("Subject", content.subject.clone());
    let further = content.headers.iter().map(|(name, value)| (name.as_str(), value.clone()));
    std::iter::once(from)
        .chain(content.address_headers())
        .chain([subject])
        .chain(further)
        .chain([("MIME-Version", "1.0".to_owned())])
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}

fn common_headers(mail: &Mail) -> Value {
    let content = &mail.content;
    let texts = |addresses: &[Address]| -> Vec<String> {
        addresses.iter().map(|a| a.text.clone()).collect()
    };
    json!({
        "from": [content.from.text],
        "replyTo": texts(&content.reply_to),
        "to": texts(&content.to),
        "messageId": mail.id,
        "subject": content.subject,
    })
}

/// The request's tags and those that SES adds, whose names no request can use.
fn tags(mail: &Mail) -> BTreeMap<&str, Vec<&str>> {
    let requested = mail.content.tags.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let added = [
        ("ses:operation", "SendEmail"),
        ("ses:source-ip", "127.0.0.1"),
        ("ses:from-domain", mail.content.from.domain()),
        ("ses:caller-identity", "waybill-mailer"),
    ];
    let set = mail.configuration_set.iter().map(|set| ("ses:configuration-set", set.as_str()));
    let mut tags = BTreeMap::<_, Vec<_>>::new();
    for (name, value) in requested.chain(added).chain(set) {
        tags.entry(name).or_default().push(value);
    }
    tags
}

fn delivery(mail: &Mail, recipients: &[&str]) -> Value {
    json!({
        "timestamp": format!("{:.3}", mail.accepted_at),
        "processingTimeMillis": 1,
        "recipients": recipients,
        "smtpResponse": "250 2.6.0 Message received",
        "remoteMtaIp": "127.0.0.1",
        "reportingMTA": "localhost",
    })
}

fn bounce(mail: &Mail, recipients: &[&str], sub_type: &str, diagnosis: &str) -> Value {
    let recipient = |address: &&str| {
        json!({
            "emailAddress": address,
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": diagnosis,
        })
    };
    json!({
        "feedbackId": new_id(mail.accepted_at),
        "bounceType": "Permanent",
        "bounceSubType": sub_type,
        "bouncedRecipients": recipients.iter().map(recipient).collect::<Vec<_>>(),
        "timestamp": format!("{:.3}", mail.accepted_at),
        "reportingMTA": "dns; localhost",
    })
}

fn complaint(mail: &Mail, recipients: &[&str]) -> Value {
    let recipient = |address: &&str| json!({ "emailAddress": address });
    json!({
        "feedbackId": new_id(mail.accepted_at),
        "complaintSubType": null,
        "complainedRecipients": recipients.iter().map(recipient).collect::<Vec<_>>(),
        "timestamp": format!("{:.3}", mail.accepted_at),
        "userAgent": "Amazon SES Mailbox Simulator",
        "complaintFeedbackType": "abuse",
        "arrivalDate": format!("{:.3}", mail.accepted_at),
    })
}
