//! Our own pages: how they are answered, and what they may load.

use askama::Template;
use axum::extract::Query;
use axum::response::{Html, IntoResponse, Response};
use http::{StatusCode, header};

/// The parameters of a query, in their order.
pub type Parameters = Query<Vec<(String, String)>>;

/// Renders one of our own pages. They load nothing from elsewhere.
pub fn html(status: StatusCode, page: &impl Template) -> Response {
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
