//! Who may publish over HTTP. (EventBridge and direct invocations are authorized by IAM alone.)

use kit::config;
use lambda_runtime::Error;

use crate::signature::WebhookSecrets;

/// The setting `PUBLISHERS`.
#[derive(Debug)]
pub enum Publishers {
    /// Callers that IAM authorized at the Function URL.
    Iam,
    /// Callers that sign with a webhook secret, for shops outside AWS.
    Webhook(WebhookSecrets),
    /// Anyone; for the one-machine stack.
    Anyone,
}

impl Publishers {
    /// Reads `PUBLISHERS` and, for `webhook`, `WEBHOOK_SECRETS`.
    ///
    /// # Errors
    /// When a value is invalid. Then the function must not start.
    pub fn from_env() -> Result<Self, Error> {
        match config::optional("PUBLISHERS").as_deref() {
            // The strictest choice by default: a forgotten variable must not open the URL.
            None | Some("iam") => Ok(Self::Iam),
            Some("webhook") => {
                let secrets = config::required("WEBHOOK_SECRETS", "one or two whsec_... secrets")?;
                Ok(Self::Webhook(WebhookSecrets::parse(&secrets)?))
            }
            Some("anyone") => Ok(Self::Anyone),
            Some(_) => {
                let expected = "iam, webhook or anyone";
                Err(config::ConfigError::Invalid("PUBLISHERS", expected.into()).into())
            }
        }
    }
}
