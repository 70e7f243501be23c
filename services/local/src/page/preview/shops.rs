//! The settings of the stack's shops, as the functions read them.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use kit::AwsError;
use kit::shops::ShopItem;
use shared::{Kind, ShopId, ShopSettings};

use crate::resources::SHOPS_TABLE;

/// The shops of a database.
#[derive(Debug)]
pub struct Shops {
    dynamodb: Client,
}

/// The settings of every shop, by its name. The shop `default` is always among them: it needs none.
#[derive(Debug)]
pub struct Documents(BTreeMap<String, String>);

/// Why the settings are not known.
#[derive(Debug, thiserror::Error)]
pub enum ShopsError {
    /// The table can't be read.
    #[error("The settings of the shops cannot be read: {0}.")]
    Table(#[from] AwsError),
    /// Nothing that `waybill shop put` wrote.
    #[error("The table of shops has an item that this version cannot read: {0}.")]
    Item(#[from] serde_dynamo::Error),
}

impl Shops {
    pub fn new(dynamodb: Client) -> Self {
        Self { dynamodb }
    }

    /// Reads all of them.
    pub async fn read(&self) -> Result<Documents, ShopsError> {
        let scan = self.dynamodb.scan().table_name(SHOPS_TABLE).consistent_read(true);
        let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let mut documents = Documents::default();
        for item in items.map_err(AwsError::from)? {
            let item: ShopItem = serde_dynamo::from_item(item)?;
            documents.0.insert(item.shop, item.document);
        }
        Ok(documents)
    }
}

impl Default for Documents {
    fn default() -> Self {
        Self(BTreeMap::from([(ShopId::default().to_string(), "{}".to_owned())]))
    }
}

impl Documents {
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The settings of the shop of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// Whether the customers of a shop with these settings get no mail of this kind.
pub fn is_off(settings: &str, kind: &str) -> bool {
    let settings = ShopSettings::parse_stored(settings).map(|(settings, _)| settings);
    let kind = Kind::parse(kind);
    settings.is_ok_and(|settings| kind.is_ok_and(|kind| settings.is_off(kind)))
}
