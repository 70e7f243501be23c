//! What the ledger and the command say, in the words of whoever talks to a customer.

use askama::Template;
use shared::Kind;
use shared::ledger::State;

use jiff::Timestamp;

use super::link::{Link, link};
use crate::dlq::Verdict;
use crate::error::CliError;
use crate::order::Notification;
use crate::output::readable_time;
use crate::pii::without_addresses;

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// What stands between backticks.
    Code(String),
    /// A page that shows what a command does: its link and its name.
    Link(String, String),
}

/// A sentence in which the command has set commands and names in backticks. As a template it escapes its own text, so that
/// other templates take it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "console/sentence.html")]
pub struct Sentence {
    pieces: Vec<Piece>,
}

impl Sentence {
    pub fn new(text: &str) -> Self {
        let parts = text.split('`').enumerate().filter(|(_, part)| !part.is_empty());
        let piece = |(i, part): (usize, &str)| match (i % 2, page_of(part)) {
            (0, _) => Piece::Text(part.to_owned()),
            (_, Some(page)) => Piece::Link(page.href, page.label),
            (_, None) => Piece::Code(part.to_owned()),
        };
        Self { pieces: parts.map(piece).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}

/// Only the sentence: the error's sources may quote a request, and so a customer. And the sentence may quote an id that
/// holds an address.
pub fn error_sentence(error: &CliError) -> String {
    without_addresses(&error.to_string())
}

/// The page that shows what a command does, named as a part of a sentence.
fn page_of(command: &str) -> Option<Link> {
    let words: Vec<&str> = command.split(' ').collect();
    let order = |id: &str| format!("order {}", without_addresses(id));
    let named = |label: &str, href: &str| (label.to_owned(), href.to_owned());
    let (label, href) = match words.as_slice() {
        ["waybill", "doctor"] => named("Doctor", "/doctor"),
        ["waybill", "status"] => named("Today", "/"),
        ["waybill", "audit"] => named("the audit log", "/audit"),
        ["waybill", "shop", "list"] => named("the shops", "/shops"),
        ["waybill", "dlq", "list"] => named("the dead letters", "/dead-letters"),
        ["waybill", "shop", "show", shop] => {
            (format!("the shop {shop}"), link("/shops/shop", [("shop", *shop)]))
        }
        ["waybill", "dlq", "show", queue, "--message", id, "--body"] => {
            let parameters = [("queue", *queue), ("id", *id)];
            ("look at the message".to_owned(), link("/dead-letters/message", parameters))
        }
        // By reason: thousands are hardly ever looked at one by one.
        ["waybill", "dlq", "show", _queue] => named("look at them", "/dead-letters"),
        // A placeholder names no order.
        ["waybill", "order", "ID" | "ORDER"] => return None,
        ["waybill", "order", id] => (order(id), link("/order", [("id", *id)])),
        ["waybill", "order", id, "--shop", shop] => {
            (order(id), link("/order", [("shop", *shop), ("id", *id)]))
        }
        _ => return None,
    };
    Some(Link { label, href })
}

/// A kind of mail, as a customer would name it.
pub fn mail_name(kind: &str) -> String {
    let name = match Kind::parse(kind) {
        Ok(Kind::OrderConfirmed) => "order confirmation",
        Ok(Kind::OrderUpdated) => "mail about the changed order",
        Ok(Kind::OrderPaymentFailed) => "mail about the failed payment",
        Ok(Kind::OrderCancelled) => "cancellation",
        Ok(Kind::OrderRefunded) => "refund mail",
        Ok(Kind::OrderWithdrawalReceived) => "receipt of the withdrawal",
        Ok(Kind::ShipmentShipped) => "shipping mail",
        Ok(Kind::ShipmentUpdated) => "mail about the changed tracking",
        Ok(Kind::ShipmentDelayed) => "mail about the delay",
        Ok(Kind::ShipmentOutForDelivery) => "mail that the parcel arrives today",
        Ok(Kind::ShipmentDeliveryAttempted) => "mail about the missed delivery",
        Ok(Kind::ShipmentReadyForPickup) => "mail that the parcel can be picked up",
        Ok(Kind::ShipmentDelivered) => "mail that the parcel was delivered",
        Ok(Kind::ShipmentReturned) => "mail that the parcel goes back",
        Err(_) => return kind.to_owned(),
    };
    name.to_owned()
}

/// A kind of mail with the parcel or refund that it is about, as the ledger and the timeline name it:
/// `shipment.shipped 1015-A#6KX3adyG` is the `shipping mail, parcel 1015-A`.
pub fn mail_name_of(name: &str) -> String {
    let (kind, rest) = name.split_once(' ').unwrap_or((name, ""));
    match scope_name(kind, rest) {
        scope if scope.is_empty() => mail_name(kind),
        scope => format!("{}, {scope}", mail_name(kind)),
    }
}

/// What a mail is about besides its order: `parcel 1015-A`. Which of several occurrences it is, is left out.
pub fn scope_name(kind: &str, scope: &str) -> String {
    let own = scope.split('#').next().unwrap_or_default();
    match kind.split_once('.') {
        _ if own.is_empty() || own.starts_with("to ") => own.to_owned(),
        Some(("shipment", _)) => format!("parcel {own}"),
        Some(("order", "refunded")) => format!("refund {own}"),
        _ => own.to_owned(),
    }
}

/// Milliseconds since 1970 as people say it: `27 Nov 2026, 21:00 UTC`.
pub fn day_and_time(milliseconds: i64) -> String {
    let at = Timestamp::from_millisecond(milliseconds);
    at.map_or_else(|_| "never".to_owned(), |at| at.strftime("%-d %b %Y, %H:%M UTC").to_string())
}

/// The same with seconds: a burst of failures is within a minute.
pub fn day_and_second(milliseconds: i64) -> String {
    let at = Timestamp::from_millisecond(milliseconds);
    at.map_or_else(|_| "never".to_owned(), |at| at.strftime("%-d %b %Y, %H:%M:%S UTC").to_string())
}

/// The same of a time in RFC 3339.
pub fn day_and_time_of(rfc3339: &str) -> String {
    let at = rfc3339.parse::<Timestamp>();
    at.map_or_else(|_| readable_time(rfc3339), |at| day_and_time(at.as_millisecond()))
}

/// The text with a capital at its start.
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A state of a mail in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateWords {
    pub label: &'static str,
    /// The class of its colour in the style sheet.
    pub class: &'static str,
    pub meaning: &'static str,
}

/// The words for a state of the ledger.
pub fn state_words(state: &str) -> StateWords {
    let (label, class, meaning) = match State::parse(state) {
        Some(State::Planned) => {
            ("Waiting", "calm", "It is decided that the mail is sent. It has not been sent yet.")
        }
        Some(State::Sending) => {
            ("Being sent", "calm", "The mail is handed to the mail service just now.")
        }
        Some(State::InDoubt) => (
            "In doubt",
            "warn",
            "The mail service did not answer: it may have sent the mail, or not. Nobody knows yet.",
        ),
        Some(State::Sent) => (
            "Sent",
            "good",
            "The mail service has taken the mail. The customer's mail server has not answered yet.",
        ),
        Some(State::Delivered) => (
            "Delivered",
            "good",
            "The customer's mail server has taken the mail. If it is not in the inbox, it is in the spam folder or was moved \
             by a rule.",
        ),
        Some(State::Bounced) => ("Did not arrive", "bad", "The mail was sent, and came back."),
        Some(State::Complained) => {
            ("Reported as spam", "warn", "The mail arrived, and the customer reported it as spam.")
        }
        Some(State::Skipped) => {
            ("Not sent, on purpose", "calm", "It was decided not to send the mail.")
        }
        Some(State::Failed) => {
            ("Failed", "bad", "The mail was not sent, and nobody tries again by itself.")
        }
        None => ("Unknown", "warn", "A newer version of Waybill has written this state."),
    };
    StateWords { label, class, meaning }
}

/// What a reason of the ledger means; `None` where the reason itself is all that is known.
pub fn reason_words(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "muted" => "The shop asked for no mail about this event.",
        "kind_off" => "The shop's settings turn mails of this kind off.",
        "stale" => "It was too old to be news when it could have been sent.",
        "superseded" => "A newer mail made it out of date.",
        "nothing_new" => "It would have told the customer nothing new.",
        "rejected" | "rejected_with_files" => "A virus was found in the mail or in its files.",
        _ if reason.starts_with("Permanent/OnAccountSuppressionList")
            || reason.starts_with("Permanent/Suppressed") =>
        {
            "The address is on a list of addresses that take no mail, since earlier mails came back."
        }
        _ if reason.starts_with("Permanent/") => "The address does not exist, or takes no mail.",
        _ if reason.starts_with("Transient/MailboxFull") => "The customer's mailbox was full.",
        _ if reason.starts_with("Transient/") => {
            "The customer's mail server refused it for the time being, until it was given up."
        }
        "abuse" => "The customer called it spam in their mail program.",
        "fraud" => "The customer called it a fraud in their mail program.",
        "not-spam" => "The customer took it out of their spam folder.",
        _ => return None,
    })
}

/// The text without flags of the command in parentheses, `(--ledger-too removes them)`: a page has a link or a button there.
pub fn without_flags(text: &str) -> String {
    let mut parts = text.split(" (--");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once(')').map_or("", |(_, rest)| rest))
}

/// Why a mail was not sent on purpose, as a clause.
pub fn skip_reason(mail: &Notification) -> String {
    match (mail.reason.as_deref(), &mail.superseded_by) {
        (Some("superseded"), Some(newer)) => {
            let kind = newer.split(' ').next().unwrap_or_default();
            format!("the {} overtook it", mail_name(kind))
        }
        (Some("superseded"), None) => "a newer mail overtook it".to_owned(),
        (Some("stale"), _) => "it was too old to be news".to_owned(),
        (Some("muted"), _) => "the shop asked for none".to_owned(),
        (Some("kind_off"), _) => "the shop has turned such mails off".to_owned(),
        (Some("nothing_new"), _) => "it said nothing new".to_owned(),
        _ => "it was decided so".to_owned(),
    }
}

/// What a replay would find a message to be: what follows "it is" or a count.
pub const fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::WouldSend => "to be sent",
        Verdict::WouldRecord => "to be recorded",
        Verdict::WouldPublish => "to be published",
        Verdict::AlreadySent => "sent already",
        Verdict::AlreadyDone => "done already",
        Verdict::Conflict => "in conflict with another event of its id",
        Verdict::Duplicate => "there twice",
        Verdict::InProgress => "being sent now",
        Verdict::InDoubt => "in doubt",
        Verdict::Stale => "too old",
        Verdict::Superseded => "overtaken by newer news",
        Verdict::NothingNew => "without anything new",
        Verdict::Muted => "without a mail",
        Verdict::Unknown => "not in the ledger",
        Verdict::OrderMissing => "waiting for its order",
        Verdict::Unparseable => "unreadable",
    }
}

/// A language by its code, with its English name: `German (de)`.
pub fn language_name(code: &str) -> String {
    let name = match code {
        "ar" => "Arabic",
        "de" => "German",
        "en" => "English",
        "es" => "Spanish",
        "fr" => "French",
        "it" => "Italian",
        "ja" => "Japanese",
        "nl" => "Dutch",
        "pl" => "Polish",
        "pt-BR" => "Brazilian Portuguese",
        "pt-PT" => "European Portuguese",
        "sv" => "Swedish",
        "zh-Hans" => "Chinese, simplified",
        code => return code.to_owned(),
    };
    format!("{name} ({code})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_in_a_sentence_leads_to_the_page_that_shows_the_same() {
        let found = Sentence::new("1 message: `waybill dlq show mail`, then `--edit`.");
        let expected = [
            Piece::Text("1 message: ".to_owned()),
            Piece::Link("/dead-letters".to_owned(), "look at them".to_owned()),
            Piece::Text(", then ".to_owned()),
            Piece::Code("--edit".to_owned()),
            Piece::Text(".".to_owned()),
        ];
        assert_eq!(found.pieces, expected);
        let hostile = Sentence::new("<b>`<i>`").render().unwrap();
        assert!(!hostile.contains("<b>") && !hostile.contains("<i>"), "{hostile}");
    }

    #[test]
    fn a_mail_is_named_with_its_parcel_and_a_time_as_people_say_it() {
        let names = ["order.confirmed", "shipment.shipped 1015-A", "shipment.updated 1-A#6KX3adyG"];
        assert_eq!(
            names.map(mail_name_of),
            [
                "order confirmation",
                "shipping mail, parcel 1015-A",
                "mail about the changed tracking, parcel 1-A"
            ]
        );
        assert_eq!(day_and_time(1_763_900_000_000), "23 Nov 2025, 12:13 UTC");
        assert_eq!(day_and_second(1_763_900_000_000), "23 Nov 2025, 12:13:20 UTC");
        assert_eq!(day_and_time_of("2025-11-23T12:13:20.000Z"), "23 Nov 2025, 12:13 UTC");
    }

    #[test]
    fn flags_of_the_command_are_left_out() {
        let text =
            "Is the stack (--stack, --region) and the shop (--shop) right? It has (some) of them.";
        let expected = "Is the stack and the shop right? It has (some) of them.";
        assert_eq!(without_flags(text), expected);
    }

    #[test]
    fn every_language_of_mails_has_a_name() {
        for code in shared::Language::all().map(shared::Language::code) {
            assert!(language_name(code).ends_with(&format!(" ({code})")), "{code}");
        }
    }

    #[test]
    fn every_kind_and_every_state_has_words_of_its_own() {
        let names: std::collections::BTreeSet<String> =
            Kind::ALL.iter().map(|kind| mail_name(kind.as_str())).collect();
        assert_eq!(names.len(), Kind::ALL.len());
        assert!(names.iter().all(|name| !name.contains('.')), "{names:?}");
        for state in State::ALL {
            assert_ne!(state_words(state.as_str()).label, "Unknown", "{state}");
        }
    }
}
