//! One mail, in one of its views.

use std::sync::Arc;

use askama::Template;
use http::StatusCode;
use jiff::tz::TimeZone;

use super::{Page, document, html};
use crate::edge::reply::Reply;
use crate::ses::Mail;

/// A way to look at a mail.
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
    /// What is sent: the whole message.
    Raw,
}

impl View {
    const ALL: [Self; 5] = [Self::Wide, Self::Narrow, Self::Text, Self::Headers, Self::Raw];

    /// The view that the end of a path names.
    pub fn of(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.suffix().trim_start_matches('/') == path)
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

#[derive(Template)]
#[template(path = "mail.html")]
struct Message {
    id: String,
    subject: String,
    facts: Vec<(&'static str, String)>,
    fates: Vec<(String, &'static str)>,
    tags: Vec<(String, String)>,
    tabs: [View; 5],
    view: View,
    body: Body,
    newer: Option<String>,
    older: Option<String>,
}

enum Body {
    Html(u16),
    Text(String),
    Headers(Vec<(String, String)>),
    None(&'static str),
}

impl Page {
    pub(super) fn message(&self, mail: &Arc<Mail>, view: View) -> Reply {
        let all = self.mailbox.newest_first();
        let place = all.iter().position(|m| m.id == mail.id).unwrap_or_default();
        let id = |place: Option<usize>| place.and_then(|p| all.get(p)).map(|m| m.id.clone());
        html(
            StatusCode::OK,
            &Message {
                id: mail.id.clone(),
                subject: mail.content.subject.clone(),
                facts: facts(mail),
                fates: mail
                    .outcomes
                    .iter()
                    .map(|(to, outcome)| (to.clone(), outcome.as_str()))
                    .collect(),
                tags: mail.content.tags.clone(),
                tabs: View::ALL,
                view,
                body: body(mail, view),
                newer: id(place.checked_sub(1)),
                older: id(Some(place + 1)),
            },
        )
    }
}

fn facts(mail: &Mail) -> Vec<(&'static str, String)> {
    let raw = mail.to_rfc5322();
    let header = |name| document::header(&raw, name);
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
        (View::Headers, ..) => Body::Headers(document::headers(&mail.to_rfc5322())),
        (View::Raw, ..) => Body::Text(String::from_utf8_lossy(&mail.to_rfc5322()).into_owned()),
    }
}
