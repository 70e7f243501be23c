//! The events that SES publishes about a mail, in the envelope in which EventBridge carries them
//! (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>,
//! <https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-ses.html>).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::address::Address;
use super::mail::{Mail, join_addresses};
use super::outcome::DeliveryOutcome;
use crate::aws::arn::ACCOUNT_ID;

/// The events about a mail that was just accepted, in the order in which SES sends them.
pub(super) fn envelopes(mail: &Mail) -> Vec<String> {
    let recipients = |wanted: &[DeliveryOutcome]| -> Vec<&str> {
        let matching = mail.outcomes.iter().filter(|(_, outcome)| wanted.contains(outcome));
        matching.map(|(address, _)| address.as_str()).collect()
    };
    let mut events = vec![envelope(mail, "Send", "Email Sent", json!({}))];
    let delivered = recipients(&[DeliveryOutcome::Delivered, DeliveryOutcome::Complained]);
    if !delivered.is_empty() {
        events.push(envelope(mail, "Delivery", "Email Delivered", delivery(mail, &delivered)));
    }
    for outcome in [
        DeliveryOutcome::Bounced,
        DeliveryOutcome::Suppressed,
        DeliveryOutcome::SuppressedByAccount,
    ] {
        let bounced = recipients(&[outcome]);
        if !bounced.is_empty() {
            events.push(envelope(mail, "Bounce", "Email Bounced", bounce(mail, outcome, &bounced)));
        }
    }
    let complained = recipients(&[DeliveryOutcome::Complained]);
    if !complained.is_empty() {
        let complaint = complaint(mail, &complained);
        events.push(envelope(mail, "Complaint", "Email Complaint Received", complaint));
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
        "time": mail.accepted_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
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
        "timestamp": milliseconds(mail.accepted_at),
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
    let mut headers = vec![("From".to_owned(), content.from.text.clone())];
    for (name, addresses) in
        [("Reply-To", &content.reply_to), ("To", &content.to), ("Cc", &content.cc)]
    {
        if !addresses.is_empty() {
            headers.push((name.to_owned(), join_addresses(addresses)));
        }
    }
    headers.push(("Subject".to_owned(), content.subject.clone()));
    headers.extend(content.headers.iter().cloned());
    headers.push(("MIME-Version".to_owned(), "1.0".to_owned()));
    headers.into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
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

fn tags(mail: &Mail) -> Value {
    let mut tags = serde_json::Map::new();
    for (name, values) in mail.content.tags_by_name() {
        tags.insert(name.to_owned(), json!(values));
    }
    tags.insert("ses:operation".to_owned(), json!(["SendEmail"]));
    tags.insert("ses:source-ip".to_owned(), json!(["127.0.0.1"]));
    tags.insert("ses:from-domain".to_owned(), json!([mail.content.from.domain()]));
    tags.insert("ses:caller-identity".to_owned(), json!(["waybill-mailer"]));
    if let Some(set) = &mail.configuration_set {
        tags.insert("ses:configuration-set".to_owned(), json!([set]));
    }
    Value::Object(tags)
}

fn delivery(mail: &Mail, recipients: &[&str]) -> Value {
    json!({
        "timestamp": milliseconds(mail.accepted_at),
        "processingTimeMillis": 1,
        "recipients": recipients,
        "smtpResponse": "250 2.6.0 Message received",
        "remoteMtaIp": "127.0.0.1",
        "reportingMTA": "localhost",
    })
}

fn bounce(mail: &Mail, outcome: DeliveryOutcome, recipients: &[&str]) -> Value {
    let (sub_type, diagnosis) = match outcome {
        DeliveryOutcome::Suppressed => (
            "Suppressed",
            "Amazon SES has suppressed sending to this address because it has a recent \
             history of bouncing as an invalid address.",
        ),
        DeliveryOutcome::SuppressedByAccount => (
            "OnAccountSuppressionList",
            "Amazon SES did not send the message to this address because it is on the \
             suppression list for your account.",
        ),
        _ => ("General", "smtp; 550 5.1.1 user unknown"),
    };
    let recipient = |address: &&str| {
        json!({
            "emailAddress": address,
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": diagnosis,
        })
    };
    json!({
        "feedbackId": feedback_id(mail),
        "bounceType": "Permanent",
        "bounceSubType": sub_type,
        "bouncedRecipients": recipients.iter().map(recipient).collect::<Vec<_>>(),
        "timestamp": milliseconds(mail.accepted_at),
        "reportingMTA": "dns; localhost",
    })
}

fn complaint(mail: &Mail, recipients: &[&str]) -> Value {
    let recipient = |address: &&str| json!({ "emailAddress": address });
    json!({
        "feedbackId": feedback_id(mail),
        "complaintSubType": null,
        "complainedRecipients": recipients.iter().map(recipient).collect::<Vec<_>>(),
        "timestamp": milliseconds(mail.accepted_at),
        "userAgent": "Amazon SES Mailbox Simulator",
        "complaintFeedbackType": "abuse",
        "arrivalDate": milliseconds(mail.accepted_at),
    })
}

fn feedback_id(mail: &Mail) -> String {
    format!("0107{:012x}-{}-000000", mail.accepted_at.as_millisecond(), uuid::Uuid::new_v4())
}

fn milliseconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
