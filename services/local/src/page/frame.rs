//! A mail's own HTML, for a frame of a page.

use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header;

/// The logos of the samples' shops and of `infra/brand.json`, by their addresses.
const SAMPLE_LOGOS: [(&str, &[u8]); 6] = [
    ("https://shop.example/logo.png", include_bytes!("../../samples/logos/waybill.png")),
    ("https://shop.example/logo-dark.png", include_bytes!("../../samples/logos/waybill-dark.png")),
    ("https://shop.example/nordlicht.png", include_bytes!("../../samples/logos/nordlicht.png")),
    (
        "https://shop.example/nordlicht-dark.png",
        include_bytes!("../../samples/logos/nordlicht-dark.png"),
    ),
    ("https://north.example/logo.png", include_bytes!("../../samples/logos/north.png")),
    ("https://north.example/logo-dark.png", include_bytes!("../../samples/logos/north-dark.png")),
];

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
    let html = view(&with_sample_logos(&with_links_in_a_new_tab(html)));
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

/// Shows the sample brands' logos. The hosts in their URLs are reserved for examples (RFC 2606): they will
/// never exist, so nothing real is hidden by this, and the mail itself stays as it was sent.
fn with_sample_logos(html: &str) -> String {
    let mut shown = html.to_owned();
    for (url, png) in SAMPLE_LOGOS {
        let source = format!("src=\"{url}\"");
        if shown.contains(&source) {
            // In the document itself: the sandbox has no origin, so that a request for one of our own paths would
            // be one of a foreign page.
            let png = BASE64_STANDARD.encode(png);
            shown = shown.replace(&source, &format!("src=\"data:image/png;base64,{png}\""));
        }
    }
    shown
}
