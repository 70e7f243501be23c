//! The settings of shops, from the table `Shops`.
//!
//! Each process keeps what it read for [`MAX_AGE`], so a change is taken up within that, and reading costs half a read
//! unit for each shop and minute, however many orders come. What cannot be read, or is no valid document, never
//! replaces what was read before: that is used on, and logged once. A shop that has no settings is asked for each time:
//! its first event must not be refused because somebody asked a moment before they were put. Of a document that a newer
//! version put, what this one does not know is left out, and logged once. Only the shop `default`
//! needs none: without a document everything is as the stack's parameters say.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use shared::shop_settings::SettingsError;
use shared::{FieldError, ShopId, ShopSettings};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::config::{ConfigError, required};
use crate::connect::MAX_WAIT;
use crate::sdk_error::AwsError;

/// How long settings are used before they are read again.
pub const MAX_AGE: SignedDuration = SignedDuration::from_secs(60);

/// How soon they are read again after a read that failed.
const RETRY_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// Limits a read: what waits for it has more to do in the function's time.
const READ_TIMEOUT: Duration = Duration::from_secs(2);

/// The table's key.
pub const SHOP_KEY: &str = "shop";

/// An item of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopItem {
    /// The shop's name. A string, because a newer version may allow others.
    pub shop: String,
    /// The settings as JSON text.
    pub document: String,
    /// How often they were put; a put names the one that it replaces.
    pub version: u64,
    /// When they were put, in milliseconds since 1970.
    pub put_at: i64,
}

/// Why a shop's settings are not known. Contains nothing of them.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    /// It has none.
    #[error("the shop {0} has no settings: `waybill shop put {0} FILE` puts them")]
    Unknown(ShopId),
    /// They could not be read, now or before.
    #[error("the settings of the shop {0} could not be read: {1}")]
    Unavailable(ShopId, #[source] ReadError),
}

impl ShopError {
    /// Whether another shop's settings may be read all the same.
    #[must_use]
    pub const fn is_of_this_shop(&self) -> bool {
        match self {
            Self::Unknown(_) => true,
            Self::Unavailable(_, error) => {
                matches!(error, ReadError::Item(_) | ReadError::Document(_))
            }
        }
    }
}

/// Why settings could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// DynamoDB did not answer.
    #[error("{0}")]
    Call(#[from] AwsError),
    /// It did not answer in time.
    #[error("the table took longer than {READ_TIMEOUT:?}")]
    Slow,
    /// Nothing that `waybill shop put` wrote.
    #[error("the item is not as expected: {0}")]
    Item(#[from] serde_dynamo::Error),
    /// No valid document.
    #[error("{0}")]
    Document(#[from] SettingsError),
}

/// Settings as last read.
#[derive(Debug)]
struct Cached {
    settings: Arc<ShopSettings>,
    /// The document's version; 0 for none.
    version: u64,
    read_again_at: Timestamp,
    /// Whether it is logged already that they could not be read again.
    is_logged: bool,
}

/// A document, parsed.
#[derive(Debug, Default)]
struct Document {
    settings: ShopSettings,
    version: u64,
    unknown: Vec<FieldError>,
}

/// The settings of all shops.
#[derive(Debug)]
pub struct ShopDirectory {
    client: Client,
    table: String,
    clock: Clock,
    max_age: SignedDuration,
    // Held while reading, so that whoever asks meanwhile waits for the one read.
    cache: Mutex<HashMap<ShopId, Cached>>,
}

impl ShopDirectory {
    /// The table `SHOPS_TABLE`.
    ///
    /// # Errors
    /// [`ConfigError`] for a missing setting.
    pub fn from_settings(client: Client, clock: Clock) -> Result<Self, ConfigError> {
        Ok(Self::new(client, required("SHOPS_TABLE", "the name of the table of shops")?, clock))
    }

    /// The table `table`.
    #[must_use]
    pub fn new(client: Client, table: String, clock: Clock) -> Self {
        Self { client, table, clock, max_age: MAX_AGE, cache: Mutex::default() }
    }

    /// The same table, whose settings are read again once they are as old as this.
    #[must_use]
    pub fn with_max_age(self, max_age: SignedDuration) -> Self {
        Self { max_age, ..self }
    }

    /// The settings of `shop`, at most [`MAX_AGE`] old unless they cannot be read.
    ///
    /// # Errors
    /// [`ShopError`]: it has none, or they were never read.
    pub async fn settings(&self, shop: &ShopId) -> Result<Arc<ShopSettings>, ShopError> {
        let now = self.clock.now();
        let mut cache = self.cache.lock().await;
        if let Some(cached) = cache.get(shop).filter(|cached| now < cached.read_again_at) {
            return Ok(Arc::clone(&cached.settings));
        }
        let read = match self.read_item(shop).await {
            Ok(Some(read)) => read,
            Ok(None) if shop.is_default() => Document::default(),
            Ok(None) => {
                cache.remove(shop);
                return Err(ShopError::Unknown(shop.clone()));
            }
            Err(error) => {
                let again = now + RETRY_AFTER.min(self.max_age);
                return keep_last(cache.get_mut(shop), shop, again, error);
            }
        };
        let Document { settings, version, unknown } = read;
        let settings = Arc::new(settings);
        let cached = Cached {
            settings: Arc::clone(&settings),
            version,
            read_again_at: now + self.max_age,
            is_logged: false,
        };
        let before = cache.insert(shop.clone(), cached);
        if before.is_none_or(|before| before.version != version) {
            log_unknown(shop, version, &unknown);
        }
        Ok(settings)
    }

    /// Reads the settings of the shop `default` while a function starts, and so connects to DynamoDB too: see
    /// [`connect`](crate::connect). The first event of a stack with one shop then waits for no read. `None` if they were not
    /// read within half a second.
    pub async fn warm_up(&self) -> Option<Arc<ShopSettings>> {
        let read = tokio::time::timeout(MAX_WAIT, self.settings(&ShopId::default())).await;
        read.ok()?.ok()
    }

    /// Whether [`settings`](Self::settings) answers without a read.
    pub async fn is_cached(&self, shop: &ShopId) -> bool {
        let now = self.clock.now();
        self.cache.lock().await.get(shop).is_some_and(|cached| now < cached.read_again_at)
    }

    async fn read_item(&self, shop: &ShopId) -> Result<Option<Document>, ReadError> {
        let key = AttributeValue::S(shop.to_string());
        let call = self.client.get_item().table_name(&self.table).key(SHOP_KEY, key);
        let answer = tokio::time::timeout(READ_TIMEOUT, call.send()).await;
        let answer = answer.map_err(|_elapsed| ReadError::Slow)?.map_err(AwsError::from)?;
        let Some(item) = answer.item else { return Ok(None) };
        let ShopItem { document, version, .. } = serde_dynamo::from_item(item)?;
        let (settings, unknown) = ShopSettings::parse_stored(&document)?;
        Ok(Some(Document { settings, version, unknown }))
    }
}

/// Says which members of a document count for nothing.
fn log_unknown(shop: &ShopId, version: u64, unknown: &[FieldError]) {
    if unknown.is_empty() {
        return;
    }
    let shop = shop.as_str();
    let members: Vec<&str> = unknown.iter().map(|error| error.pointer.as_str()).collect();
    let members = members.join(" ");
    tracing::warn!(
        shop,
        version,
        members,
        "members of the shop's settings are not known here, and count for nothing"
    );
}

/// What was read before, if anything was.
fn keep_last(
    cached: Option<&mut Cached>,
    shop: &ShopId,
    read_again_at: Timestamp,
    error: ReadError,
) -> Result<Arc<ShopSettings>, ShopError> {
    let Some(cached) = cached else {
        return Err(ShopError::Unavailable(shop.clone(), error));
    };
    cached.read_again_at = read_again_at;
    if !std::mem::replace(&mut cached.is_logged, true) {
        let shop = shop.as_str();
        tracing::error!(shop, %error, "the shop's settings were not read; the last good ones are used");
    }
    Ok(Arc::clone(&cached.settings))
}
