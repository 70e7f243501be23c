//! The mailbox as JSON, for tests and tools.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Page, document, iso, parameter};
use crate::edge::reply::{Reply, json as json_reply};
use crate::ses::Mail;

impl Page {
    /// `GET /mail.json?limit=N`: `accepted` counts all, `mails` are those in memory, the newest
    /// first.
    pub(super) fn list_json(&self, query: &str) -> Reply {
        let limit = parameter(query, "limit").and_then(|l| l.parse().ok()).unwrap_or(usize::MAX);
        let mails = self.mailbox.newest_first();
        let mails: Vec<_> = mails.iter().take(limit).map(|m| summary(m)).collect();
        json_reply(StatusCode::OK, &json!({ "accepted": self.mailbox.accepted(), "mails": mails }))
    }
}

/// `GET /mail/ID.json`.
pub fn mail(mail: &Mail) -> Reply {
    let header = |(name, value): (String, String)| json!({ "name": name, "value": value });
    let headers: Vec<_> = document::headers(&mail.to_rfc5322()).into_iter().map(header).collect();
    let mut whole = summary(mail);
    whole["headers"] = json!(headers);
    whole["text"] = json!(mail.content.text);
    whole["html"] = json!(mail.content.html);
    json_reply(StatusCode::OK, &whole)
}

fn summary(mail: &Mail) -> Value {
    let emails = |addresses: &[crate::ses::Address]| -> Vec<String> {
        addresses.iter().map(|a| a.email.clone()).collect()
    };
    let content = &mail.content;
    let tags: serde_json::Map<_, _> =
        content.tags.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({
        "id": mail.id,
        "accepted_at": iso(mail),
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
