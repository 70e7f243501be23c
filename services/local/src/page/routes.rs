//! The page's routes and handlers.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Json, Router};
use http::{StatusCode, header};

use super::json;
use super::list::List;
use super::mail::{MailPage, View, eml, html_part};
use crate::ses::settings::Sending;
use crate::ses::{MAX_MAILS_IN_MEMORY, Mailbox, Ses};

/// The mailbox page.
#[derive(Debug, Clone)]
pub struct Page {
    ses: Arc<Ses>,
    address: SocketAddr,
}

/// The parameters of the query. An unknown or malformed one counts as not given.
type Parameters = Query<HashMap<String, String>>;

#[derive(Template)]
#[template(path = "missing.html")]
struct Missing {
    limit: usize,
    directory: Option<String>,
}

impl Page {
    /// `address` is where people publish events.
    pub fn new(ses: Arc<Ses>, address: SocketAddr) -> Self {
        Self { ses, address }
    }

    /// The page's routes. They take only `GET`; `other_methods` gets the rest on the same paths.
    pub fn routes<S>(&self, other_methods: &MethodRouter<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        const ICON: &str = include_str!("../../templates/icon.svg");
        const STYLE: &str = include_str!("../../templates/style.css");
        const SCRIPT: &str = include_str!("../../templates/refresh.js");
        let page = |get: MethodRouter<Self>| {
            // On the routes only: a response of intake's on the same path stays as it is.
            let get = get.route_layer(map_response(add_privacy_headers)).with_state(self.clone());
            other_methods.clone().merge(get)
        };
        let asset = |media_type, text| page(get(([(header::CONTENT_TYPE, media_type)], text)));
        Router::new()
            .route("/", page(get(list)))
            .route("/mail", page(get(list)))
            .route("/mail/", page(get(list)))
            .route("/mail.json", page(get(list_json)))
            // Whatever the order here, axum prefers a fixed path to a wildcard.
            .route("/mail/{*path}", page(get(mail)))
            .route("/mail/style.css", asset("text/css; charset=utf-8", STYLE))
            .route("/mail/refresh.js", asset("text/javascript", SCRIPT))
            .route("/favicon.ico", asset("image/svg+xml", ICON))
    }
}

async fn list(State(page): State<Page>, Query(parameters): Parameters) -> Response {
    let query = parameters.get("q").map(|q| q.trim().to_owned()).unwrap_or_default();
    let number = parameters.get("page").and_then(|p| p.parse().ok()).unwrap_or(1);
    let sending = page.ses.account().settings().sending == Sending::Enabled;
    html(StatusCode::OK, &List::new(page.ses.mailbox(), query, number, sending, page.address))
}

async fn list_json(State(page): State<Page>, Query(parameters): Parameters) -> Response {
    let limit = parameters.get("limit").and_then(|l| l.parse().ok());
    Json(json::list(page.ses.mailbox(), limit)).into_response()
}

/// `ID`, `ID/text` and the other views, `ID/body.html`, `ID.eml`, `ID.json`.
async fn mail(State(page): State<Page>, Path(path): Path<String>) -> Response {
    // One route for all: axum has no parameter that ends at a dot, as in `ID.eml`.
    let (id, what) = path.split_once(['/', '.']).unwrap_or((&path, ""));
    let Some(mail) = page.ses.mailbox().find(id) else { return missing(page.ses.mailbox()) };
    match (what, View::parse(what)) {
        ("json", _) => Json(json::mail(&mail)).into_response(),
        ("eml", _) => eml(&mail),
        ("body.html", _) => html_part(&mail),
        (_, Some(view)) => html(StatusCode::OK, &MailPage::new(page.ses.mailbox(), &mail, view)),
        (_, None) => missing(page.ses.mailbox()),
    }
}

fn missing(mailbox: &Mailbox) -> Response {
    let directory = mailbox.directory().map(|d| d.display().to_string());
    html(StatusCode::NOT_FOUND, &Missing { limit: MAX_MAILS_IN_MEMORY, directory })
}

/// Renders one of our own pages. They load nothing from elsewhere.
fn html(status: StatusCode, page: &impl Template) -> Response {
    const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
                          connect-src 'self'; img-src 'self'; frame-src 'self'; \
                          form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    match page.render() {
        Ok(body) => {
            (status, [(header::CONTENT_SECURITY_POLICY, POLICY)], Html(body)).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The headers of every response: a mail is private, and a browser must not guess what it is.
async fn add_privacy_headers(response: Response) -> impl IntoResponse {
    let headers = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, response)
}
