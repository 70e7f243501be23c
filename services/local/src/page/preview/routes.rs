//! The preview's handlers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use mailer::preview::View;
use serde_json::json;

use super::choice::{Choice, unknown};
use super::page::PreviewPage;
use super::previews::Previews;
use super::shops::Documents;
use crate::page::frame::{Pictures, sandboxed};
use crate::page::own::{Parameters, html};

/// `GET /preview`. Where something is asked for that is not there, the page says what is, and shows no mails.
pub async fn page(
    State(previews): State<Arc<Previews>>,
    Query(parameters): Parameters,
) -> Response {
    let choice = Choice::parse(&parameters);
    let (documents, problem) = match previews.shops.read().await {
        Ok(documents) => (documents, None),
        Err(error) => (Documents::default(), Some(error.to_string())),
    };
    let settings = documents.get(&choice.shop);
    // Before the mails, so that the version is never newer than what is shown.
    let version = settings.and_then(|settings| previews.version(settings)).unwrap_or_default();
    let mut shown = PreviewPage::new(&choice, &documents, version);
    let settings = match settings {
        Some(settings) if choice.problems.is_empty() => settings,
        Some(_) => return html(StatusCode::BAD_REQUEST, &shown),
        // Nobody knows whether there is such a shop.
        None if let Some(problem) = problem => {
            shown.problems.push(problem);
            return html(StatusCode::SERVICE_UNAVAILABLE, &shown);
        }
        None => {
            shown.problems.push(unknown("shop", &choice.shop, documents.names()));
            return html(StatusCode::NOT_FOUND, &shown);
        }
    };
    shown.problems.extend(problem);
    let mails = previews.renderer.render(choice.samples(), choice.languages(), settings).await;
    let status = match mails {
        Ok(mails) => {
            shown.show(&mails, &choice.views, settings);
            StatusCode::OK
        }
        Err(error) => {
            shown.problems.push(error.to_string());
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    html(status, &shown)
}

/// `GET /preview/version?shop=NAME`: another one as soon as a mail may look another way. While an executable is being
/// replaced, of a shop that is not there, and so on, there is none.
pub async fn version(
    State(previews): State<Arc<Previews>>,
    Query(parameters): Parameters,
) -> Response {
    let Ok(documents) = previews.shops.read().await else { return no_version() };
    let settings = documents.get(&Choice::parse(&parameters).shop);
    match settings.and_then(|settings| previews.version(settings)) {
        Some(version) => Json(json!({ "version": version })).into_response(),
        None => no_version(),
    }
}

fn no_version() -> Response {
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

/// `GET /preview/mail/SHOP/LANGUAGE/SAMPLE/VIEW.html`: the HTML of a mail as a reader sees it, in a sandbox.
pub async fn frame(
    State(previews): State<Arc<Previews>>,
    Path((shop, language, sample, view)): Path<(String, String, String, String)>,
) -> Response {
    let Some(view) = view.strip_suffix(".html").and_then(View::parse) else { return no_mail() };
    let documents = previews.shops.read().await.unwrap_or_default();
    let Some(settings) = documents.get(&shop) else { return no_mail() };
    match previews.renderer.mail(&sample, &language, settings).await {
        Ok(Some(mail)) => {
            let are_blocked = view == View::Blocked;
            let pictures = if are_blocked { Pictures::Blocked } else { Pictures::Shown };
            sandboxed(&mail.html, |html| view.document(html), pictures)
        }
        Ok(None) => no_mail(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
    }
}

fn no_mail() -> Response {
    (StatusCode::NOT_FOUND, "There is no such mail. /preview shows all.\n").into_response()
}
