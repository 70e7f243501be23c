//! Keeps web pages away from a server of this machine.
//!
//! A browser lets every page that it shows send requests to 127.0.0.1, in two ways:
//!
//! - From its own origin, with a form, an image or a `fetch` that needs no preflight. The page can't
//!   read the response, but the request has been carried out. `Sec-Fetch-Site` and `Origin`, which no
//!   page can change, tell such a request.
//! - By DNS rebinding: the page's own name resolves to 127.0.0.1 all of a sudden. To the browser that is
//!   the same origin, so the page reads everything. `Host` still has the page's name.
//!
//! Programs (the AWS CLI and SDKs, curl, a shop's backend) send neither `Origin` nor `Sec-Fetch-Site`,
//! and the host that they were told to call.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use serde_json::json;

/// The names of this machine. No `*.localhost`: nothing sends it, as no service here has a host of its
/// own per bucket or account, and not every resolver keeps it on this machine. Nothing listens at `[::1]`, but who forwards a port from
/// there is let in.
const OWN_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// What is let in to the server at one port.
#[derive(Debug, Clone, Copy)]
pub struct BrowserGuard {
    port: u16,
    has_pages: bool,
}

/// Why a request is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error(
        "This server is http://127.0.0.1:{port} or http://localhost:{port}. The request names another \
         host, or none: call it by one of these addresses."
    )]
    ForeignHost { port: u16 },
    #[error(
        "A web page of another origin sent this request; only the pages of this server may. Send it from \
         a program (a backend, the AWS CLI or an SDK, curl), without Origin and Sec-Fetch-Site."
    )]
    ForeignPage,
}

/// Middleware: answers what is not let in, before anything of the request is looked at.
pub async fn refuse_web_pages(
    State(guard): State<BrowserGuard>,
    request: Request,
    next: Next,
) -> Response {
    match guard.check(&request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

impl BrowserGuard {
    /// The guard of the server at `address`, which has pages of its own.
    pub fn new(address: SocketAddr) -> Self {
        Self { port: address.port(), has_pages: true }
    }

    /// The guard of a server at `address` that is for programs only: no browser has a reason to call it, and
    /// even a followed link may change something there.
    pub fn for_programs(address: SocketAddr) -> Self {
        Self { port: address.port(), has_pages: false }
    }

    fn check<B>(self, request: &http::Request<B>) -> Result<(), Refusal> {
        let headers = request.headers();
        let host = headers.get_all(header::HOST).iter().map(|host| host.as_bytes());
        // A target such as `http://name/path` counts for more than the header (RFC 9112, 3.2.2), and is
        // where HTTP/2 has its `:authority`.
        let authority = request.uri().authority().map(|authority| authority.as_str().as_bytes());
        let mut names = host.chain(authority).peekable();
        if names.peek().is_none() || !names.all(|name| self.is_own(name)) {
            return Err(Refusal::ForeignHost { port: self.port });
        }
        let is_from_browser =
            headers.contains_key(SEC_FETCH_SITE) || headers.contains_key(header::ORIGIN);
        let is_let_in = match self.has_pages {
            true => is_own_page(headers) || is_followed_link(request.method(), headers),
            false => !is_from_browser,
        };
        if is_let_in { Ok(()) } else { Err(Refusal::ForeignPage) }
    }

    /// Whether a host, with its port, is this server.
    fn is_own(self, host: &[u8]) -> bool {
        OWN_NAMES.iter().any(|name| {
            let with_port = format!("{name}:{}", self.port);
            // Clients leave out the port that is HTTP's own.
            let without_port = (self.port == 80).then_some(*name);
            host.eq_ignore_ascii_case(with_port.as_bytes())
                || without_port.is_some_and(|name| host.eq_ignore_ascii_case(name.as_bytes()))
        })
    }
}

/// Whether no page sent the request, or one of this server's own.
fn is_own_page(headers: &HeaderMap) -> bool {
    match text(headers, &SEC_FETCH_SITE) {
        // `none` is the person: an address typed, a bookmark, a tool in the browser. `Origin` says no
        // more than this, and less where a page sends no referrer: then it is `null` even for a form of
        // the page's own.
        Some(site) => ["same-origin", "none"].contains(&site),
        // A program, or a browser from before 2023. Only a GET of the latter's has no `Origin` either, and
        // without a CORS header in the response its page can't read that.
        None => text(headers, &header::ORIGIN).is_none_or(|origin| {
            let host = text(headers, &header::HOST).unwrap_or_default();
            origin.strip_prefix("http://").is_some_and(|own| own.eq_ignore_ascii_case(host))
        }),
    }
}

/// Whether somebody follows a link from another site to one of our pages, in a tab of its own: the site
/// can't read what the tab shows.
fn is_followed_link(method: &Method, headers: &HeaderMap) -> bool {
    [Method::GET, Method::HEAD].contains(method)
        && text(headers, &SEC_FETCH_MODE) == Some("navigate")
        && text(headers, &SEC_FETCH_DEST) == Some("document")
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// The header's value; empty if it is no text, which is then nobody's.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        // In the form that an SDK reads, whichever protocol its service has; people read `message`.
        const CODE: &str = "AccessDeniedException";
        let status = match self {
            Self::ForeignHost { .. } => StatusCode::MISDIRECTED_REQUEST,
            Self::ForeignPage => StatusCode::FORBIDDEN,
        };
        let body = Json(json!({ "__type": CODE, "message": self.to_string() }));
        (status, [("x-amzn-errortype", CODE)], body).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &str, headers: &[(&str, &str)]) -> Result<(), Refusal> {
        let mut request = http::Request::builder().method(method).uri("/mail");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        BrowserGuard { port: 8080, has_pages: true }.check(&request.body(()).unwrap())
    }

    #[test]
    fn a_host_is_one_of_our_names_with_our_port() {
        for own in ["127.0.0.1:8080", "localhost:8080", "LocalHost:8080", "[::1]:8080"] {
            assert_eq!(check("POST", &[("host", own)]), Ok(()), "{own}");
        }
        for foreign in [
            "evil.example:8080",
            "localhost",
            "localhost:80",
            "a.localhost:8080",
            "127.0.0.1.evil.example:8080",
            "0.0.0.0:8080",
            "127.0.0.1:8080@evil.example",
            "",
        ] {
            let refused = Err(Refusal::ForeignHost { port: 8080 });
            assert_eq!(check("GET", &[("host", foreign)]), refused, "{foreign}");
        }
        assert_eq!(check("GET", &[]), Err(Refusal::ForeignHost { port: 8080 }));
        let two = [("host", "127.0.0.1:8080"), ("host", "evil.example")];
        assert_eq!(check("GET", &two), Err(Refusal::ForeignHost { port: 8080 }));
    }

    #[test]
    fn the_port_of_http_may_be_left_out() {
        let request = http::Request::get("/").header("host", "localhost").body(()).unwrap();
        assert_eq!(BrowserGuard { port: 80, has_pages: true }.check(&request), Ok(()));
    }

    #[test]
    fn the_target_of_a_request_may_not_name_another_host_than_its_header() {
        let check = |uri: &str| {
            let request =
                http::Request::get(uri).header("host", "127.0.0.1:8080").body(()).unwrap();
            BrowserGuard { port: 8080, has_pages: true }.check(&request)
        };
        assert_eq!(check("http://localhost:8080/mail.json"), Ok(()));
        let refused = Err(Refusal::ForeignHost { port: 8080 });
        assert_eq!(check("http://evil.example:8080/mail.json"), refused);
    }

    const HOST: (&str, &str) = ("host", "localhost:8080");

    #[test]
    fn our_own_page_may_do_everything_and_another_nothing() {
        let own = "http://localhost:8080";
        for headers in [
            vec![],
            vec![("sec-fetch-mode", "cors")],
            vec![("origin", own)],
            vec![("origin", own), ("sec-fetch-site", "same-origin")],
            // A form of a page that sends no referrer.
            vec![("origin", "null"), ("sec-fetch-site", "same-origin")],
            vec![("sec-fetch-site", "none")],
        ] {
            for method in ["GET", "POST", "DELETE"] {
                let headers = [vec![HOST], headers.clone()].concat();
                assert_eq!(check(method, &headers), Ok(()), "{method} {headers:?}");
            }
        }
        for headers in [
            vec![("origin", "https://evil.example")],
            vec![("origin", "null")],
            vec![("origin", "http://localhost:3000")],
            vec![("origin", "https://localhost:8080")],
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site")],
            vec![("origin", own), ("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")],
            vec![
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "iframe"),
            ],
        ] {
            for method in ["GET", "POST", "DELETE"] {
                let headers = [vec![HOST], headers.clone()].concat();
                let refused = Err(Refusal::ForeignPage);
                assert_eq!(check(method, &headers), refused, "{method} {headers:?}");
            }
        }
    }

    #[test]
    fn a_link_from_elsewhere_opens_a_page_but_a_form_sends_nothing() {
        let navigation = [
            HOST,
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        assert_eq!(check("GET", &navigation), Ok(()));
        assert_eq!(check("POST", &navigation), Err(Refusal::ForeignPage));
    }

    #[test]
    fn a_server_for_programs_takes_nothing_that_a_browser_sends() {
        let check = |headers: &[(&str, &str)]| {
            let mut request = http::Request::get("/").header("host", "127.0.0.1:8080");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let guard = BrowserGuard { port: 8080, has_pages: false };
            guard.check(&request.body(()).unwrap())
        };
        assert_eq!(check(&[]), Ok(()));
        let link = [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        assert_eq!(check(&link), Err(Refusal::ForeignPage));
        assert_eq!(check(&[("origin", "http://127.0.0.1:8080")]), Err(Refusal::ForeignPage));
    }
}
