//! `order.withdrawal_received`: the receipt that a shop owes a customer who withdraws from a contract: what was
//! declared, and on which day and at which time it arrived (Directive 2011/83/EU, article 11a).

use shared::contract::incident::Withdrawal;
use shared::contract::order::Order;

use super::article::Article;
use super::listing::Listing;
use super::mail::{Mail, RenderError};
use super::page::Page;
use super::user_text::UserText;

struct WithdrawalReceived<'a> {
    received: Option<String>,
    /// Line by line; an empty one between paragraphs.
    content: Vec<UserText<'a>>,
    lines: Listing<Article<'a>>,
    /// The shop's number of it, if it has one.
    id: Option<UserText<'a>>,
}

super::mail::templates!(WithdrawalReceived, "withdrawal_received.html", "withdrawal_received.txt");

pub fn compose(
    page: Page<'_>,
    order: &Order,
    withdrawal: &Withdrawal,
) -> Result<Mail, RenderError> {
    let content = withdrawal.content.iter().flat_map(|content| content.lines());
    let mail = WithdrawalReceived {
        received: withdrawal.received_at.map(|time| page.say.time(time)),
        content: content.map(UserText::new).collect(),
        lines: Article::list(order, &withdrawal.lines, &page.say),
        id: withdrawal.number().map(|id| UserText::of_shop(id).shortened(80)),
    };
    let subject = page.say.withdrawal_subject(&page.number);
    let preheader = match &mail.received {
        Some(received) => page.say.withdrawal_preheader_with_time(received),
        None => page.say.withdrawal_preheader(),
    };
    mail.write(page.with_subject(subject, preheader))
}
