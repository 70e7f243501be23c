//! Secrets Manager, as far as intake and connector call it: GetSecretValue of the two newest versions
//! (<https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::response::aws_json_error;

/// Secrets by what they are asked for by, ARN or name, in memory.
#[derive(Default)]
pub struct Secrets(Mutex<BTreeMap<String, Vec<Version>>>);

struct Version {
    id: Uuid,
    text: String,
}

impl Secrets {
    /// Makes `text` the current version of a secret; the one that was current becomes the previous one.
    pub fn put(&self, arn: &str, text: &str) {
        let version = Version { id: Uuid::new_v4(), text: text.to_owned() };
        let mut secrets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let versions = secrets.entry(arn.to_owned()).or_default();
        versions.insert(0, version);
        versions.truncate(2);
    }

    /// Carries out a call of the API.
    pub fn call(&self, operation: &str, body: &[u8]) -> Response {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        match operation {
            "GetSecretValue" => self.get(&request),
            _ => aws_json_error(
                StatusCode::BAD_REQUEST,
                "UnknownOperationException",
                "This Secrets Manager knows GetSecretValue.",
            ),
        }
    }

    fn get(&self, request: &Value) -> Response {
        let arn = request["SecretId"].as_str().unwrap_or_default();
        let stage = request["VersionStage"].as_str().unwrap_or("AWSCURRENT");
        let secrets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = ["AWSCURRENT", "AWSPREVIOUS"].iter().position(|name| *name == stage);
        match secrets.get(arn).zip(place).and_then(|(versions, place)| versions.get(place)) {
            Some(version) => Json(json!({
                "ARN": arn,
                "Name": arn.rsplit(':').next(),
                "VersionId": version.id.to_string(),
                "SecretString": version.text,
                "VersionStages": [stage],
            }))
            .into_response(),
            None => aws_json_error(
                StatusCode::BAD_REQUEST,
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret value for this staging label.",
            ),
        }
    }
}
