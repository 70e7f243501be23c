//! A mail's own HTML, for a frame of a page.

use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header;

/// The logo in `infra/brand.json`.
const SAMPLE_LOGO_URL: &str = "https://shop.example/logo.png";
const SAMPLE_LOGO: &[u8] = include_bytes!("../../templates/sample-logo.png");

/// Whether a mail's pictures may be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pictures {
    Shown,
    Blocked,
}

/// A mail's HTML in a sandbox, as `view` changes it. No script runs, no form is sent, nothing is loaded but images and its
/// own styles. A link opens in a new tab.
pub fn sandboxed(html: &str, view: impl Fn(&str) -> String, pictures: Pictures) -> Response {
    // A mail holds markup of strangers. The header sandboxes it also where it is opened by its own
    // URL, outside the page's frame.
    let sources = if pictures == Pictures::Shown { "https: data:" } else { "'none'" };
    let policy = format!(
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src {sources}; \
         style-src 'unsafe-inline'; frame-ancestors 'self'"
    );
    let html = view(&with_sample_logo(&with_links_in_a_new_tab(html)));
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
}

fn with_links_in_a_new_tab(html: &str) -> String {
    // In the page's small frame, nearly no site would let itself be shown.
    // A `base` anywhere but in the head has no effect.
    let head = html.find("<head").and_then(|from| html[from..].find('>').map(|to| from + to + 1));
    let Some(head) = head else { return html.to_owned() };
    let (before, after) = html.split_at(head);
    format!("{before}<base target=\"_blank\">{after}")
}

/// Shows the sample brand's logo. The host in its URL is reserved for examples (RFC 2606): it will
/// never exist, so nothing real is hidden by this, and the mail itself stays as it was sent.
fn with_sample_logo(html: &str) -> String {
    let url = format!("src=\"{SAMPLE_LOGO_URL}\"");
    if !html.contains(&url) {
        return html.to_owned();
    }
    // In the document itself: the sandbox has no origin, so that a request for one of our own paths would
    // be one of a foreign page.
    let logo = BASE64_STANDARD.encode(SAMPLE_LOGO);
    html.replace(&url, &format!("src=\"data:image/png;base64,{logo}\""))
}
