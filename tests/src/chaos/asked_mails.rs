//! The notifications about which a mailer asked SES, by the tags of its calls, whatever became of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use shared::mail_tags;

use super::accepted_mails::Key;

/// What SES was asked about so far, and when it was last.
#[derive(Debug, Default)]
pub struct AskedMails(Mutex<BTreeMap<Key, Timestamp>>);

impl AskedMails {
    /// Records a `SendEmail` call by its body.
    pub fn record(&self, body: &[u8]) {
        if let Some(key) = parse(body) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Timestamp::now());
        }
    }

    /// Whether SES was ever asked about this notification.
    #[must_use]
    pub fn contains(&self, key: &Key) -> bool {
        self.last_at(key).is_some()
    }

    /// When the last request about this notification reached SES, however late it was carried out.
    #[must_use]
    pub fn last_at(&self, key: &Key) -> Option<Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied()
    }

    /// About how many it was asked.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len() as u64
    }
}

fn parse(body: &[u8]) -> Option<Key> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let tags = body["EmailTags"].as_array()?;
    let tag = |name: &str| tags.iter().find(|tag| tag["Name"] == name)?["Value"].as_str();
    let key = mail_tags::notification_key(tag)?;
    Some((key.order_key().to_string(), key.sort_key()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_known_by_its_tags() {
        let asked = AskedMails::default();
        asked.record(
            br#"{"EmailTags":[{"Name":"waybill-shop","Value":"north"},{"Name":"waybill-order","Value":"MQ"},
                {"Name":"waybill-notification","Value":"b3JkZXIuY29uZmlybWVkIyNjdXN0b21lcg"}]}"#,
        );
        asked.record(b"no JSON");
        let key = |order: &str| (order.to_owned(), "order.confirmed##customer".to_owned());
        assert!(asked.contains(&key("north/1")));
        assert!(!asked.contains(&key("default/1")));
        assert_eq!(asked.count(), 1);
    }
}
