//! A mail's own HTML, for a frame of a page.

use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use loopback::mail_frame;
pub use loopback::mail_frame::Pictures;

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

/// A mail's HTML in a sandbox, as `view` changes it: see [`mail_frame::sandboxed`].
pub fn sandboxed(html: &str, view: impl Fn(&str) -> String, pictures: Pictures) -> Response {
    let html = view(&with_sample_logos(&mail_frame::with_links_in_a_new_tab(html)));
    mail_frame::sandboxed(html, pictures)
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
