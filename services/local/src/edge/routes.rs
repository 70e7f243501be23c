//! Which handler a request goes to.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};

use super::state::Edge;
use super::{aws, function_url, invoke, mail_events};
use crate::ses;

/// All routes of the port. What no route takes goes to a Function URL, which has every path and every method: the
/// connector's has those of shop systems' webhooks, intake's all others.
pub fn routes(edge: &Arc<Edge>) -> Router {
    // Not axum's fallback for methods: it would put an `Allow` of its own on intake's response.
    let function_url = any(function_url::invoke);
    let ses = ses::routes(|operation, route| {
        let state = (Arc::clone(edge), operation);
        route.route_layer(from_fn_with_state(state, aws::ses_operation))
    });
    Router::new()
        .nest("/v2/email", ses.with_state(Arc::clone(&edge.ses)))
        .route(
            "/2015-03-31/functions/{name}/invocations",
            function_url.clone().post(invoke::invoke),
        )
        .route("/events.json", function_url.clone().merge(get(mail_events::list)))
        .merge(edge.page.routes(&function_url))
        .fallback(function_url::invoke)
        // Ahead of the routes: an SDK names the service in a header and may use any path. SQS calls
        // go to the path of their queue.
        .layer(from_fn_with_state(Arc::clone(edge), aws::route_by_target))
        .with_state(Arc::clone(edge))
}
