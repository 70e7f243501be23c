//! Whose secret a webhook is signed with: the stack's, which publishes for every shop, or a shop's own, which publishes
//! for that shop only.
//!
//! A shop's secret is named by its settings, and counts for its own path `/v1/shops/NAME/events` alone: what is in a body
//! is not read before its signature is checked, so at `/v1/events` nobody knows yet which shop it is about. The stack's
//! secret counts at `/v1/events` alone: a path is not signed, so that an event without a shop, sent again to another
//! path, would become another shop's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use kit::secrets::{self, LookupLimit, SecretStore, Unverified};
use kit::{Clock, ShopDirectory, ShopError};
use shared::ShopId;
use shared::shop_settings::SecretArn;

use crate::problem::Problem;
use crate::signature::{Signature, WebhookSecrets};

/// How many shops whose settings are not in memory are looked up in a second before their signatures are checked. A
/// flood of forged requests, each for another name, must not become a flood of reads.
const MAX_LOOKUPS_A_SECOND: u32 = 20;

/// Says neither whether there is such a shop nor whether it has a secret.
const NO_OWN_SECRET: &str = "At a shop's path only a signature by the shop's own secret counts: put its \
                             `webhook_secret` into its settings, or sign with the stack's secret, publish \
                             to /v1/events and name the shop in the event.";

/// The secrets of publishers.
#[derive(Debug)]
pub struct Webhooks {
    stack: SecretStore<WebhookSecrets>,
    client: Client,
    clock: Clock,
    of_shops: Mutex<HashMap<SecretArn, Arc<SecretStore<WebhookSecrets>>>>,
    lookups: LookupLimit,
}

impl Webhooks {
    /// The stack's secret has this ARN. Nothing is read yet.
    #[must_use]
    pub fn new(aws: &SdkConfig, secret_arn: String, clock: Clock) -> Self {
        let client = secrets::client(aws);
        Self {
            stack: SecretStore::new(client.clone(), secret_arn, clock),
            client,
            clock,
            of_shops: Mutex::default(),
            lookups: LookupLimit::new(MAX_LOOKUPS_A_SECOND),
        }
    }

    /// Reads the stack's secret; see [`SecretStore::warm_up`].
    pub async fn warm_up(&self) {
        self.stack.warm_up().await;
    }

    /// Checks that `body` was signed with the secret of `shop`, the one of the path, or where the path names none, with
    /// the stack's.
    ///
    /// # Errors
    /// `Problem::Unauthorized`, or `Problem::SecretUnavailable` where the secret that it may be signed with is not
    /// known at the moment.
    pub async fn verify(
        &self,
        shops: &ShopDirectory,
        shop: Option<&ShopId>,
        signature: &Signature,
        body: &[u8],
    ) -> Result<(), Problem> {
        match shop {
            Some(shop) => self.verify_own(shops, shop, signature, body).await,
            None => verify(&self.stack, signature, body).await,
        }
    }

    /// Checks that the signature is by the shop's own secret.
    async fn verify_own(
        &self,
        shops: &ShopDirectory,
        shop: &ShopId,
        signature: &Signature,
        body: &[u8],
    ) -> Result<(), Problem> {
        if !shops.is_cached(shop).await && !self.lookups.allows_one(self.clock.now()) {
            return Err(Problem::SecretUnavailable);
        }
        let settings = match shops.settings(shop).await {
            Ok(settings) => settings,
            Err(ShopError::Unknown(_)) => return Err(Problem::Unauthorized(NO_OWN_SECRET)),
            Err(error) => {
                tracing::error!(%error, "the shop's webhook secret is not known");
                return Err(Problem::SecretUnavailable);
            }
        };
        let arn = settings.webhook_secret.as_ref();
        let arn = arn.ok_or(Problem::Unauthorized(NO_OWN_SECRET))?;
        verify(&self.store(arn), signature, body).await
    }

    fn store(&self, arn: &SecretArn) -> Arc<SecretStore<WebhookSecrets>> {
        let mut stores = self.of_shops.lock().unwrap_or_else(PoisonError::into_inner);
        let store = stores.entry(arn.clone()).or_insert_with(|| {
            Arc::new(SecretStore::new(self.client.clone(), arn.as_str().to_owned(), self.clock))
        });
        Arc::clone(store)
    }
}

/// Checks that `body` was signed with the current or the previous secret.
async fn verify(
    secrets: &SecretStore<WebhookSecrets>,
    signature: &Signature,
    body: &[u8],
) -> Result<(), Problem> {
    let verified = secrets.verify(|secrets| signature.verify(secrets, body)).await;
    verified.map_err(|error| match error {
        Unverified::Refused(problem) => problem,
        // Also without a secret: its name is the operator's, who has yet to put it, and the publisher's call is not lost.
        Unverified::NoSecret | Unverified::Unavailable => Problem::SecretUnavailable,
    })
}
