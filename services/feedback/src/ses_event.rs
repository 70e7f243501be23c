//! SES events, as EventBridge delivers them
//! (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>,
//! <https://docs.aws.amazon.com/ses/latest/dg/monitoring-eventbridge.html>).

use kit::ledger::{FEEDBACK_TOKEN_TAG, FILES_TAG, Item};
use serde_json::Value;
use shared::contract::json::parse_strict;
use shared::ledger::{Rejection, Transition};
use shared::{NotificationKey, mail_tags};

/// A parsed message of the feedback queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedbackMessage {
    /// An event about one of our mails, to be recorded.
    OwnMail(SesEvent),
    /// An event about one of our mails, which this version does not know: a newer one has sent it, before a rollback
    /// or during a deployment.
    OfNewerVersion {
        /// SES's `eventType`.
        event_type: String,
    },
    /// An SES event of a type that does not prove acceptance, or about a mail that is not ours.
    Ignored {
        /// SES's `eventType`.
        event_type: String,
    },
    /// Not an SES event. The reason contains no part of the message.
    Unreadable(String),
}

/// An SES event about one of our mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SesEvent {
    /// The notification, from the mail's tags.
    pub key: NotificationKey,
    /// SES's `eventType`.
    pub event_type: String,
    /// The transition that it proves.
    pub transition: Transition,
    /// The mail's token; empty if it has none.
    pub token: String,
    /// SES's message id.
    pub message_id: String,
    /// The type of a bounce, complaint or rejection, from SES's fixed vocabulary.
    pub reason: Option<String>,
}

impl SesEvent {
    /// Whether it is about a mail that the mailer sent for this notification. Anyone who may send with the
    /// configuration set can have SES publish events with any tags, but only the mailer knows the token.
    #[must_use]
    pub fn is_about_mail_of(&self, item: &Item) -> bool {
        item.feedback_token.as_deref() == Some(self.token.as_str())
    }
}

impl FeedbackMessage {
    /// Parses a message body.
    #[must_use]
    pub fn parse(body: &str) -> Self {
        let envelope = match parse_strict(body.as_bytes()) {
            Ok(envelope) => envelope,
            Err(invalid) => return Self::Unreadable(invalid.to_string()),
        };
        let detail = &envelope["detail"];
        let Some(event_type) = detail["eventType"].as_str() else {
            return Self::Unreadable("expected an SES event with /detail/eventType".to_owned());
        };
        let tags = &detail["mail"]["tags"];
        match (transition_for(event_type, detail), notification_key(tags)) {
            (Some(transition), Some(key)) => Self::OwnMail(SesEvent {
                key,
                event_type: sanitize(event_type),
                transition,
                token: raw_tag(tags, FEEDBACK_TOKEN_TAG).map(sanitize).unwrap_or_default(),
                message_id: sanitize(detail["mail"]["messageId"].as_str().unwrap_or_default()),
                reason: reason(event_type, detail, raw_tag(tags, FILES_TAG).is_some()),
            }),
            (Some(_), None) if has_own_tag(tags) => {
                Self::OfNewerVersion { event_type: sanitize(event_type) }
            }
            _ => Self::Ignored { event_type: sanitize(event_type) },
        }
    }
}

fn transition_for(event_type: &str, detail: &Value) -> Option<Transition> {
    match event_type {
        // SES reports a delivery delay only for a mail that it has accepted.
        "Send" | "DeliveryDelay" => Some(Transition::Settle),
        "Delivery" => Some(Transition::Deliver),
        "Bounce" if detail["bounce"]["bounceType"] == "Transient" => {
            Some(Transition::BounceTransiently)
        }
        "Bounce" => Some(Transition::Bounce),
        "Complaint" => Some(Transition::Complain),
        "Reject" => Some(Transition::Reject),
        _ => None,
    }
}

/// What the name of each tag of ours begins with, in every version.
const OWN_TAGS: &str = "waybill-";

fn has_own_tag(tags: &Value) -> bool {
    tags.as_object().is_some_and(|tags| tags.keys().any(|name| name.starts_with(OWN_TAGS)))
}

/// The notification, from the mail's tags; `None` for a mail that is not ours, or that a newer version has sent.
fn notification_key(tags: &Value) -> Option<NotificationKey> {
    mail_tags::notification_key(|name| raw_tag(tags, name))
}

fn raw_tag<'a>(tags: &'a Value, name: &str) -> Option<&'a str> {
    tags.get(name)?.get(0)?.as_str()
}

// Only SES's fixed vocabulary: its diagnostic texts may quote the address, and the reason is stored and
// logged.
fn reason(event_type: &str, detail: &Value, has_files: bool) -> Option<String> {
    let field = |pointer: &str| detail.pointer(pointer).and_then(Value::as_str).map(sanitize);
    match event_type {
        "Bounce" => {
            let kind = field("/bounce/bounceType")?;
            let sub = field("/bounce/bounceSubType").unwrap_or_default();
            Some(format!("{kind}/{sub}"))
        }
        "Complaint" => {
            field("/complaint/complaintFeedbackType").or_else(|| Some("complaint".to_owned()))
        }
        "Reject" if has_files => Some(Rejection::MailWithFiles.as_str().to_owned()),
        "Reject" => Some(Rejection::Mail.as_str().to_owned()),
        _ => None,
    }
}

// Anyone who may put events on the bus can write these texts, so they are cut and cannot contain an
// address.
fn sanitize(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic() && *c != '@').take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use serde_json::json;
    use shared::Kind;

    fn event(event_type: &str) -> Value {
        json!({
            "detail-type": "Email Something", "source": "aws.ses",
            "detail": {
                "eventType": event_type,
                "mail": {
                    "messageId": "0100-abc",
                    "tags": {
                        "waybill-shop": ["default"],
                        "waybill-order": [BASE64_URL_SAFE_NO_PAD.encode("1001")],
                        "waybill-notification": [BASE64_URL_SAFE_NO_PAD.encode("shipment.shipped#S-1#customer")],
                        "waybill-token": ["t-1"],
                    }
                },
                "bounce": { "bounceType": "Permanent", "bounceSubType": "General",
                            "bouncedRecipients": [{"emailAddress": "jo@example.com"}] }
            }
        })
    }

    #[test]
    fn a_bounce_names_its_notification_and_no_address() {
        let FeedbackMessage::OwnMail(bounce) = FeedbackMessage::parse(&event("Bounce").to_string())
        else {
            panic!("ours")
        };
        assert_eq!(bounce.key.kind, Kind::ShipmentShipped);
        assert_eq!(bounce.transition, Transition::Bounce);
        assert_eq!(bounce.reason.as_deref(), Some("Permanent/General"));
        assert!(!format!("{bounce:?}").contains('@'));
    }

    #[test]
    fn each_kind_of_event_says_what_became_of_the_mail_and_why() {
        let complaint = |feedback_type: Value| json!({ "complaintFeedbackType": feedback_type });
        let transient = json!({ "bounceType": "Transient", "bounceSubType": "MailboxFull" });
        for (event_type, member, value, transition, reason) in [
            ("Send", "send", json!({}), Transition::Settle, None),
            ("DeliveryDelay", "deliveryDelay", json!({}), Transition::Settle, None),
            ("Delivery", "delivery", json!({}), Transition::Deliver, None),
            (
                "Bounce",
                "bounce",
                transient,
                Transition::BounceTransiently,
                Some("Transient/MailboxFull"),
            ),
            ("Bounce", "bounce", json!({}), Transition::Bounce, None),
            (
                "Complaint",
                "complaint",
                complaint(json!("abuse")),
                Transition::Complain,
                Some("abuse"),
            ),
            (
                "Complaint",
                "complaint",
                complaint(json!(null)),
                Transition::Complain,
                Some("complaint"),
            ),
            (
                "Complaint",
                "complaint",
                complaint(json!("a@b.c d")),
                Transition::Complain,
                Some("ab.cd"),
            ),
            (
                "Reject",
                "reject",
                json!({ "reason": "Bad content" }),
                Transition::Reject,
                Some("rejected"),
            ),
        ] {
            let mut event = event(event_type);
            event["detail"][member] = value;
            let FeedbackMessage::OwnMail(parsed) = FeedbackMessage::parse(&event.to_string())
            else {
                panic!("{event_type} is ours")
            };
            assert_eq!((parsed.transition, parsed.reason.as_deref()), (transition, reason));
            assert_eq!(parsed.event_type, event_type);
        }
    }

    #[test]
    fn a_rejection_of_a_mail_with_files_says_that_it_had_some() {
        let mut rejected = event("Reject");
        rejected["detail"]["reject"] = json!({ "reason": "Bad content" });
        rejected["detail"]["mail"]["tags"]["waybill-files"] = json!(["2"]);
        let FeedbackMessage::OwnMail(parsed) = FeedbackMessage::parse(&rejected.to_string()) else {
            panic!("it is ours")
        };
        assert_eq!(parsed.transition, Transition::Reject);
        assert_eq!(parsed.reason.as_deref(), Some("rejected_with_files"));
    }

    #[test]
    fn an_event_is_about_the_mail_whose_token_it_carries_and_about_none_without_a_token() {
        let parsed = |event: &Value| match FeedbackMessage::parse(&event.to_string()) {
            FeedbackMessage::OwnMail(event) => event,
            other => panic!("{other:?}"),
        };
        let claimed =
            |token: &str| Item { feedback_token: Some(token.to_owned()), ..Item::default() };
        let mut event = event("Bounce");
        assert!(parsed(&event).is_about_mail_of(&claimed("t-1")));
        assert!(!parsed(&event).is_about_mail_of(&claimed("t-2")));
        assert!(!parsed(&event).is_about_mail_of(&Item::default()), "it was never claimed");
        event["detail"]["mail"]["tags"]["waybill-token"] = json!([]);
        assert!(!parsed(&event).is_about_mail_of(&claimed("t-1")));
        assert!(!parsed(&event).is_about_mail_of(&Item::default()), "neither has a token");
    }

    #[test]
    fn an_event_without_proof_of_acceptance_and_a_mail_of_another_sender_are_ignored() {
        assert!(matches!(
            FeedbackMessage::parse(&event("Open").to_string()),
            FeedbackMessage::Ignored { .. }
        ));
        let mut foreign = event("Delivery");
        foreign["detail"]["mail"]["tags"] = json!({});
        assert!(matches!(
            FeedbackMessage::parse(&foreign.to_string()),
            FeedbackMessage::Ignored { .. }
        ));
    }

    #[test]
    fn an_event_about_a_mail_that_a_newer_version_has_sent_is_not_taken_for_another_sender_s() {
        let encoded = |text: &str| json!([BASE64_URL_SAFE_NO_PAD.encode(text)]);
        let mut newer = event("Delivery");
        for (tag, value) in [
            ("waybill-notification", encoded("order.gifted##customer")),
            ("waybill-notification", encoded("shipment.shipped#S-1#everybody")),
            ("waybill-notification", json!(["in another encoding!"])),
            ("waybill-order", encoded("")),
        ] {
            newer["detail"]["mail"]["tags"] = event("Delivery")["detail"]["mail"]["tags"].take();
            newer["detail"]["mail"]["tags"][tag] = value;
            let parsed = FeedbackMessage::parse(&newer.to_string());
            assert!(matches!(parsed, FeedbackMessage::OfNewerVersion { .. }), "{parsed:?}");
        }
        newer["detail"]["eventType"] = json!("Open");
        let parsed = FeedbackMessage::parse(&newer.to_string());
        assert!(matches!(parsed, FeedbackMessage::Ignored { .. }), "it proves nothing: {parsed:?}");
        newer["detail"]["eventType"] = json!("Send");
        newer["detail"]["mail"]["tags"] = json!({ "waybill-mail": ["1"] });
        let parsed = FeedbackMessage::parse(&newer.to_string());
        assert!(matches!(parsed, FeedbackMessage::OfNewerVersion { .. }), "{parsed:?}");
    }

    #[test]
    fn a_body_that_is_not_an_ses_event_is_unreadable() {
        for body in ["", "not json", "{}", "[]", r#"{"detail":{"eventType":7}}"#] {
            assert!(
                matches!(FeedbackMessage::parse(body), FeedbackMessage::Unreadable(_)),
                "{body}"
            );
        }
    }
}
