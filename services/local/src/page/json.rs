//! The mailbox as JSON, for tests and tools.

use serde_json::{Map, Value, json};

use super::mail::headers;
use crate::ses::{Address, Mail, Mailbox};

/// `GET /mail.json?limit=N`: `accepted` counts all, `mails` are those in memory, the newest first.
pub fn list(mailbox: &Mailbox, limit: Option<usize>) -> Value {
    let mails = mailbox.newest_first();
    let mails: Vec<_> =
        mails.iter().take(limit.unwrap_or(usize::MAX)).map(|m| summary(m)).collect();
    json!({ "accepted": mailbox.accepted(), "mails": mails })
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
        "subject": content.subject,
        "kind": content.kind(),
        "order": content.order(),
        "state": mail.outcome().as_str(),
        "tags": tags,
    })
}
