//! The list of mails.

use std::sync::Arc;

use askama::Template;
use http::StatusCode;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::{Page, encoded, html, iso, parameter, recipients};
use crate::edge::reply::Reply;
use crate::ses::Mail;
use crate::ses::account::Sending;

const ROWS: usize = 100;

#[derive(Template)]
#[template(path = "list.html")]
struct List {
    rows: Vec<Row>,
    query: String,
    accepted: u64,
    summary: String,
    sending: bool,
    host: String,
    page: usize,
    pages: usize,
    newer: Option<String>,
    older: Option<String>,
}

struct Row {
    id: String,
    subject: String,
    to_name: String,
    /// With the `@`: a line may break before it.
    to_domain: String,
    kind: String,
    order: String,
    order_query: String,
    state: &'static str,
    time: String,
    datetime: String,
}

impl Page {
    pub(super) fn list(&self, query: &str) -> Reply {
        let words = parameter(query, "q").unwrap_or_default().trim().to_owned();
        let kept = self.mailbox.newest_first();
        let in_memory = kept.len();
        let found: Vec<_> = kept.into_iter().filter(|m| matches(m, &words)).collect();
        let pages = found.len().div_ceil(ROWS).max(1);
        let page = parameter(query, "page").and_then(|p| p.parse().ok()).unwrap_or(1);
        let page: usize = usize::clamp(page, 1, pages);
        let today = Zoned::now();
        let rows =
            found.iter().skip((page - 1) * ROWS).take(ROWS).map(|m| row(m, &today)).collect();
        let link = |page: usize| format!("/?q={}&page={page}", encoded(&words));
        let accepted = self.mailbox.accepted();
        html(
            StatusCode::OK,
            &List {
                rows,
                accepted,
                summary: summary(accepted, in_memory, found.len(), &words),
                sending: self.account.settings().sending == Sending::Enabled,
                host: self.address.to_string(),
                newer: (page > 1).then(|| link(page - 1)),
                older: (page < pages).then(|| link(page + 1)),
                query: words,
                page,
                pages,
            },
        )
    }
}

fn matches(mail: &Mail, words: &str) -> bool {
    let words = words.to_lowercase();
    let holds = |text: &str| text.to_lowercase().contains(&words);
    words.is_empty()
        || holds(&mail.content.subject)
        || holds(&recipients(mail))
        || mail.content.kind().is_some_and(holds)
        || mail.content.order().is_some_and(|order| holds(&order))
}

fn summary(accepted: u64, in_memory: usize, found: usize, words: &str) -> String {
    if !words.is_empty() {
        return format!("{} of {} in memory", found, count(in_memory as u64));
    }
    match accepted {
        0 => String::new(),
        1 => "1 e-mail".to_owned(),
        all if all > in_memory as u64 => {
            format!("{}, the newest {} are here", count(all), grouped(in_memory as u64))
        }
        all => count(all),
    }
}

fn count(n: u64) -> String {
    format!("{} {}", grouped(n), if n == 1 { "e-mail" } else { "e-mails" })
}

/// Digits in groups of three.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn row(mail: &Arc<Mail>, today: &Zoned) -> Row {
    let order = mail.content.order().unwrap_or_default();
    let to = recipients(mail);
    let (name, domain) = to.split_at(to.find('@').unwrap_or(to.len()));
    Row {
        id: mail.id.clone(),
        subject: if mail.content.subject.is_empty() {
            "(no subject)".to_owned()
        } else {
            mail.content.subject.clone()
        },
        to_name: name.to_owned(),
        to_domain: domain.to_owned(),
        kind: mail.content.kind().unwrap_or_default().to_owned(),
        order_query: encoded(&order),
        order,
        state: mail.outcome().as_str(),
        time: clock(mail.accepted_at, today),
        datetime: iso(mail),
    }
}

/// The time of day here; with the day when it was another one.
fn clock(at: Timestamp, today: &Zoned) -> String {
    let at = at.to_zoned(TimeZone::system());
    let form = if at.date() == today.date() { "%H:%M:%S" } else { "%-d %b, %H:%M" };
    at.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        assert_eq!(
            [7, 1_000, 123_456, 1_234_567].map(grouped),
            ["7", "1,000", "123,456", "1,234,567"]
        );
    }
}
