//! A secret by reference.

use crate::contract::error::InvalidValue;

/// The whole ARN of a secret in Secrets Manager, with the six characters at its end. Never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SecretArn(String);

/// What an ARN looks like; the template's parameter `WebhookSecretArn` has the same.
#[cfg(test)]
pub(super) const PATTERN: &str =
    "^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$";

impl SecretArn {
    /// Parses an ARN.
    ///
    /// # Errors
    /// [`InvalidValue`] for any other text, which it does not repeat: somebody may have put the secret there.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        if is_secret_arn(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(InvalidValue::expected(
            "the whole ARN of a Secrets Manager secret, with the six characters at its end, never the secret itself",
        ))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_secret_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let ["arn", partition, "secretsmanager", region, account, "secret", name] = parts.as_slice()
    else {
        return false;
    };
    let is_lower = |text: &str, also: fn(u8) -> bool| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || also(b))
    };
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b"/_+=.@-".contains(&b);
    is_lower(partition, |_| false)
        && is_lower(region, |b| b.is_ascii_digit())
        && account.len() == 12
        && account.bytes().all(|b| b.is_ascii_digit())
        && name.bytes().all(is_name)
        && name.rsplit_once('-').is_some_and(|(name, end)| {
            !name.is_empty() && end.len() == 6 && end.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_named_by_its_whole_arn() {
        let arn =
            "arn:aws:secretsmanager:eu-central-1:111122223333:secret:waybill/shops/north-AbCdEf";
        assert!(SecretArn::parse(arn).is_ok());
        for bad in
            ["", "whsec_abc", &arn[..arn.len() - 7], "arn:aws:sqs:eu-central-1:111122223333:q"]
        {
            let refused = SecretArn::parse(bad).expect_err("refused");
            assert!(bad.is_empty() || !refused.0.contains(bad), "{refused}");
        }
    }
}
