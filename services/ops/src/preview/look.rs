//! How the mails of a shop look: its settings, and the stack's brand where they name none.

use std::path::Path;

use mailer::render::Brand;
use mailer::settings_check::SettingsCheck;
use shared::{ShopId, ShopSettings};

use crate::aws::Stack;
use crate::error::CliError;
use crate::shop::{check, table};

/// What the mailer reads of a shop.
#[derive(Debug, Default)]
pub struct Look {
    pub settings: ShopSettings,
    /// The stack's own.
    pub brand: Brand,
}

impl Look {
    /// Of the settings in `file`, or else of those that the stack has of `shop`. `brand` is a file, or JSON.
    pub async fn new(
        stack: Option<&Stack>,
        shop: &ShopId,
        file: Option<&Path>,
        brand: Option<&str>,
    ) -> Result<Self, CliError> {
        let brand = read_brand(brand)?;
        let settings = match (file, stack) {
            (Some(file), _) => from_file(file)?,
            (None, Some(stack)) => stored(stack, shop).await?,
            (None, None) => ShopSettings::default(),
        };
        Ok(Self { settings, brand })
    }
}

fn from_file(file: &Path) -> Result<ShopSettings, CliError> {
    let document = check::read(file)?;
    let SettingsCheck { settings, errors, .. } = SettingsCheck::new(&document, None);
    if errors.is_empty() {
        return Ok(settings);
    }
    let errors = check::lines(&file.display().to_string(), &errors);
    let sentence = "The functions would not take these settings.";
    Err(CliError::input(format!("{sentence}\n{}", errors.trim_end())))
}

/// The settings that the stack has of a shop. The shop `default` needs none.
async fn stored(stack: &Stack, shop: &ShopId) -> Result<ShopSettings, CliError> {
    let Some(item) = table::read(stack, shop).await? else {
        if *shop == ShopId::default() {
            return Ok(ShopSettings::default());
        }
        // Who may read one shop alone is not told of others.
        let known = table::all_shops(stack).await.map_or_else(
            |_| String::new(),
            |known| {
                let known: Vec<&str> = known.iter().map(ShopId::as_str).collect();
                format!(" There is {}.", known.join(", "))
            },
        );
        return Err(CliError::input(format!(
            "The shop {shop} has no settings.{known} --shop-settings takes a file."
        )));
    };
    let settings = ShopSettings::parse_stored(&item.document).map(|(settings, _)| settings);
    settings.map_err(|error| {
        CliError::service(format!(
            "Version {} of the shop {shop} cannot be shown: {error}. The functions use the last good one.",
            item.version
        ))
        .caused_by(error)
    })
}

fn read_brand(given: Option<&str>) -> Result<Brand, CliError> {
    // An environment variable may be set and empty, which means the same as absent.
    let Some(given) = given.filter(|given| !given.is_empty()) else {
        return Ok(Brand::default());
    };
    // A brand is a JSON object, and no file's name begins as one; the mailer's variable holds the JSON.
    let json = match given.trim_start().starts_with('{') {
        true => given.to_owned(),
        false => std::fs::read_to_string(given).map_err(|error| {
            CliError::input(format!(
                "Can't read the brand in {given}: {error}. Expected a file such as infra/brand.json."
            ))
            .caused_by(error)
        })?,
    };
    Brand::parse(&json).map_err(|error| CliError::input(format!("{error}.")).caused_by(error))
}
