//! A mail on its order's page: its state in words, what comes next, and what may be done.

use shared::OrderKey;
use shared::ledger::State;

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
    pub to: String,
    pub state: StateWords,
    pub since: String,
    pub attempts: u32,
    pub reason: Option<ReasonView>,
    pub left_out: Option<String>,
    pub superseded_by: Option<String>,
    pub asked: Option<String>,
    pub next_label: &'static str,
    pub next: Sentence,
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
            to: match &mail.address {
                _ if mail.recipient == "customer" => String::new(),
                Some(address) => address.clone(),
                None => format!("another address ({})", mail.recipient),
            },
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
            next_label: next_label(mail),
            next: Sentence::new(&full_sentence(&mail.next)),
            actions: actions.map(button).collect(),
            page: mail_link(order, mail),
        }
    }
}

/// Whether somebody has to do something, or waits.
fn next_label(mail: &Notification) -> &'static str {
    match State::parse(&mail.state) {
        Some(State::Bounced | State::Failed | State::InDoubt) if mail.followed_by.is_none() => {
            "What to do"
        }
        _ => "What happens next",
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
