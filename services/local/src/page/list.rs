//! The list of mails as a page.

use std::net::SocketAddr;
use std::sync::Arc;

use askama::Template;
use indicatif::HumanCount;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::ses::{Mail, Mailbox};

/// Rows of one page.
const ROWS_PER_PAGE: usize = 100;

/// A page of the list: `GET /?q=SEARCH&page=N`.
#[derive(Template)]
#[template(path = "list.html")]
pub struct List {
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
    mail: Arc<Mail>,
    to_name: String,
    /// With the `@`: a line may break before it.
    to_domain: String,
    order: String,
    order_query: String,
    time: String,
    accepted_at: String,
}

impl List {
    /// The mails that match `query`, all if it is empty. `page` counts from 1; one that is not
    /// there becomes the nearest. `sending` says whether the account may send, `address` where to
    /// publish events.
    pub fn new(
        mailbox: &Mailbox,
        query: String,
        page: usize,
        sending: bool,
        address: SocketAddr,
    ) -> Self {
        let mut mails = mailbox.newest_first();
        let in_memory = mails.len();
        let search = query.to_lowercase();
        mails.retain(|mail| matches(mail, &search));
        let pages = mails.len().div_ceil(ROWS_PER_PAGE).max(1);
        // A link to a page that has gone since must still lead to mails.
        let page = page.clamp(1, pages);
        let today = Zoned::now();
        let accepted = mailbox.accepted();
        let summary = summary(accepted, in_memory, mails.len(), &query);
        let shown = mails.into_iter().skip((page - 1) * ROWS_PER_PAGE).take(ROWS_PER_PAGE);
        let link = |page: usize| format!("/?q={}&page={page}", encoded(&query));
        Self {
            rows: shown.map(|mail| row(mail, &today)).collect(),
            accepted,
            summary,
            sending,
            host: address.to_string(),
            newer: (page > 1).then(|| link(page - 1)),
            older: (page < pages).then(|| link(page + 1)),
            query,
            page,
            pages,
        }
    }
}

fn matches(mail: &Mail, search: &str) -> bool {
    // In lower case, like `search`: people type addresses and order IDs in either.
    let contains = |text: &str| text.to_lowercase().contains(search);
    search.is_empty()
        || contains(&mail.content.subject)
        || contains(&recipients(mail))
        || mail.content.kind().is_some_and(contains)
        || mail.content.order().is_some_and(|order| contains(&order))
}

fn recipients(mail: &Mail) -> String {
    mail.content.recipients().map(|a| a.email.as_str()).collect::<Vec<_>>().join(", ")
}

fn summary(accepted: u64, in_memory: usize, found: usize, query: &str) -> String {
    let in_memory = in_memory as u64;
    if !query.is_empty() {
        return format!("{found} of {} in memory", count(in_memory));
    }
    match accepted {
        0 => String::new(),
        all if all > in_memory => {
            format!("{}, the newest {} are here", count(all), HumanCount(in_memory))
        }
        all => count(all),
    }
}

fn count(n: u64) -> String {
    format!("{} {}", HumanCount(n), if n == 1 { "e-mail" } else { "e-mails" })
}

fn row(mail: Arc<Mail>, today: &Zoned) -> Row {
    let to = recipients(&mail);
    let (name, domain) = to.split_at(to.find('@').unwrap_or(to.len()));
    let order = mail.content.order().unwrap_or_default();
    Row {
        to_name: name.to_owned(),
        to_domain: domain.to_owned(),
        order_query: encoded(&order),
        order,
        time: clock(mail.accepted_at, today),
        accepted_at: format!("{:.3}", mail.accepted_at),
        mail,
    }
}

/// The local time of day, with the date unless it is today's.
fn clock(at: Timestamp, today: &Zoned) -> String {
    let at = at.to_zoned(TimeZone::system());
    // Mails are kept in memory only, so nearly all are today's.
    let form = if at.date() == today.date() { "%H:%M:%S" } else { "%-d %b, %H:%M" };
    at.strftime(form).to_string()
}

fn encoded(value: &str) -> String {
    utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_counts_in_groups_of_three_digits() {
        assert_eq!(summary(1, 1, 1, ""), "1 e-mail");
        assert_eq!(
            summary(1_234_567, 2_000, 2_000, ""),
            "1,234,567 e-mails, the newest 2,000 are here"
        );
        assert_eq!(summary(3_000, 2_000, 7, "x"), "7 of 2,000 e-mails in memory");
    }
}
