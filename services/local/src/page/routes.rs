//! The page's routes and handlers.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get};
use axum::{Json, Router};
use http::{StatusCode, header};

use super::delete::Confirmation;
use super::filter::{ListQuery, QueryError};
use super::json;
use super::list::List;
use super::mail::{MailPage, View, attachment, eml, html_part};
use super::own::{Parameters, html};
use super::preview::{self, Previews};
use crate::ses::settings::Sending;
use crate::ses::{MAX_MAILS_IN_MEMORY, Mail, Mailbox, Ses};
use crate::to_the_end::to_the_end;

/// The mailbox page.
#[derive(Debug, Clone)]
pub struct Page {
    ses: Arc<Ses>,
    previews: Arc<Previews>,
    address: SocketAddr,
}

#[derive(Template)]
#[template(path = "missing.html")]
struct Missing {
    limit: usize,
    directory: Option<String>,
}

impl Page {
    /// `address` is where people publish events.
    pub fn new(ses: Arc<Ses>, previews: Previews, address: SocketAddr) -> Self {
        Self { ses, previews: Arc::new(previews), address }
    }

    /// The page's routes. `other_methods` gets the methods that they do not take, on the same paths.
    pub fn routes<S>(&self, other_methods: &MethodRouter<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        const ICON: &[u8] = include_bytes!("../../templates/icon.svg");
        const STYLE: &[u8] = include_bytes!("../../templates/style.css");
        const LIVE: &[u8] = include_bytes!("../../templates/live.js");
        const KEYS: &[u8] = include_bytes!("../../templates/keys.js");
        const PREVIEW: &[u8] = include_bytes!("../../templates/preview.js");
        // On the routes only: a response of intake's on the same path stays as it is.
        let private = |methods: MethodRouter<S>| {
            other_methods.clone().merge(methods.route_layer(map_response(add_privacy_headers)))
        };
        let page = |methods: MethodRouter<Self>| private(methods.with_state(self.clone()));
        let preview =
            |methods: MethodRouter<Arc<Previews>>| private(methods.with_state(self.previews()));
        let asset = |media_type, bytes| page(get(([(header::CONTENT_TYPE, media_type)], bytes)));
        Router::new()
            .route("/", page(get(list)))
            .route("/mail", page(get(list)))
            .route("/mail/", page(get(list)))
            .route("/mail.json", page(get(list_json).delete(delete_json)))
            .route("/mail/delete", page(get(confirm_deletion).post(delete)))
            // Whatever the order here, axum prefers a fixed path to a wildcard.
            .route("/mail/{*path}", page(get(mail).delete(delete_mail_json)))
            .route("/mail/style.css", asset("text/css; charset=utf-8", STYLE))
            .route("/mail/live.js", asset("text/javascript", LIVE))
            .route("/mail/keys.js", asset("text/javascript", KEYS))
            .route("/preview", preview(get(preview::page)))
            .route("/preview/version", preview(get(preview::version)))
            .route("/preview/preview.js", asset("text/javascript", PREVIEW))
            .route("/preview/mail/{shop}/{language}/{sample}/{view}", preview(get(preview::frame)))
            .route("/favicon.ico", asset("image/svg+xml", ICON))
    }

    fn previews(&self) -> Arc<Previews> {
        Arc::clone(&self.previews)
    }

    fn mailbox(&self) -> &Mailbox {
        self.ses.mailbox()
    }

    /// Deletes these mails, from memory as from the file, whether or not the caller waits for it.
    async fn delete(self, matches: impl Fn(&Mail) -> bool + Send + 'static) -> io::Result<usize> {
        to_the_end(async move { self.mailbox().delete(matches).await }).await
    }
}

async fn list(State(page): State<Page>, Query(parameters): Parameters) -> Response {
    let query = ListQuery::parse_lenient(&parameters);
    let sending = page.ses.account().settings().sending == Sending::Enabled;
    html(StatusCode::OK, &List::new(page.mailbox(), &query, sending, page.address))
}

async fn list_json(State(page): State<Page>, Query(parameters): Parameters) -> Response {
    match ListQuery::parse(&parameters) {
        Ok(query) => Json(json::list(page.mailbox(), &query)).into_response(),
        Err(error) => json::bad_query(&error),
    }
}

async fn delete_json(State(page): State<Page>, Query(parameters): Parameters) -> Response {
    match ListQuery::parse(&parameters) {
        Ok(ListQuery { filter, page: None, limit: None }) => {
            let deleted = page.delete(move |mail| filter.matches(mail)).await;
            deleted.map_or_else(|_| json::not_deleted(), json::deleted)
        }
        Ok(_) => json::bad_query(&QueryError::PartOfADeletion),
        Err(error) => json::bad_query(&error),
    }
}

/// `DELETE /mail/ID.json`.
async fn delete_mail_json(State(page): State<Page>, Path(path): Path<String>) -> Response {
    let Some(id) = path.strip_suffix(".json") else { return json::no_mail() };
    let id = id.to_owned();
    match page.delete(move |mail| mail.id == id).await {
        Ok(0) => json::no_mail(),
        Ok(deleted) => json::deleted(deleted),
        Err(_) => json::not_deleted(),
    }
}

async fn confirm_deletion(State(page): State<Page>, Query(parameters): Parameters) -> Response {
    match ListQuery::parse(&parameters) {
        Ok(query) => html(StatusCode::OK, &Confirmation::new(page.mailbox(), &query)),
        Err(error) => json::bad_query(&error),
    }
}

/// The page's own forms: deletes, and shows the list again.
async fn delete(State(page): State<Page>, Query(parameters): Parameters) -> Response {
    let query = match ListQuery::parse(&parameters) {
        Ok(query) => query,
        Err(error) => return json::bad_query(&error),
    };
    let list = query.without_id().link("/");
    match page.delete(move |mail| query.filter.matches(mail)).await {
        Ok(_) => Redirect::to(&list).into_response(),
        Err(_) => json::not_deleted(),
    }
}

/// `ID`, `ID/text` and the other views, `ID/body.html`, `ID/attachment/N`, `ID.eml`, `ID.json`.
async fn mail(
    State(page): State<Page>,
    Path(path): Path<String>,
    Query(parameters): Parameters,
) -> Response {
    // One route for all: axum has no parameter that ends at a dot, as in `ID.eml`.
    let (id, what) = path.split_once(['/', '.']).unwrap_or((&path, ""));
    let mailbox = page.mailbox();
    let Some(mail) = mailbox.find(id) else { return missing(mailbox, what) };
    let query = ListQuery::parse_lenient(&parameters);
    match (what, View::parse(what)) {
        ("json", _) => Json(json::mail(&mail)).into_response(),
        ("eml", _) => eml(&mail),
        ("body.html", _) => html_part(&mail),
        (_, None) if what.starts_with("attachment/") => {
            let number = what.trim_start_matches("attachment/");
            attachment(&mail, number).unwrap_or_else(|| missing(mailbox, what))
        }
        (_, Some(view)) => html(StatusCode::OK, &MailPage::new(mailbox, &mail, view, &query)),
        (_, None) => missing(mailbox, what),
    }
}

fn missing(mailbox: &Mailbox, what: &str) -> Response {
    if what == "json" {
        return json::no_mail();
    }
    let directory = mailbox.eml_directory().map(|d| d.display().to_string());
    html(StatusCode::NOT_FOUND, &Missing { limit: MAX_MAILS_IN_MEMORY, directory })
}

/// The headers of every response: a mail is private, and a browser must not guess what it is.
async fn add_privacy_headers(response: Response) -> impl IntoResponse {
    let headers = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Other sites hear nothing. With `no-referrer`, a browser would hide the origin of the page's
        // own forms too, which the edge asks for.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, response)
}
