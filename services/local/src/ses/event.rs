//! The events that SES publishes about a mail, in the envelope in which EventBridge carries them
//! (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>,
//! <https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-ses.html>).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::mail::Mail;
use super::message::list;
use super::outcome::DeliveryOutcome;
use crate::aws::arn::ACCOUNT_ID;

/// All events about a mail just accepted, in the order in which they happen.
pub fn of(mail: &Mail) -> Vec<String> {
    let happened = Happened { mail, at: mail.accepted_at };
    let mut events = vec![happened.event("Send", "Email Sent", "send", json!({}))];
    let with = |outcomes: &[DeliveryOutcome]| -> Vec<&str> {
        let wanted = mail.outcomes.iter().filter(|(_, outcome)| outcomes.contains(outcome));
        wanted.map(|(address, _)| address.as_str()).collect()
    };
    let delivered = with(&[DeliveryOutcome::Delivered, DeliveryOutcome::Complained]);
    if !delivered.is_empty() {
        let delivery = happened.delivery(&delivered);
        events.push(happened.event("Delivery", "Email Delivered", "delivery", delivery));
    }
    for outcome in [
        DeliveryOutcome::Bounced,
        DeliveryOutcome::Suppressed,
        DeliveryOutcome::SuppressedByAccount,
    ] {
        let bounced = with(&[outcome]);
        if !bounced.is_empty() {
            let bounce = happened.bounce(outcome, &bounced);
            events.push(happened.event("Bounce", "Email Bounced", "bounce", bounce));
        }
    }
    let complained = with(&[DeliveryOutcome::Complained]);
    if !complained.is_empty() {
        let complaint = happened.complaint(&complained);
        events.push(happened.event(
            "Complaint",
            "Email Complaint Received",
            "complaint",
            complaint,
        ));
    }
    events
}

struct Happened<'a> {
    mail: &'a Mail,
    at: Timestamp,
}

impl Happened<'_> {
    fn event(&self, kind: &str, detail_type: &str, member: &str, what: Value) -> String {
        let resources: Vec<String> = self
            .mail
            .configuration_set
            .iter()
            .map(|set| {
                format!("arn:aws:ses:{}:{ACCOUNT_ID}:configuration-set/{set}", self.mail.region)
            })
            .collect();
        json!({
            "version": "0",
            "id": uuid::Uuid::new_v4().to_string(),
            "detail-type": detail_type,
            "source": "aws.ses",
            "account": ACCOUNT_ID,
            "time": self.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "region": self.mail.region,
            "resources": resources,
            "detail": { "eventType": kind, "mail": self.mail(), member: what },
        })
        .to_string()
    }

    fn mail(&self) -> Value {
        let mail = self.mail;
        let content = &mail.content;
        let recipients: Vec<_> = content.recipients().map(|a| a.email.as_str()).collect();
        json!({
            "timestamp": milliseconds(mail.accepted_at),
            "source": content.from.text,
            "sourceArn": format!(
                "arn:aws:ses:{}:{ACCOUNT_ID}:identity/{}", self.mail.region, content.from.domain()
            ),
            "sendingAccountId": ACCOUNT_ID,
            "messageId": mail.id,
            "destination": recipients,
            "headersTruncated": false,
            "headers": self.headers(),
            "commonHeaders": self.common_headers(),
            "tags": self.tags(),
        })
    }

    fn headers(&self) -> Value {
        let content = &self.mail.content;
        let mut headers = vec![("From".to_owned(), content.from.text.clone())];
        for (name, addresses) in
            [("Reply-To", &content.reply_to), ("To", &content.to), ("Cc", &content.cc)]
        {
            if !addresses.is_empty() {
                headers.push((name.to_owned(), list(addresses)));
            }
        }
        headers.push(("Subject".to_owned(), content.subject.clone()));
        headers.extend(content.headers.iter().cloned());
        headers.push(("MIME-Version".to_owned(), "1.0".to_owned()));
        headers.into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
    }

    fn common_headers(&self) -> Value {
        let content = &self.mail.content;
        let texts = |addresses: &[super::mail::Address]| -> Vec<String> {
            addresses.iter().map(|a| a.text.clone()).collect()
        };
        json!({
            "from": [content.from.text],
            "replyTo": texts(&content.reply_to),
            "to": texts(&content.to),
            "messageId": self.mail.id,
            "subject": content.subject,
        })
    }

    fn tags(&self) -> Value {
        let mut tags = serde_json::Map::new();
        for (name, values) in self.mail.content.tags_by_name() {
            tags.insert(name.to_owned(), json!(values));
        }
        tags.insert("ses:operation".to_owned(), json!(["SendEmail"]));
        tags.insert("ses:source-ip".to_owned(), json!(["127.0.0.1"]));
        tags.insert("ses:from-domain".to_owned(), json!([self.mail.content.from.domain()]));
        tags.insert("ses:caller-identity".to_owned(), json!(["waybill-mailer"]));
        if let Some(set) = &self.mail.configuration_set {
            tags.insert("ses:configuration-set".to_owned(), json!([set]));
        }
        Value::Object(tags)
    }

    fn delivery(&self, recipients: &[&str]) -> Value {
        json!({
            "timestamp": milliseconds(self.at),
            "processingTimeMillis": 1,
            "recipients": recipients,
            "smtpResponse": "250 2.6.0 Message received",
            "remoteMtaIp": "127.0.0.1",
            "reportingMTA": "localhost",
        })
    }

    fn bounce(&self, outcome: DeliveryOutcome, recipients: &[&str]) -> Value {
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
            "feedbackId": self.feedback_id(),
            "bounceType": "Permanent",
            "bounceSubType": sub_type,
            "bouncedRecipients": recipients.iter().map(recipient).collect::<Vec<_>>(),
            "timestamp": milliseconds(self.at),
            "reportingMTA": "dns; localhost",
        })
    }

    fn complaint(&self, recipients: &[&str]) -> Value {
        let recipient = |address: &&str| json!({ "emailAddress": address });
        json!({
            "feedbackId": self.feedback_id(),
            "complaintSubType": null,
            "complainedRecipients": recipients.iter().map(recipient).collect::<Vec<_>>(),
            "timestamp": milliseconds(self.at),
            "userAgent": "Amazon SES Mailbox Simulator",
            "complaintFeedbackType": "abuse",
            "arrivalDate": milliseconds(self.at),
        })
    }

    fn feedback_id(&self) -> String {
        format!("0107{:012x}-{}-000000", self.at.as_millisecond(), uuid::Uuid::new_v4())
    }
}

fn milliseconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
