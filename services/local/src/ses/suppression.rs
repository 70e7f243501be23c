//! The account's suppression list: addresses that SES accepts mail to and then does not mail.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::fmt::serde::timestamp::second;
use serde::{Deserialize, Serialize};

/// Why an address is on the list.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Reason {
    /// A mail to it bounced.
    Bounce,
    /// Its owner complained.
    Complaint,
}

/// An entry of the list, as the API writes it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Suppressed {
    /// In lower case.
    email_address: String,
    reason: Reason,
    // restJson1 writes a time as seconds since 1970.
    #[serde(with = "second::required")]
    last_update_time: Timestamp,
}

/// The list, by address.
#[derive(Debug, Default)]
pub struct SuppressionList(Mutex<BTreeMap<String, Suppressed>>);

impl SuppressionList {
    /// Adds an address, or changes why it is there.
    pub fn put(&self, address: &str, reason: Reason) {
        // SES suppresses an address whatever its case, and lists it in lower case.
        let email_address = address.to_ascii_lowercase();
        let last_update_time = Timestamp::now();
        let entry = Suppressed { email_address: email_address.clone(), reason, last_update_time };
        self.entries().insert(email_address, entry);
    }

    pub(super) fn remove(&self, address: &str) -> Option<Suppressed> {
        self.entries().remove(&address.to_ascii_lowercase())
    }

    pub(super) fn get(&self, address: &str) -> Option<Suppressed> {
        self.entries().get(&address.to_ascii_lowercase()).cloned()
    }

    /// All of it, by address.
    pub(super) fn all(&self) -> Vec<Suppressed> {
        self.entries().values().cloned().collect()
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Suppressed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
