//! The question before mails are deleted. It is a page of its own, so that it needs no script.

use askama::Template;

use super::filter::ListQuery;
use super::list::count;
use crate::ses::Mailbox;

/// `GET /mail/delete?QUERY`: asks about the mails that the query finds.
#[derive(Template)]
#[template(path = "delete.html")]
pub struct Confirmation {
    question: String,
    /// What was searched for; empty where all mails are meant.
    title: String,
    action: String,
    back: String,
    /// Whose files stay.
    directory: Option<String>,
}

impl Confirmation {
    /// Asks about the mails in `mailbox` that `query` finds.
    pub fn new(mailbox: &Mailbox, query: &ListQuery) -> Self {
        let mails = mailbox.newest_first();
        let found = mails.iter().filter(|mail| query.filter.matches(mail)).count() as u64;
        let all = if query.filter.is_empty() && found > 1 { "all " } else { "" };
        Self {
            question: format!("Delete {all}{}?", count(found)),
            title: query.filter.describe(),
            action: query.link("/mail/delete"),
            back: query.link("/"),
            directory: mailbox.eml_directory().map(|d| d.display().to_string()),
        }
    }
}
