//! A rendered template as a response.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{StatusCode, header};

/// Our pages load nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Renders `page` with the content security policy of our own pages.
pub fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(body) => {
            (status, [(header::CONTENT_SECURITY_POLICY, POLICY)], Html(body)).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
