//! The notifications about which a mailer asked SES, by the tags of its calls, whatever became of them.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use super::accepted_mails::Key;

/// What SES was asked about so far.
#[derive(Debug, Default)]
pub struct AskedMails(Mutex<BTreeSet<Key>>);

impl AskedMails {
    /// Records a `SendEmail` call by its body.
    pub fn record(&self, body: &[u8]) {
        if let Some(key) = parse(body) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        }
    }

    /// Whether SES was ever asked about this notification.
    #[must_use]
    pub fn contains(&self, key: &Key) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(key)
    }
}

fn parse(body: &[u8]) -> Option<Key> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let tags = body["EmailTags"].as_array()?;
    let decoded = |name: &str| {
        let tag = tags.iter().find(|tag| tag["Name"] == name)?;
        String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(tag["Value"].as_str()?).ok()?).ok()
    };
    Some((decoded("waybill-order")?, decoded("waybill-notification")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_known_by_its_tags() {
        let asked = AskedMails::default();
        asked.record(br#"{"EmailTags":[{"Name":"waybill-order","Value":"MQ"},{"Name":"waybill-notification","Value":"eA"}]}"#);
        asked.record(b"no JSON");
        assert!(asked.contains(&("1".to_owned(), "x".to_owned())));
        assert!(!asked.contains(&("2".to_owned(), "x".to_owned())));
    }
}
