//! The settings of the shops, from files.

use std::path::{Path, PathBuf};

use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use kit::AwsError;
use kit::shops::ShopItem;
use mailer::settings_check::SettingsCheck;
use shared::shop_settings::SettingsError;
use shared::{InvalidValue, ShopId};

use crate::resources::SHOPS_TABLE;

/// Settings that the functions take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopFile {
    shop: ShopId,
    document: String,
}

/// A directory does not hold settings alone.
#[derive(Debug, thiserror::Error)]
pub enum ShopFileError {
    /// It can't be read.
    #[error("Cannot read the shops in {}: {source}", path.display())]
    Unreadable {
        /// The directory, or a file in it.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not named after a shop.
    #[error("Cannot use {}: its name is not that of a shop with .json behind it: {source}", file.display())]
    Name {
        /// The file.
        file: PathBuf,
        /// Why.
        source: InvalidValue,
    },
    /// It holds no settings.
    #[error("Cannot use {}: {source}. shared/schema/shop.schema.json has the members.", file.display())]
    Invalid {
        /// The file.
        file: PathBuf,
        /// Why.
        source: SettingsError,
    },
}

impl ShopFile {
    /// The settings of `shop`.
    ///
    /// # Errors
    /// Every bad member.
    pub fn new(shop: ShopId, document: &str) -> Result<Self, SettingsError> {
        let check = SettingsCheck::new(document, Some(&shop));
        if !check.errors.is_empty() {
            return Err(SettingsError::BadMembers(check.errors));
        }
        Ok(Self { shop, document: document.to_owned() })
    }

    /// The two shops of the samples. `has_brand`: the first one looks as another file says, also if an earlier run of the
    /// same stack left the samples' brand.
    ///
    /// # Panics
    /// Never: a test reads the same files.
    #[must_use]
    pub fn samples(has_brand: bool) -> Vec<Self> {
        let default = match has_brand {
            true => "{}",
            false => include_str!("../../samples/shops/default.json"),
        };
        let north = include_str!("../../samples/shops/north.json");
        let sample = |(name, document)| {
            let shop = ShopId::parse(name).expect("the name of a shop");
            Self::new(shop, document).expect("valid settings")
        };
        [("default", default), ("north", north)].map(sample).into()
    }

    /// Reads each `NAME.json` of a directory as the settings of the shop NAME. Other files are left alone.
    ///
    /// # Errors
    /// A sentence with every member that is wrong.
    pub fn read_all(directory: &Path) -> Result<Vec<Self>, ShopFileError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| ShopFileError::Unreadable { path, source }
        };
        let mut shops = Vec::new();
        for entry in std::fs::read_dir(directory).map_err(unreadable(directory))? {
            let file = entry.map_err(unreadable(directory))?.path();
            if file.extension().is_some_and(|extension| extension == "json") {
                let document = std::fs::read_to_string(&file).map_err(unreadable(&file))?;
                shops.push(Self::read(file, &document)?);
            }
        }
        Ok(shops)
    }

    fn read(file: PathBuf, document: &str) -> Result<Self, ShopFileError> {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        match ShopId::parse(&name) {
            Err(source) => Err(ShopFileError::Name { file, source }),
            Ok(shop) => {
                Self::new(shop, document).map_err(|source| ShopFileError::Invalid { file, source })
            }
        }
    }

    /// Puts the settings into the table, in place of those of an earlier run.
    pub(super) async fn put(&self, dynamodb: &Client) -> Result<(), AwsError> {
        let item = ShopItem {
            shop: self.shop.to_string(),
            document: self.document.clone(),
            version: 1,
            put_at: Timestamp::now().as_millisecond(),
        };
        let item = serde_dynamo::to_item(item).expect("strings and numbers are attributes");
        let put = dynamodb.put_item().table_name(SHOPS_TABLE).set_item(Some(item));
        put.send().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ShopSettings;

    #[test]
    fn the_two_shops_of_the_samples_look_different_unless_a_brand_is_given() {
        let brands = |has_brand| {
            ShopFile::samples(has_brand)
                .iter()
                .map(|shop| ShopSettings::parse(&shop.document).unwrap().brand)
                .collect::<Vec<_>>()
        };
        let [Some(default), Some(north)] = &brands(false)[..] else { panic!("two brands") };
        assert_ne!((&default.logo, &default.accent), (&north.logo, &north.accent));
        for brand in [default, north] {
            assert!(brand.logo.as_ref().is_some_and(|logo| logo.dark_url.is_some()));
            assert!(brand.links.returns.is_some() && !brand.legal.lines_for(Some("DE")).is_empty());
        }
        assert_eq!(brands(true)[0], None);
    }

    #[test]
    fn each_file_is_a_shop_and_a_bad_one_is_refused_with_its_name_and_each_bad_member() {
        let directory = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        write("north.json", "{}");
        write("notes.txt", "no settings");
        let shops = ShopFile::read_all(directory.path()).unwrap();
        assert_eq!(shops, [ShopFile::new(ShopId::parse("north").unwrap(), "{}").unwrap()]);

        let bad = r#"{"reply_to":"x","langauge":"de","attachments":{"bucket":"invoices","prefix":"north/"},
            "wording":{"de":{"no-such":"x"}}}"#;
        write("south.json", bad);
        let refused = ShopFile::read_all(directory.path()).unwrap_err().to_string();
        for part in ["south.json", "/reply_to", "/langauge", "/attachments/prefix", "/wording/de"] {
            assert!(refused.contains(part), "{refused}");
        }
        write("south.json", "{}");
        write("No Shop.json", "{}");
        let refused = ShopFile::read_all(directory.path()).unwrap_err().to_string();
        assert!(refused.contains("No Shop.json"), "{refused}");
        assert!(ShopFile::read_all(Path::new("/nowhere/shops")).is_err());
    }
}
