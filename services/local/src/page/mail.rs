//! One mail: its views as pages, its HTML and the message as it was sent.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{StatusCode, header};
use jiff::tz::TimeZone;
use mail_parser::{HeaderValue, MessageParser};

use crate::ses::{Mail, Mailbox};

/// What a page shows of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Its HTML on a wide screen.
    Wide,
    /// Its HTML on a narrow phone.
    Narrow,
    /// Its plain text.
    Text,
    /// Its headers.
    Headers,
    /// The whole message, as it was sent.
    Raw,
}

impl View {
    const ALL: [Self; 5] = [Self::Wide, Self::Narrow, Self::Text, Self::Headers, Self::Raw];

    /// The view that the end of a path names: `text` of `/mail/ID/text`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.suffix().trim_start_matches('/') == name)
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Wide => "",
            Self::Narrow => "/narrow",
            Self::Text => "/text",
            Self::Headers => "/headers",
            Self::Raw => "/raw",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Wide => "HTML 600 px",
            Self::Narrow => "HTML 320 px",
            Self::Text => "Text",
            Self::Headers => "Headers",
            Self::Raw => "Raw",
        }
    }
}

/// The page of a mail.
#[derive(Template)]
#[template(path = "mail.html")]
pub struct MailPage<'a> {
    mail: &'a Mail,
    facts: Vec<(&'static str, String)>,
    tabs: [View; 5],
    view: View,
    body: Body,
    newer: Option<String>,
    older: Option<String>,
}

enum Body {
    /// A frame of this width, in pixels.
    Html(u16),
    Text(String),
    Headers(Vec<(String, String)>),
    None(&'static str),
}

impl<'a> MailPage<'a> {
    /// `mail`, between its neighbours in `mailbox`.
    pub fn new(mailbox: &Mailbox, mail: &'a Mail, view: View) -> Self {
        let all = mailbox.newest_first();
        let position = all.iter().position(|m| m.id == mail.id).unwrap_or_default();
        let id = |position: Option<usize>| Some(all.get(position?)?.id.clone());
        Self {
            mail,
            facts: facts(mail),
            tabs: View::ALL,
            view,
            body: body(mail, view),
            newer: id(position.checked_sub(1)),
            older: id(Some(position + 1)),
        }
    }
}

fn facts(mail: &Mail) -> Vec<(&'static str, String)> {
    let raw = mail.to_rfc5322();
    let header = |name| decoded_header(&raw, name);
    let time = mail.accepted_at.to_zoned(TimeZone::system());
    let facts = [
        ("From", header("From")),
        ("To", header("To")),
        ("Cc", header("Cc")),
        ("Reply to", header("Reply-To")),
        ("Accepted", Some(time.strftime("%A, %-d %B %Y, %H:%M:%S %Z").to_string())),
        ("Order", mail.content.order()),
        ("Message id", Some(mail.id.clone())),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn body(mail: &Mail, view: View) -> Body {
    match (view, &mail.content.html, &mail.content.text) {
        (View::Wide, Some(_), _) => Body::Html(600),
        (View::Narrow, Some(_), _) => Body::Html(320),
        (View::Wide | View::Narrow, None, _) => Body::None("This e-mail has no HTML part."),
        (View::Text, _, Some(text)) => Body::Text(text.clone()),
        (View::Text, _, None) => Body::None("This e-mail has no plain text part."),
        (View::Headers, ..) => Body::Headers(headers(&mail.to_rfc5322())),
        (View::Raw, ..) => Body::Text(String::from_utf8_lossy(&mail.to_rfc5322()).into_owned()),
    }
}

/// All headers of a message in their order, unfolded, encoded as they are sent.
pub fn headers(raw: &[u8]) -> Vec<(String, String)> {
    let Some(message) = MessageParser::default().parse(raw) else { return Vec::new() };
    let unfolded = |value: &str| value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    message.headers_raw().map(|(name, value)| (name.to_owned(), unfolded(value))).collect()
}

/// One header, decoded: addresses as `Name <address>`.
fn decoded_header(raw: &[u8], name: &str) -> Option<String> {
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

/// `GET /mail/ID/body.html`: the mail's HTML in a sandbox. No script runs, no form is sent, nothing
/// is loaded but images and its own styles. A link opens in a new tab.
pub fn html_part(mail: &Mail) -> Response {
    const POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; \
                          default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; \
                          frame-ancestors 'self'";
    match &mail.content.html {
        Some(html) => {
            let html = with_links_in_a_new_tab(html);
            ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response()
        }
        None => (StatusCode::NOT_FOUND, "No HTML part.\n").into_response(),
    }
}

/// In the page's small frame, nearly no site would let itself be shown.
fn with_links_in_a_new_tab(html: &str) -> String {
    let head = html.find("<head").and_then(|from| html[from..].find('>').map(|to| from + to + 1));
    let Some(head) = head else { return html.to_owned() };
    let (before, after) = html.split_at(head);
    format!("{before}<base target=\"_blank\">{after}")
}

/// `GET /mail/ID.eml`: the message as a file.
pub fn eml(mail: &Mail) -> Response {
    let name = format!("attachment; filename=\"{}.eml\"", mail.id);
    let headers = [(header::CONTENT_TYPE, "message/rfc822"), (header::CONTENT_DISPOSITION, &name)];
    (headers, mail.to_rfc5322()).into_response()
}
