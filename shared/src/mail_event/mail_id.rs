//! Which mail an event is about.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Enough that no two mails of a stack share one; a multiple of three wastes no character of base64.
const DIGEST_LEN: usize = 12;

/// Names one mail to one recipient: 16 characters, in which nothing of the order or the address can be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, extend("pattern" = "^[A-Za-z0-9_-]{16}$")))]
#[serde(transparent)]
pub struct MailId(String);

impl MailId {
    /// Of the notification with these keys in the ledger: an [`OrderKey`](crate::OrderKey) as text, and its sort key.
    #[must_use]
    pub fn new(order_key: &str, notification: &str) -> Self {
        let digest = Sha256::digest(format!("waybill mail\0{order_key}\0{notification}"));
        Self(BASE64_URL_SAFE_NO_PAD.encode(&digest[..DIGEST_LEN]))
    }
}

impl fmt::Display for MailId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // A receiver finds the mail of an earlier event only if every version computes the same.
    #[test]
    fn a_mails_name_stays_the_same_between_versions_and_differs_between_recipients() {
        let id = |order: &str, recipient: &str| {
            MailId::new(order, &format!("order.confirmed##{recipient}")).to_string()
        };
        assert_eq!(id("default/1001", "customer"), "Vjg8pQlyaOdWuWyc");
        let others = [id("north/1001", "customer"), id("default/1001", "copy-IsKbxIjX")];
        assert!(!others.contains(&id("default/1001", "customer")) && others[0] != others[1]);
    }
}
