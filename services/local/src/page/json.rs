//! The mailbox as JSON, for tests and tools. Its members are a stable format.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::{Map, Value, json};

use super::filter::{ListQuery, QueryError};
use super::mail::headers;
use crate::ses::{Address, Attachment, Mail, Mailbox};

/// `GET /mail.json`: the mails of the query, the newest first. `accepted` counts all that SES ever
/// took, `kept` those in the mailbox, `found` those that match; `next` leads to the next page.
pub fn list(mailbox: &Mailbox, query: &ListQuery) -> Value {
    // In this order: the page takes both for the version of what it shows, and an older one than
    // that is harmless.
    let accepted = mailbox.accepted();
    let mut mails = mailbox.newest_first();
    let kept = mails.len();
    mails.retain(|mail| query.filter.matches(mail));
    let limit = query.limit.unwrap_or(usize::MAX);
    let page = query.page.unwrap_or(1);
    let skipped = (page - 1).saturating_mul(limit);
    let is_more = limit > 0 && mails.len() > skipped.saturating_add(limit);
    let next = is_more.then(|| query.at_page(page + 1).link("/mail.json"));
    let summaries: Vec<_> = mails.iter().skip(skipped).take(limit).map(|m| summary(m)).collect();
    json!({
        "accepted": accepted,
        "kept": kept,
        "found": mails.len(),
        "next": next,
        "mails": summaries,
    })
}

/// The answer to a deletion.
pub fn deleted(count: usize) -> Response {
    Json(json!({ "deleted": count })).into_response()
}

/// The answer to a query that is not understood (RFC 9457).
pub fn bad_query(error: &QueryError) -> Response {
    problem(StatusCode::BAD_REQUEST, "The query is not understood", &error.to_string())
}

/// The answer about a mail that is not there.
pub fn no_mail() -> Response {
    let detail = "It was deleted, or newer ones pushed it out, or there never was one.";
    problem(StatusCode::NOT_FOUND, "No such e-mail", detail)
}

/// The answer to a deletion that did not happen.
pub fn not_deleted() -> Response {
    let detail = "The mailbox's file could not be written: nothing was deleted.";
    problem(StatusCode::INTERNAL_SERVER_ERROR, "Not deleted", detail)
}

fn problem(status: StatusCode, title: &str, detail: &str) -> Response {
    let body =
        json!({"type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail});
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

/// `GET /mail/ID.json`.
pub fn mail(mail: &Mail) -> Value {
    let header = |(name, value): (String, String)| json!({ "name": name, "value": value });
    let headers: Vec<_> = headers(mail).into_iter().map(header).collect();
    let mut whole = summary(mail);
    whole["headers"] = json!(headers);
    whole["text"] = json!(mail.content.text);
    whole["html"] = json!(mail.content.html);
    whole
}

fn attachment(file: &Attachment) -> Value {
    json!({ "name": file.name, "type": file.media_type, "size": file.bytes().len() })
}

fn summary(mail: &Mail) -> Value {
    let emails =
        |addresses: &[Address]| addresses.iter().map(|a| a.email.clone()).collect::<Vec<_>>();
    let content = &mail.content;
    // One value a name, although SES takes several: Waybill gives each of its tags one.
    let tags: Map<_, _> =
        content.tags.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({
        "id": mail.id,
        "accepted_at": format!("{:.3}", mail.accepted_at),
        "from": content.from.email,
        "to": emails(&content.to),
        "cc": emails(&content.cc),
        "bcc": emails(&content.bcc),
        "reply_to": emails(&content.reply_to),
        "subject": content.shown_subject(),
        "kind": content.kind(),
        "shop": content.shop(),
        "order": content.order(),
        "state": mail.outcome().as_str(),
        "attachments": content.attachments.iter().map(attachment).collect::<Vec<_>>(),
        "tags": tags,
    })
}
