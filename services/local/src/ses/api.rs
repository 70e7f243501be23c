//! The operations of the SES v2 API that sending mail needs
//! (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Operations.html>).

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::Response;
use axum::routing::{MethodRouter, delete, get, post, put};
use axum::{Json, Router};
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::address::Address;
use super::error::ApiError;
use super::service::Ses;
use super::settings::{Recipients, Senders, Sending};
use super::suppression::Reason;
use crate::response::rest_json_error;
use crate::to_the_end::to_the_end;

type ApiResult = Result<Json<Value>, ApiError>;

/// The routes below `/v2/email`. `operation` gets each with its operation's name on AWS, to count it
/// or to fail it.
pub fn routes(
    operation: impl Fn(&'static str, MethodRouter<Arc<Ses>>) -> MethodRouter<Arc<Ses>>,
) -> Router<Arc<Ses>> {
    Router::new()
        .route("/outbound-emails", operation("SendEmail", post(send_email)))
        .route("/account", operation("GetAccount", get(get_account)))
        .route(
            "/account/sending",
            operation("PutAccountSendingAttributes", put(put_account_sending)),
        )
        .route(
            "/suppression/addresses",
            operation("ListSuppressedDestinations", get(list_suppressed))
                .merge(operation("PutSuppressedDestination", put(put_suppressed))),
        )
        .route(
            "/suppression/addresses/{address}",
            operation("GetSuppressedDestination", get(get_suppressed))
                .merge(operation("DeleteSuppressedDestination", delete(delete_suppressed))),
        )
        .route("/identities", operation("ListEmailIdentities", get(list_identities)))
        .route("/identities/{name}", operation("GetEmailIdentity", get(get_identity)))
        .route("/configuration-sets", operation("ListConfigurationSets", get(list_sets)))
        .route("/configuration-sets/{name}", operation("GetConfigurationSet", get(get_set)))
        // An SDK reads neither axum's empty 404 nor its 405.
        .fallback(unknown_operation)
        .method_not_allowed_fallback(unknown_operation)
        // The edge has read the body within its own limit. axum's is 2 MB, a mail may have more.
        .layer(DefaultBodyLimit::disable())
}

async fn unknown_operation() -> Response {
    rest_json_error(
        StatusCode::NOT_FOUND,
        "UnknownOperationException",
        "This SES knows the operations for sending mail and for the suppression list.",
    )
}

async fn send_email(State(ses): State<Arc<Ses>>, body: Bytes) -> ApiResult {
    let request = serde_json::from_slice(&body)?;
    // A caller that disconnects can't leave a mail half accepted.
    let mail = to_the_end(async move { ses.send(request).await }).await?;
    Ok(Json(json!({ "MessageId": mail.id })))
}

async fn get_account(State(ses): State<Arc<Ses>>) -> Json<Value> {
    let settings = ses.account().settings();
    Json(json!({
        "DedicatedIpAutoWarmupEnabled": false,
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": settings.recipients == Recipients::Any,
        "SendQuota": {
            "Max24HourSend": settings.daily_quota,
            "MaxSendRate": settings.send_rate,
            "SentLast24Hours": ses.account().sent_last_24_hours(),
        },
        "SendingEnabled": settings.sending == Sending::Enabled,
        "SuppressionAttributes": { "SuppressedReasons": ["BOUNCE", "COMPLAINT"] },
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutSending {
    #[serde(default)]
    sending_enabled: bool,
}

async fn put_account_sending(State(ses): State<Arc<Ses>>, body: Bytes) -> ApiResult {
    let PutSending { sending_enabled } = serde_json::from_slice(&body)?;
    let sending = if sending_enabled { Sending::Enabled } else { Sending::Paused };
    ses.account().change(|settings| settings.sending = sending);
    Ok(Json(json!({})))
}

async fn list_suppressed(State(ses): State<Arc<Ses>>) -> Json<Value> {
    Json(json!({ "SuppressedDestinationSummaries": ses.suppression().all() }))
}

async fn get_suppressed(State(ses): State<Arc<Ses>>, Path(address): Path<String>) -> ApiResult {
    let entry = ses.suppression().get(&address).ok_or_else(not_suppressed)?;
    Ok(Json(json!({ "SuppressedDestination": entry })))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutSuppressed {
    email_address: String,
    reason: Reason,
}

async fn put_suppressed(State(ses): State<Arc<Ses>>, body: Bytes) -> ApiResult {
    let PutSuppressed { email_address, reason } = serde_json::from_slice(&body)?;
    ses.suppression().put(&Address::parse(&email_address)?.email, reason);
    Ok(Json(json!({})))
}

async fn delete_suppressed(State(ses): State<Arc<Ses>>, Path(address): Path<String>) -> ApiResult {
    ses.suppression().remove(&address).ok_or_else(not_suppressed)?;
    Ok(Json(json!({})))
}

fn not_suppressed() -> ApiError {
    ApiError::NotFound("Email address does not exist on your suppression list.".to_owned())
}

async fn list_identities(State(ses): State<Arc<Ses>>) -> Json<Value> {
    let verified = match ses.account().settings().senders {
        Senders::Any => Vec::new(),
        Senders::Verified(verified) => verified,
    };
    let identity = |name: &String| {
        json!({
            "IdentityName": name,
            "IdentityType": identity_type(name),
            "SendingEnabled": true,
            "VerificationStatus": "SUCCESS",
        })
    };
    Json(json!({ "EmailIdentities": verified.iter().map(identity).collect::<Vec<_>>() }))
}

async fn get_identity(State(ses): State<Arc<Ses>>, Path(name): Path<String>) -> ApiResult {
    let settings = ses.account().settings();
    // Where anybody may send, every identity counts as verified.
    if let Senders::Verified(verified) = settings.senders
        && !verified.iter().any(|v| v.eq_ignore_ascii_case(&name))
    {
        return Err(ApiError::NotFound("Email identity does not exist.".to_owned()));
    }
    Ok(Json(json!({
        "IdentityType": identity_type(&name),
        "FeedbackForwardingStatus": true,
        "VerifiedForSendingStatus": true,
        "VerificationStatus": "SUCCESS",
        "DkimAttributes": { "SigningEnabled": true, "Status": "SUCCESS" },
        "ConfigurationSetName": settings.configuration_sets.first(),
    })))
}

fn identity_type(name: &str) -> &'static str {
    if name.contains('@') { "EMAIL_ADDRESS" } else { "DOMAIN" }
}

async fn list_sets(State(ses): State<Arc<Ses>>) -> Json<Value> {
    Json(json!({ "ConfigurationSets": ses.account().settings().configuration_sets }))
}

async fn get_set(State(ses): State<Arc<Ses>>, Path(name): Path<String>) -> ApiResult {
    let settings = ses.account().settings();
    settings.check_configuration_set(&name)?;
    Ok(Json(json!({
        "ConfigurationSetName": name,
        "SendingOptions": { "SendingEnabled": settings.sending == Sending::Enabled },
    })))
}
