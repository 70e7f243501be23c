//! A mail's own documents: its HTML, its message, its headers.

use http::StatusCode;
use mail_parser::{HeaderValue, MessageParser};

use super::guard;
use crate::edge::reply::{Reply, reply, set};
use crate::ses::Mail;

/// The mail's HTML, locked up: no script runs, no form is sent, nothing is loaded but images and
/// its own styles. A link opens in a new tab.
pub fn body(mail: &Mail) -> Reply {
    let Some(html) = &mail.content.html else {
        return reply(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "No HTML part.\n");
    };
    let mut reply =
        reply(StatusCode::OK, "text/html; charset=utf-8", with_links_in_a_new_tab(html));
    set(
        &mut reply,
        "content-security-policy",
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
         img-src https: data:; style-src 'unsafe-inline'; frame-ancestors 'self'",
    );
    guard(&mut reply);
    reply
}

/// Without it a link would open in the small frame, where nearly no site lets itself be shown.
fn with_links_in_a_new_tab(html: &str) -> String {
    const BASE: &str = "<base target=\"_blank\">";
    let head = html.find("<head").and_then(|from| html[from..].find('>').map(|to| from + to + 1));
    let (before, after) = html.split_at(head.unwrap_or_default());
    if head.is_some() { format!("{before}{BASE}{after}") } else { html.to_owned() }
}

/// The message as a file.
pub fn eml(mail: &Mail) -> Reply {
    let mut reply = reply(StatusCode::OK, "message/rfc822", mail.to_rfc5322());
    set(&mut reply, "content-disposition", &format!("attachment; filename=\"{}.eml\"", mail.id));
    guard(&mut reply);
    reply
}

/// All headers of a message in their order, unfolded, as they are sent.
pub fn headers(raw: &[u8]) -> Vec<(String, String)> {
    let Some(message) = MessageParser::default().parse(raw) else { return Vec::new() };
    let unfolded = |value: &str| value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    message.headers_raw().map(|(name, value)| (name.to_owned(), unfolded(value))).collect()
}

/// One header, decoded: addresses as `Name <address>`.
pub fn header(raw: &[u8], name: &str) -> Option<String> {
    let message = MessageParser::default().parse(raw)?;
    match message.header(name)? {
        HeaderValue::Address(addresses) => {
            let address = |a: &mail_parser::Addr<'_>| match (a.name(), a.address()) {
                (Some(name), Some(email)) => format!("{name} <{email}>"),
                (name, email) => email.or(name).unwrap_or_default().to_owned(),
            };
            Some(addresses.iter().map(address).collect::<Vec<_>>().join(", "))
        }
        other => other.as_text().map(str::to_owned),
    }
}
