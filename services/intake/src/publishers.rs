//! Who may publish over HTTP. (EventBridge and a direct invoke are IAM's alone.)

use kit::config;
use lambda_runtime::Error;

use crate::Signatures;

/// The setting `PUBLISHERS`.
#[derive(Debug)]
pub enum Publishers {
    /// Whom IAM let through the Function URL.
    Iam,
    /// Whoever holds a secret, for shops outside AWS.
    Webhook(Signatures),
    /// Whoever reaches the port, on one machine.
    Anyone,
}

impl Publishers {
    /// Reads `PUBLISHERS` and, for `webhook`, `WEBHOOK_SECRETS`. Where nothing is set, IAM decides.
    ///
    /// # Errors
    /// When they hold something else than expected: then the function does not start.
    pub fn from_env() -> Result<Self, Error> {
        match config::optional("PUBLISHERS").as_deref() {
            None | Some("iam") => Ok(Self::Iam),
            Some("webhook") => {
                let secrets = config::required("WEBHOOK_SECRETS", "one or two whsec_... secrets")?;
                Ok(Self::Webhook(Signatures::parse(&secrets)?))
            }
            Some("anyone") => Ok(Self::Anyone),
            Some(_) => {
                let expected = "iam, webhook or anyone".to_owned();
                Err(config::ConfigError::Invalid("PUBLISHERS", expected).into())
            }
        }
    }
}
