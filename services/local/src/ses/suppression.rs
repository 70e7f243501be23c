//! The account's suppression list: addresses that SES accepts mail to and then does not mail.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

/// Why an address is on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Reason {
    /// A mail to it bounced.
    Bounce,
    /// Its owner complained.
    Complaint,
}

/// One address of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The address, lower-case.
    pub address: String,
    /// Why.
    pub reason: Reason,
    /// Since when.
    pub since: Timestamp,
}

/// The list. A clone is another handle to the same list.
#[derive(Debug, Clone, Default)]
pub struct SuppressionList(Arc<Mutex<BTreeMap<String, (Reason, Timestamp)>>>);

impl SuppressionList {
    /// Adds an address, or changes why it is there.
    pub fn put(&self, address: &str, reason: Reason) {
        self.list().insert(address.to_ascii_lowercase(), (reason, Timestamp::now()));
    }

    /// Removes an address and returns what it was, if it was there.
    pub fn remove(&self, address: &str) -> Option<Suppressed> {
        let address = address.to_ascii_lowercase();
        let (reason, since) = self.list().remove(&address)?;
        Some(Suppressed { address, reason, since })
    }

    /// An address's entry.
    #[must_use]
    pub fn get(&self, address: &str) -> Option<Suppressed> {
        let address = address.to_ascii_lowercase();
        let (reason, since) = self.list().get(&address).copied()?;
        Some(Suppressed { address, reason, since })
    }

    /// All of it, by address.
    #[must_use]
    pub fn all(&self) -> Vec<Suppressed> {
        let entry = |(address, &(reason, since)): (&String, &(Reason, Timestamp))| Suppressed {
            address: address.clone(),
            reason,
            since,
        };
        self.list().iter().map(entry).collect()
    }

    fn list(&self) -> MutexGuard<'_, BTreeMap<String, (Reason, Timestamp)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
