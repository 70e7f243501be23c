//! The secrets of the shops' systems, by name: `PREFIX/SHOP/SYSTEM` in Secrets Manager. So a delivery is verified without
//! the shop's settings, which are in DynamoDB.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_secretsmanager::Client;
use kit::Clock;
use kit::secrets::{LookupLimit, SecretStore, Unverified};
use shared::ShopId;

use crate::signature::{SystemKeys, WrongSignature};
use crate::translate::System;

/// How many names of which no secret is in memory are looked up in a second.
const MAX_LOOKUPS_A_SECOND: u32 = 20;

/// A secret of one shop's system.
type SystemSecret = Arc<SecretStore<SystemKeys>>;

/// The secrets of all shops and systems.
#[derive(Debug)]
pub struct SystemSecrets {
    client: Client,
    prefix: String,
    clock: Clock,
    /// Those that were read. Names come from whoever calls, so that one without a secret is not remembered.
    known: Mutex<HashMap<(ShopId, System), SystemSecret>>,
    lookups: LookupLimit,
}

impl SystemSecrets {
    /// Secrets whose names begin with `prefix`. Nothing is read yet.
    #[must_use]
    pub fn new(client: Client, prefix: String, clock: Clock) -> Self {
        let lookups = LookupLimit::new(MAX_LOOKUPS_A_SECOND);
        Self { client, prefix, clock, known: Mutex::default(), lookups }
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
        if !self.lookups.allows_one(self.clock.now()) {
            return Err(Unverified::Unavailable);
        }
        let id = format!("{}/{shop}/{system}", self.prefix);
        let store = Arc::new(SecretStore::new(self.client.clone(), id, self.clock));
        let verified = store.verify(check).await;
        if matches!(verified, Ok(()) | Err(Unverified::Refused(_))) {
            // Of two that read it at once, the later one stays: both are the same secret.
            self.lock().insert(name, store);
        }
        verified
    }

    fn known(&self, name: &(ShopId, System)) -> Option<SystemSecret> {
        self.lock().get(name).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(ShopId, System), SystemSecret>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
