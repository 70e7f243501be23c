//! A mail's own HTML, for a frame of a page.

use axum::response::{Html, IntoResponse, Response};
use http::header;

/// Whether a mail's pictures may be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pictures {
    /// From wherever the mail names, by HTTPS: their servers learn that the mail is looked at.
    Shown,
    /// Not even one that the mail carries itself.
    Blocked,
}

/// A mail's HTML in a sandbox. No script runs, no form is sent, nothing is loaded but images and its own styles. A link
/// of [`with_links_in_a_new_tab`] opens in a new tab.
pub fn sandboxed(html: String, pictures: Pictures) -> Response {
    // A mail holds markup of strangers. The header sandboxes it also where it is opened by its own
    // URL, outside the page's frame.
    let sources = if pictures == Pictures::Shown { "https: data:" } else { "'none'" };
    let policy = format!(
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src {sources}; \
         style-src 'unsafe-inline'; frame-ancestors 'self'"
    );
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
}

/// The HTML with each link in a new tab: in a page's small frame, nearly no site would let itself be shown.
pub fn with_links_in_a_new_tab(html: &str) -> String {
    // A `base` anywhere but in the head has no effect.
    let head = html.find("<head").and_then(|from| html[from..].find('>').map(|to| from + to + 1));
    let Some(head) = head else { return html.to_owned() };
    let (before, after) = html.split_at(head);
    format!("{before}<base target=\"_blank\">{after}")
}
