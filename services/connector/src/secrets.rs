//! The secrets of the shops' systems, by name: `PREFIX/SHOP/SYSTEM` in Secrets Manager. So a delivery is verified without
//! the shop's settings, which are in DynamoDB.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_secretsmanager::Client;
use jiff::Timestamp;
use kit::Clock;
use kit::secrets::{LookupLimit, MIN_INTERVAL, SecretStore, Unverified, is_due};
use shared::ShopId;

use crate::signature::{SystemKeys, WrongSignature};
use crate::translate::System;

/// How many names of which no secret is in memory are looked up in a second.
const MAX_LOOKUPS_A_SECOND: u32 = 20;

/// Of how many names without a secret it is remembered that they have none.
const MAX_UNKNOWN: usize = 1_000;

/// Whose secret it is.
type Name = (ShopId, System);

/// A secret of one shop's system.
type SystemSecret = Arc<SecretStore<SystemKeys>>;

/// The secrets of all shops and systems.
#[derive(Debug)]
pub struct SystemSecrets {
    client: Client,
    prefix: String,
    clock: Clock,
    /// Those that were read, as many as there are secrets.
    known: Mutex<HashMap<Name, SystemSecret>>,
    /// The names that had no secret, and when. They come from whoever calls: bounded, and each only for a moment.
    unknown: Mutex<HashMap<Name, Timestamp>>,
    lookups: LookupLimit,
}

impl SystemSecrets {
    /// Secrets whose names begin with `prefix`. Nothing is read yet.
    #[must_use]
    pub fn new(client: Client, prefix: String, clock: Clock) -> Self {
        let lookups = LookupLimit::new(MAX_LOOKUPS_A_SECOND);
        let (known, unknown) = (Mutex::default(), Mutex::default());
        Self { client, prefix, clock, known, unknown, lookups }
    }

    /// Checks something signed by `check`, with the secret of the shop's system.
    ///
    /// # Errors
    /// [`Unverified`]; also `Unavailable` while too many names that are not known are asked for.
    pub(crate) async fn verify(
        &self,
        shop: &ShopId,
        system: System,
        check: impl Fn(&SystemKeys) -> Result<(), WrongSignature>,
    ) -> Result<(), Unverified<WrongSignature>> {
        let name = (shop.clone(), system);
        if let Some(known) = self.known(&name) {
            return known.verify(check).await;
        }
        let now = self.clock.now();
        // A name that is tried again and again uses up no lookups, which another shop's first delivery needs.
        if self.has_none(&name, now) {
            return Err(Unverified::NoSecret);
        }
        if !self.lookups.allows_one(now) {
            return Err(Unverified::Unavailable);
        }
        let id = format!("{}/{shop}/{system}", self.prefix);
        let store = Arc::new(SecretStore::new(self.client.clone(), id, self.clock));
        let verified = store.verify(check).await;
        match verified {
            // Of two that read it at once, the later one stays: both are the same secret.
            Ok(()) | Err(Unverified::Refused(_)) => {
                lock(&self.known).insert(name, store);
            }
            Err(Unverified::NoSecret) => self.remember_none(name, now),
            Err(Unverified::Unavailable) => {}
        }
        verified
    }

    fn known(&self, name: &Name) -> Option<SystemSecret> {
        lock(&self.known).get(name).cloned()
    }

    /// Whether the name had no secret a moment ago.
    fn has_none(&self, name: &Name, now: Timestamp) -> bool {
        lock(&self.unknown).get(name).is_some_and(|at| !is_due(now, Some(*at), MIN_INTERVAL))
    }

    fn remember_none(&self, name: Name, now: Timestamp) {
        let mut unknown = lock(&self.unknown);
        unknown.retain(|_, at| !is_due(now, Some(*at), MIN_INTERVAL));
        if unknown.len() < MAX_UNKNOWN {
            unknown.insert(name, now);
        }
    }
}

fn lock<T>(names: &Mutex<HashMap<Name, T>>) -> MutexGuard<'_, HashMap<Name, T>> {
    names.lock().unwrap_or_else(PoisonError::into_inner)
}
