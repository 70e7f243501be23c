//! `GET /events.json`: the events on the bus of mail events, for tests and tools. Its members are a stable format.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::state::Edge;

/// Which events are wanted; all where a parameter is absent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    shop: Option<String>,
    order: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Wanted {
    fn matches(&self, event: &Value) -> bool {
        let is = |wanted: &Option<String>, value: &Value| {
            wanted.as_deref().is_none_or(|wanted| value.as_str() == Some(wanted))
        };
        is(&self.shop, &event["shop"])
            && is(&self.order, &event["data"]["order"]["id"])
            && is(&self.kind, &event["type"])
    }
}

/// The newest first. `published` counts all that the bus ever took, `found` those that match.
pub async fn list(
    State(edge): State<Arc<Edge>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let Some(bus) = &edge.event_bus.mails else {
        let detail =
            "Nobody listens to mail events. Start the stack with --mail-events or --hook URL.";
        return problem(StatusCode::NOT_FOUND, "Mail events are off", detail);
    };
    let Ok(Query(wanted)) = wanted else {
        let detail = "Expected nothing but shop, order and type, each once.";
        return problem(StatusCode::BAD_REQUEST, "The query is not understood", detail);
    };
    // Before the events, so that it counts none that they lack.
    let published = bus.published();
    let mut events = bus.events();
    events.retain(|event| wanted.matches(event));
    let body = json!({
        "published": published,
        "undelivered": bus.undelivered(),
        "found": events.len(),
        "events": events,
    });
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn problem(status: StatusCode, title: &str, detail: &str) -> Response {
    let body =
        json!({"type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail});
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
