//! The operations of the SES v2 API, except `SendEmail`: account, suppression list, identities,
//! configuration sets.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::account::{Account, Senders, Sending};
use super::address::Address;
use super::error::ApiError;
use super::suppression::{Reason, Suppressed, SuppressionList};
use crate::response::{Reply, json as json_reply};

pub(super) fn get_account(account: &Account) -> Reply {
    let settings = account.settings();
    ok(&json!({
        "DedicatedIpAutoWarmupEnabled": false,
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": true,
        "SendQuota": {
            "Max24HourSend": settings.daily_quota,
            "MaxSendRate": settings.send_rate,
            "SentLast24Hours": account.sent_last_24_hours(),
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

pub(super) fn put_account_sending(account: &Account, body: &[u8]) -> Result<Reply, ApiError> {
    let call: PutSending = parse(body)?;
    let sending = if call.sending_enabled { Sending::Enabled } else { Sending::Paused };
    account.change(|settings| settings.sending = sending);
    Ok(ok(&json!({})))
}

pub(super) fn list_suppressed(list: &SuppressionList) -> Reply {
    let summaries: Vec<_> = list.all().iter().map(suppressed_json).collect();
    ok(&json!({ "SuppressedDestinationSummaries": summaries }))
}

pub(super) fn get_suppressed(list: &SuppressionList, address: &str) -> Result<Reply, ApiError> {
    let entry = list.get(address).ok_or_else(not_suppressed)?;
    Ok(ok(&json!({ "SuppressedDestination": suppressed_json(&entry) })))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutSuppressed {
    email_address: String,
    reason: Reason,
}

pub(super) fn put_suppressed(list: &SuppressionList, body: &[u8]) -> Result<Reply, ApiError> {
    let call: PutSuppressed = parse(body)?;
    list.put(&Address::parse(&call.email_address)?.email, call.reason);
    Ok(ok(&json!({})))
}

pub(super) fn delete_suppressed(list: &SuppressionList, address: &str) -> Result<Reply, ApiError> {
    list.remove(address).map(|_| ok(&json!({}))).ok_or_else(not_suppressed)
}

fn not_suppressed() -> ApiError {
    ApiError::NotFound("Email address does not exist on your suppression list.".to_owned())
}

/// restJson1 writes a time as seconds since 1970.
fn suppressed_json(entry: &Suppressed) -> Value {
    json!({
        "EmailAddress": entry.address,
        "Reason": entry.reason,
        "LastUpdateTime": entry.since.as_second(),
    })
}

pub(super) fn list_identities(account: &Account) -> Reply {
    let verified = match account.settings().senders {
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
    ok(&json!({ "EmailIdentities": verified.iter().map(identity).collect::<Vec<_>>() }))
}

pub(super) fn get_identity(account: &Account, name: &str) -> Result<Reply, ApiError> {
    if let Senders::Verified(verified) = account.settings().senders
        && !verified.iter().any(|v| v.eq_ignore_ascii_case(name))
    {
        return Err(ApiError::NotFound("Email identity does not exist.".to_owned()));
    }
    Ok(ok(&json!({
        "IdentityType": identity_type(name),
        "FeedbackForwardingStatus": true,
        "VerifiedForSendingStatus": true,
        "VerificationStatus": "SUCCESS",
        "DkimAttributes": { "SigningEnabled": true, "Status": "SUCCESS" },
        "ConfigurationSetName": account.settings().configuration_sets.first(),
    })))
}

fn identity_type(name: &str) -> &'static str {
    if name.contains('@') { "EMAIL_ADDRESS" } else { "DOMAIN" }
}

pub(super) fn list_configuration_sets(account: &Account) -> Reply {
    ok(&json!({ "ConfigurationSets": account.settings().configuration_sets }))
}

pub(super) fn get_configuration_set(account: &Account, name: &str) -> Result<Reply, ApiError> {
    let settings = account.settings();
    if !settings.configuration_sets.iter().any(|s| s == name) {
        return Err(ApiError::NotFound(format!("Configuration set <{name}> does not exist.")));
    }
    Ok(ok(&json!({
        "ConfigurationSetName": name,
        "SendingOptions": { "SendingEnabled": settings.sending == Sending::Enabled },
    })))
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|e| {
        ApiError::BadRequest(format!("The request body cannot be read (line {}).", e.line()))
    })
}

pub(super) fn ok(body: &Value) -> Reply {
    json_reply(StatusCode::OK, body)
}
