//! The list of mails as a page.

use std::net::SocketAddr;
use std::sync::Arc;

use askama::Template;
use indicatif::HumanCount;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use shared::ShopId;

use super::filter::ListQuery;
use crate::ses::{MAX_MAILS_IN_MEMORY, Mail, Mailbox};

/// Rows of one page.
const ROWS_PER_PAGE: usize = 100;

/// A page of the list: `GET /?q=SEARCH&page=N`.
#[derive(Template)]
#[template(path = "list.html")]
pub struct List {
    rows: Vec<Row>,
    /// Of what is shown; [`crate::page::json::list`] has its parts.
    version: String,
    search: String,
    title: String,
    summary: String,
    /// Where the mails of the list can be deleted.
    delete: String,
    is_filtered: bool,
    sending: bool,
    host: String,
    page: usize,
    pages: usize,
    newer: Option<String>,
    older: Option<String>,
}

struct Row {
    id: String,
    link: String,
    subject: String,
    to_name: String,
    /// With the `@`: a line may break before it.
    to_domain: String,
    kind: String,
    /// Empty unless mails of several shops, or of another than the default one, are shown.
    shop: String,
    order: String,
    state: &'static str,
    time: String,
    accepted_at: String,
}

impl List {
    /// The mails of `query`. A page that is not there becomes the nearest. `sending` says whether the
    /// account may send, `address` where to publish events.
    pub fn new(mailbox: &Mailbox, query: &ListQuery, sending: bool, address: SocketAddr) -> Self {
        // Before the mails, so that the version is never newer than what is shown.
        let accepted = mailbox.accepted();
        let mut mails = mailbox.newest_first();
        let kept = mails.len();
        mails.retain(|mail| query.filter.matches(mail));
        let pages = mails.len().div_ceil(ROWS_PER_PAGE).max(1);
        // A link to a page that has gone since must still lead to mails.
        let page = query.page.unwrap_or(1).clamp(1, pages);
        let query = query.at_page(page);
        let today = Zoned::now();
        // A stack of one shop says nothing of shops.
        let is_of_another = |mail: &Arc<Mail>| shop(mail) != ShopId::default().as_str();
        let shows_shop = mails.iter().any(is_of_another);
        let shown = mails.iter().skip((page - 1) * ROWS_PER_PAGE).take(ROWS_PER_PAGE);
        let link = |page: usize| query.at_page(page).link("/");
        Self {
            rows: shown.map(|mail| row(mail, shows_shop, &query, &today)).collect(),
            version: format!("{accepted}-{kept}"),
            search: query.filter.search().to_owned(),
            title: query.filter.describe(),
            summary: summary(accepted, kept, mails.len(), query.filter.is_empty()),
            delete: query.at_page(1).link("/mail/delete"),
            is_filtered: !query.filter.is_empty(),
            sending,
            host: address.to_string(),
            newer: (page > 1).then(|| link(page - 1)),
            older: (page < pages).then(|| link(page + 1)),
            page,
            pages,
        }
    }
}

fn recipients(mail: &Mail) -> String {
    mail.content.recipients().map(|a| a.email.as_str()).collect::<Vec<_>>().join(", ")
}

fn summary(accepted: u64, kept: usize, found: usize, is_all: bool) -> String {
    let kept = kept as u64;
    if !is_all {
        let gone = match accepted.saturating_sub(kept) {
            gone if accepted > MAX_MAILS_IN_MEMORY as u64 => format!(
                "; only the latest {} are kept, and {} older {} gone",
                HumanCount(MAX_MAILS_IN_MEMORY as u64),
                HumanCount(gone),
                if gone == 1 { "one is" } else { "ones are" }
            ),
            _ => String::new(),
        };
        return format!("{} of {}{gone}", HumanCount(found as u64), count(kept));
    }
    match accepted {
        _ if kept == 0 => String::new(),
        all if all > kept => format!("{} of {} that were sent", HumanCount(kept), count(all)),
        all => count(all),
    }
}

/// `1 e-mail`, `2,000 e-mails`.
pub fn count(n: u64) -> String {
    format!("{} {}", HumanCount(n), if n == 1 { "e-mail" } else { "e-mails" })
}

/// The shop of a mail; the default one's of a mail that names none.
fn shop(mail: &Mail) -> &str {
    mail.content.shop().unwrap_or("default")
}

fn row(mail: &Mail, shows_shop: bool, query: &ListQuery, today: &Zoned) -> Row {
    let to = recipients(mail);
    let (name, domain) = to.split_at(to.find('@').unwrap_or(to.len()));
    Row {
        id: mail.id.clone(),
        link: query.link(&format!("/mail/{}", mail.id)),
        subject: mail.content.shown_subject().into_owned(),
        to_name: name.to_owned(),
        to_domain: domain.to_owned(),
        kind: mail.content.kind().unwrap_or_default(),
        shop: if shows_shop { shop(mail).to_owned() } else { String::new() },
        order: mail.content.order().unwrap_or_default(),
        state: mail.outcome().as_str(),
        time: clock(mail.accepted_at, today),
        accepted_at: format!("{:.3}", mail.accepted_at),
    }
}

/// The local time of day, with the date unless it is today's.
fn clock(at: Timestamp, today: &Zoned) -> String {
    let at = at.to_zoned(TimeZone::system());
    let form = if at.date() == today.date() { "%H:%M:%S" } else { "%-d %b, %H:%M" };
    at.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_counts_in_groups_of_three_digits() {
        assert_eq!(summary(1, 1, 1, true), "1 e-mail");
        assert_eq!(
            summary(1_234_567, 2_000, 2_000, true),
            "2,000 of 1,234,567 e-mails that were sent"
        );
        assert_eq!(summary(2_000, 2_000, 7, false), "7 of 2,000 e-mails");
        assert_eq!(summary(7, 0, 0, true), "");
    }

    #[test]
    fn a_search_says_how_many_older_mails_are_gone_and_so_cannot_be_found() {
        assert_eq!(
            summary(3_663, 2_000, 0, false),
            "0 of 2,000 e-mails; only the latest 2,000 are kept, and 1,663 older ones are gone"
        );
        assert!(summary(2_001, 2_000, 1, false).ends_with("and 1 older one is gone"));
    }
}
