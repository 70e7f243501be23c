//! The mailbox page: what SES accepted, for people (HTML), tools and tests (JSON).
//!
//! It works without a script; the one it has refreshes the list. What a mail holds is somebody
//! else's text: the template engine escapes it, and a mail's HTML is served on a path of its own
//! that its headers lock up (no script, no form, no frame, nothing loaded but images).

mod document;
mod list;
mod message;
#[cfg(test)]
mod tests;
mod tool;

use std::net::SocketAddr;
use std::sync::Arc;

use askama::Template;
use http::{StatusCode, Uri};

use crate::edge::reply::{Reply, reply, set};
use crate::ses::{Account, Mail, Mailbox};
use message::View;

/// The page.
#[derive(Debug, Clone)]
pub struct Page {
    mailbox: Arc<Mailbox>,
    account: Account,
    address: SocketAddr,
}

#[derive(Template)]
#[template(path = "missing.html")]
struct Missing {
    keeps: usize,
    directory: Option<String>,
}

impl Page {
    /// A page over `mailbox`, served at `address`.
    #[must_use]
    pub fn new(mailbox: Arc<Mailbox>, account: Account, address: SocketAddr) -> Self {
        Self { mailbox, account, address }
    }

    /// Answers a `GET`.
    #[must_use]
    pub fn answer(&self, uri: &Uri) -> Reply {
        let query = uri.query().unwrap_or_default();
        match uri.path() {
            "/" | "/mail" | "/mail/" => self.list(query),
            "/mail.json" => self.list_json(query),
            "/favicon.ico" => asset("image/svg+xml", include_str!("../../templates/icon.svg")),
            "/mail/style.css" => {
                asset("text/css; charset=utf-8", include_str!("../../templates/style.css"))
            }
            "/mail/refresh.js" => {
                asset("text/javascript", include_str!("../../templates/refresh.js"))
            }
            path => self.mail(path.strip_prefix("/mail/").unwrap_or_default()),
        }
    }

    /// `ID`, `ID/text` and so on, `ID.eml`, `ID.json`.
    fn mail(&self, path: &str) -> Reply {
        let (id, what) = path.split_once(['/', '.']).unwrap_or((path, ""));
        let Some(mail) = self.mailbox.find(id) else { return self.missing() };
        match what {
            "json" => tool::mail(&mail),
            "eml" => document::eml(&mail),
            "body.html" => document::body(&mail),
            what => match View::of(what) {
                Some(view) => self.message(&mail, view),
                None => self.missing(),
            },
        }
    }

    fn missing(&self) -> Reply {
        let directory = self.mailbox.directory().map(|d| d.display().to_string());
        html(StatusCode::NOT_FOUND, &Missing { keeps: crate::ses::mailbox::KEPT, directory })
    }
}

/// A page of ours: nothing on it comes from elsewhere.
fn html(status: StatusCode, page: &impl Template) -> Reply {
    let Ok(body) = page.render() else {
        return reply(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "");
    };
    let mut reply = reply(status, "text/html; charset=utf-8", body);
    set(
        &mut reply,
        "content-security-policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
         img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
    );
    guard(&mut reply);
    reply
}

fn asset(media_type: &'static str, text: &'static str) -> Reply {
    let mut reply = reply(StatusCode::OK, media_type, text);
    guard(&mut reply);
    reply
}

fn guard(reply: &mut Reply) {
    set(reply, "x-content-type-options", "nosniff");
    set(reply, "referrer-policy", "no-referrer");
    set(reply, "cache-control", "no-store");
}

/// The value of a parameter of the query, decoded.
fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(n, _)| *n == name)?;
    let value = value.replace('+', " ");
    Some(percent_encoding::percent_decode_str(&value).decode_utf8_lossy().into_owned())
}

fn encoded(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// The recipients, for a line of a list.
fn recipients(mail: &Mail) -> String {
    mail.content.recipients().map(|a| a.email.as_str()).collect::<Vec<_>>().join(", ")
}

/// To the millisecond, in UTC.
fn iso(mail: &Mail) -> String {
    mail.accepted_at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
