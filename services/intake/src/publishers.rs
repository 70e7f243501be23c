//! Who may publish over HTTP. (EventBridge and direct invocations are authorized by IAM alone.)

use aws_config::SdkConfig;
use kit::{Clock, config};
use lambda_runtime::Error;

use crate::webhooks::Webhooks;

/// The setting `PUBLISHERS`.
#[derive(Debug)]
pub enum Publishers {
    /// Callers that IAM authorized at the Function URL.
    Iam,
    /// Callers that sign with a webhook secret, for shops outside AWS.
    Webhook(Box<Webhooks>),
    /// Anyone; for the one-machine stack.
    Anyone,
}

impl Publishers {
    /// Reads `PUBLISHERS` and, for `webhook`, `WEBHOOK_SECRET_ARN`.
    ///
    /// # Errors
    /// When a value is invalid. Then the function must not start.
    pub fn from_env(aws: &SdkConfig) -> Result<Self, Error> {
        match config::optional("PUBLISHERS").as_deref() {
            // The strictest choice by default: a forgotten variable must not open the URL.
            None | Some("iam") => Ok(Self::Iam),
            Some("webhook") => {
                let what = "the ARN of the Secrets Manager secret that publishers sign with";
                let arn = config::required("WEBHOOK_SECRET_ARN", what)?;
                Ok(Self::Webhook(Box::new(Webhooks::new(aws, arn, Clock::system()))))
            }
            Some("anyone") => Ok(Self::Anyone),
            Some(_) => {
                let expected = "iam, webhook or anyone";
                Err(config::ConfigError::Invalid("PUBLISHERS", expected.into()).into())
            }
        }
    }
}
