//! One mail: its views as pages, its HTML and the message as it was sent.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use jiff::tz::TimeZone;
use mail_parser::{HeaderValue, MessageParser};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::filter::{Filter, ListQuery};
use super::frame::{Pictures, sandboxed};
use crate::ses::{Attachment, Mail, Mailbox};

/// One of the ways to see a mail.
pub struct View {
    /// What follows the path of the mail.
    suffix: &'static str,
    title: &'static str,
    body: fn(&Mail) -> Body,
}

const VIEWS: [View; 5] = [
    View { suffix: "", title: "HTML 600 px", body: |mail| html_frame(mail, 600) },
    View { suffix: "/narrow", title: "HTML 320 px", body: |mail| html_frame(mail, 320) },
    View { suffix: "/text", title: "Text", body: text },
    View { suffix: "/headers", title: "Headers", body: |mail| Body::Headers(headers(mail)) },
    View { suffix: "/raw", title: "Raw", body: raw },
];

impl View {
    /// The view that the end of a path names: `text` of `/mail/ID/text`.
    pub fn parse(name: &str) -> Option<&'static Self> {
        VIEWS.iter().find(|view| view.suffix.trim_start_matches('/') == name)
    }
}

/// The page of a mail.
#[derive(Template)]
#[template(path = "mail.html")]
pub struct MailPage<'a> {
    mail: &'a Mail,
    subject: String,
    facts: Vec<(&'static str, String)>,
    /// The link, the name and the size of each file.
    files: Vec<(String, String, String)>,
    /// The order's ID, and the list of its mails.
    order: Option<(String, String)>,
    /// Each view's link and title.
    tabs: Vec<(String, &'static View)>,
    view: &'static View,
    body: Body,
    /// The list that the mail was found in.
    back: String,
    delete: String,
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
    /// `mail`, between its neighbours in the list of `query`.
    pub fn new(mailbox: &Mailbox, mail: &'a Mail, view: &'static View, query: &ListQuery) -> Self {
        let mut list = mailbox.newest_first();
        list.retain(|m| query.filter.matches(m));
        // Absent from it where the mail was opened by another way than from the list.
        let position = list.iter().position(|m| m.id == mail.id);
        let link = |id: &str, view: &View| query.link(&format!("/mail/{id}{}", view.suffix));
        let neighbour = |position: usize| Some(link(&list.get(position)?.id, view));
        Self {
            mail,
            subject: mail.content.shown_subject().into_owned(),
            facts: facts(mail),
            files: files(mail),
            order: mail
                .content
                .order()
                .map(|id| (id.clone(), list_of_order(mail.content.shop(), &id))),
            tabs: VIEWS.iter().map(|view| (link(&mail.id, view), view)).collect(),
            view,
            body: (view.body)(mail),
            // The row is where the list was left.
            back: format!("{}#{}", query.link("/"), mail.id),
            delete: query.only(&mail.id).link("/mail/delete"),
            newer: position.and_then(|position| neighbour(position.checked_sub(1)?)),
            older: position.and_then(|position| neighbour(position + 1)),
        }
    }
}

fn list_of_order(shop: Option<&str>, id: &str) -> String {
    // No order's ID is empty; were one, all mails would be its list.
    let values = shop.map(|shop| ("shop", shop)).into_iter().chain([("order", id)]);
    let filter = Filter::of_all(values).unwrap_or_default();
    ListQuery { filter, ..ListQuery::default() }.link("/")
}

fn facts(mail: &Mail) -> Vec<(&'static str, String)> {
    let raw = mail.to_rfc5322();
    let message = MessageParser::default().parse(&raw);
    let header = |name| decode_header(message.as_ref()?.header(name)?);
    let time = mail.accepted_at.to_zoned(TimeZone::system());
    let facts = [
        ("Shop", mail.content.shop().map(str::to_owned)),
        ("From", header("From")),
        ("To", header("To")),
        ("Cc", header("Cc")),
        ("Reply to", header("Reply-To")),
        ("Accepted", Some(time.strftime("%A, %-d %B %Y, %H:%M:%S %Z").to_string())),
        ("Message id", Some(mail.id.clone())),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn files(mail: &Mail) -> Vec<(String, String, String)> {
    let file = |(number, file): (usize, &Attachment)| {
        let size = format!("{}, {} KB", file.media_type, file.bytes().len().div_ceil(1000));
        (format!("/mail/{}/attachment/{number}", mail.id), file.name.clone(), size)
    };
    mail.content.attachments.iter().enumerate().map(file).collect()
}

/// `GET /mail/ID/attachment/N`: a file of the mail, to be saved; `None` if there is no such file. A browser shows none of it
/// here: it may be anything.
pub fn attachment(mail: &Mail, number: &str) -> Option<Response> {
    let file = mail.content.attachments.get(number.parse::<usize>().ok()?)?;
    let name = utf8_percent_encode(&file.name, NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    let headers = [
        (header::CONTENT_TYPE, file.media_type.clone()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Some((headers, file.bytes()).into_response())
}

fn html_frame(mail: &Mail, width: u16) -> Body {
    match mail.content.html {
        Some(_) => Body::Html(width),
        None => Body::None("This e-mail has no HTML part."),
    }
}

fn text(mail: &Mail) -> Body {
    match &mail.content.text {
        Some(text) => Body::Text(text.clone()),
        None => Body::None("This e-mail has no plain text part."),
    }
}

fn raw(mail: &Mail) -> Body {
    Body::Text(String::from_utf8_lossy(&mail.to_rfc5322()).into_owned())
}

/// All headers in their order, unfolded, encoded as they are sent.
pub fn headers(mail: &Mail) -> Vec<(String, String)> {
    let raw = mail.to_rfc5322();
    let Some(message) = MessageParser::default().parse(&raw) else { return Vec::new() };
    let unfolded = |value: &str| value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    message.headers_raw().map(|(name, value)| (name.to_owned(), unfolded(value))).collect()
}

/// Addresses as `Name <address>`.
fn decode_header(value: &HeaderValue<'_>) -> Option<String> {
    let HeaderValue::Address(addresses) = value else { return value.as_text().map(str::to_owned) };
    let address = |a: &mail_parser::Addr<'_>| match (a.name(), a.address()) {
        (Some(name), Some(email)) => format!("{name} <{email}>"),
        (name, email) => email.or(name).unwrap_or_default().to_owned(),
    };
    Some(addresses.iter().map(address).collect::<Vec<_>>().join(", "))
}

/// `GET /mail/ID/body.html`: the mail's HTML in a sandbox.
pub fn html_part(mail: &Mail) -> Response {
    match &mail.content.html {
        Some(html) => sandboxed(html, str::to_owned, Pictures::Shown),
        None => (StatusCode::NOT_FOUND, "No HTML part.\n").into_response(),
    }
}

/// `GET /mail/ID.eml`: the message as a file.
pub fn eml(mail: &Mail) -> Response {
    let name = format!("attachment; filename=\"{}.eml\"", mail.id);
    let headers = [(header::CONTENT_TYPE, "message/rfc822"), (header::CONTENT_DISPOSITION, &name)];
    (headers, mail.to_rfc5322()).into_response()
}
