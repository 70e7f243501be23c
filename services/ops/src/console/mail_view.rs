//! A mail on its order's page: its state in words, what comes next, and what may be done.

use shared::OrderKey;
use shared::ledger::State;
use shared::notification::Recipient;

use super::link::{Link, link};
use super::mail_action::MailAction;
use super::wording::{
    Sentence, StateWords, capitalised, day_and_time, mail_name, mail_name_of, reason_words,
    scope_name, state_words,
};
use crate::order::Notification;

/// Where a mail is shown as it was sent.
pub fn mail_link(order: &OrderKey, mail: &Notification) -> String {
    let parameters = [
        ("shop", order.shop.as_str()),
        ("id", order.order_id.as_str()),
        ("kind", mail.kind.as_str()),
        ("scope", mail.scope.as_str()),
        ("recipient", mail.recipient.as_str()),
        ("event", mail.event.as_str()),
    ];
    link("/order/mail", parameters)
}

/// A mail of an order, as its page tells it.
pub struct MailView {
    pub name: String,
    pub scope: String,
    /// Who gets it, where that is not the customer.
    pub to: Option<Addressee>,
    pub state: StateWords,
    pub since: String,
    pub attempts: u32,
    pub reason: Option<ReasonView>,
    pub left_out: Option<String>,
    pub superseded_by: Option<String>,
    pub asked: Option<String>,
    /// What becomes of it by itself.
    pub next: Sentence,
    /// What whoever talks to the customer does about it.
    pub to_do: Sentence,
    /// A button each.
    pub actions: Vec<Link>,
    /// Where it is shown.
    pub page: String,
}

/// Why a mail is in its state.
pub struct ReasonView {
    pub words: Option<&'static str>,
    /// As the ledger has it.
    pub reason: String,
}

/// Who gets a mail that is not the customer's, or goes to the customer's corrected address.
pub struct Addressee {
    pub words: String,
    /// Its role, where no event names its address: an operator has typed that, and only its hash is kept.
    pub unknown: Option<String>,
}

impl Addressee {
    fn new(mail: &Notification) -> Option<Self> {
        let is_corrected = match Recipient::parse(&mail.recipient) {
            Ok(Recipient::Customer) => return None,
            recipient => matches!(recipient, Ok(Recipient::Corrected(_))),
        };
        let whose =
            if is_corrected { "the customer's corrected address" } else { "another address" };
        Some(match &mail.address {
            Some(address) if is_corrected => {
                Self { words: format!("{whose}: {address}"), unknown: None }
            }
            Some(address) => Self { words: address.clone(), unknown: None },
            None => Self { words: whose.to_owned(), unknown: Some(mail.recipient.clone()) },
        })
    }
}

impl MailView {
    pub fn new(order: &OrderKey, mail: &Notification, may_act: bool) -> Self {
        let button = |action: MailAction| {
            let parameters = [
                ("action", action.name()),
                ("shop", order.shop.as_str()),
                ("id", order.order_id.as_str()),
                ("kind", mail.kind.as_str()),
                ("scope", mail.scope.as_str()),
                ("recipient", mail.recipient.as_str()),
            ];
            Link { label: action.label().to_owned(), href: link("/order/act", parameters) }
        };
        let actions = MailAction::allowed_for(mail).into_iter().filter(|_| may_act);
        let asked = mail.asked_by.as_ref().zip(mail.asked_because.as_ref());
        Self {
            name: match mail.is_copy() {
                true => format!("{}, copy", capitalised(&mail_name(&mail.kind))),
                false => capitalised(&mail_name(&mail.kind)),
            },
            scope: scope_name(&mail.kind, &mail.scope),
            to: Addressee::new(mail),
            state: state_words(&mail.state),
            since: day_and_time(mail.since),
            attempts: mail.attempts,
            reason: mail
                .reason
                .clone()
                .map(|reason| ReasonView { words: reason_words(&reason), reason }),
            left_out: mail.left_out.clone(),
            superseded_by: mail.superseded_by.as_deref().map(mail_name_of),
            asked: asked.map(|(operator, why)| asked_for(operator, why)),
            next: Sentence::new(&full_sentence(next(mail))),
            to_do: Sentence::new(&to_do(mail)),
            actions: actions.map(button).collect(),
            page: mail_link(order, mail),
        }
    }
}

/// What becomes of it by itself: the command's words, where they are no advice, which is given in other words here.
fn next(mail: &Notification) -> &str {
    match State::parse(&mail.state) {
        Some(State::Skipped | State::Delivered | State::Complained) => "",
        Some(State::Failed | State::Bounced) if mail.followed_by.is_none() => "",
        _ => &mail.next,
    }
}

/// What to do about it, for whoever has its customer on the telephone.
fn to_do(mail: &Notification) -> String {
    let advice = match State::parse(&mail.state) {
        Some(State::Failed | State::Bounced) if mail.followed_by.is_some() => {
            "Look at the mail to the corrected address instead."
        }
        // What helps depends on why it came back.
        Some(State::Bounced) => return full_sentence(&mail.next),
        Some(State::Failed) => {
            "Have an operator look at the reason, then send it again. Until then tell the customer yourself what it says."
        }
        Some(State::Planned | State::Sending) => {
            "Nothing: it leaves by itself. Load this page again in a few minutes."
        }
        Some(State::InDoubt) => {
            "Ask the customer whether it has arrived. If it has, record that it was sent; if not, an operator looks it up in \
             the mail service's records first."
        }
        Some(State::Sent) => {
            "Nothing yet: most mail servers answer within minutes. After an hour, ask the customer to look for it."
        }
        Some(State::Delivered) => {
            "If the customer misses it: have them look in the spam folder, then send a copy."
        }
        Some(State::Complained) => {
            "Send a copy only if the customer asks for it: after such a report the mail service may take no more mail for \
             this address."
        }
        Some(State::Skipped) => to_do_if_skipped(mail.reason.as_deref()),
        None => "Ask an operator: this console is older than what wrote this.",
    };
    advice.to_owned()
}

fn to_do_if_skipped(reason: Option<&str>) -> &'static str {
    match reason {
        Some("superseded") => {
            "Nothing: the newer mail says what counts now. Send this one only if the customer wants it all the same."
        }
        Some("stale") => {
            "Tell the customer how things stand now. Send it only if they want it all the same."
        }
        Some("kind_off") => "Nothing: the shop wants none of its customers to get such mails.",
        Some("nothing_new") => "Nothing: what it says is in the mails before it.",
        _ => "Nothing: the shop wanted it so. If the customer misses it, ask the shop.",
    }
}

/// With a capital at its start and a full stop; empty for nothing.
fn full_sentence(text: &str) -> String {
    match text.is_empty() || text.ends_with('.') {
        true => capitalised(text),
        false => format!("{}.", capitalised(text)),
    }
}

fn asked_for(operator: &str, why: &str) -> String {
    match operator {
        "unknown" => format!("An operator asked for it: {why}"),
        operator => format!("{operator} asked for it: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use kit::ledger::Item;

    use super::*;
    use crate::order::OrderReport;
    use crate::pii::PiiMode;

    #[test]
    fn of_a_mail_in_whatever_state_the_page_says_what_to_do() {
        let order = OrderKey::parse("default/1001").unwrap();
        for state in State::ALL {
            let item = Item {
                order_key: order.to_string(),
                notification: "order.confirmed##customer".to_owned(),
                state: state.to_string(),
                ..Item::default()
            };
            let report = OrderReport::new(&order, &[], &[item], 1_763_900_000_000, PiiMode::Masked);
            let mail = MailView::new(&order, &report.notifications[0], true);
            assert!(!mail.to_do.is_empty(), "{state}");
        }
    }
}
