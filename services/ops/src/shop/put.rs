//! `waybill shop put`: puts the settings of a shop.

use std::path::PathBuf;

use jiff::Timestamp;
use kit::shops::{MAX_AGE, ShopItem};
use mailer::settings_check::SettingsCheck;
use serde::Serialize;
use serde_json::json;
use shared::{FieldWarning, ShopId};

use super::check;
use super::table::{read, replace};
use crate::audit::{Audit, ChangeArgs, Intent};
use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::output::{ColorMode, Report, Style};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shop's name
    #[arg(value_name = "SHOP", value_parser = ShopId::parse)]
    pub name: ShopId,
    /// A file with its settings as JSON: shared/schema/shop.schema.json
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Put them only in place of this version, as `shop show` names it; 0 for a shop without any (default:
    /// whichever is there)
    #[arg(long, value_name = "N")]
    pub version: Option<u64>,
    #[command(flatten)]
    pub change: ChangeArgs,
}

#[derive(Debug, Serialize)]
pub struct Put {
    pub shop: String,
    /// The version that is there now.
    pub version: u64,
    /// Whether it is another than before.
    pub changed: bool,
    /// Within how many seconds every function uses it.
    pub used_within_seconds: i64,
    /// What of it is perhaps not meant as it is.
    pub warnings: Vec<FieldWarning>,
}

/// Puts the settings of a file. If its answer is lost, the same command again finds them put, and changes nothing.
pub async fn run(stack: &Stack, args: &Args) -> Result<(Put, ExitStatus), CliError> {
    let document = check::read(&args.file)?;
    let new = NewSettings {
        shop: &args.name,
        document: &document,
        origin: &args.file.display().to_string(),
        version: args.version,
    };
    Ok((put(stack, &new, &args.change).await?, ExitStatus::Healthy))
}

/// Settings that are to be put.
#[derive(Debug)]
pub struct NewSettings<'a> {
    pub shop: &'a ShopId,
    /// The settings as JSON.
    pub document: &'a str,
    /// Where they come from, as their errors name it.
    pub origin: &'a str,
    /// The version that they replace; `None` for whichever is there.
    pub version: Option<u64>,
}

/// Puts the settings, between the two halves of an audit item, unless the same are there.
///
/// # Errors
/// [`CliError::Input`] for settings that the functions would not take, or in place of another version than is there;
/// [`CliError::Service`] when DynamoDB does not answer, or somebody else put others meanwhile.
pub async fn put(
    stack: &Stack,
    new: &NewSettings<'_>,
    change: &ChangeArgs,
) -> Result<Put, CliError> {
    let shop = new.shop;
    let SettingsCheck { errors, warnings, .. } = SettingsCheck::new(new.document, Some(shop));
    if !errors.is_empty() {
        let errors = check::lines(new.origin, &errors);
        return Err(CliError::input(format!(
            "Nothing was put: the functions would not take these settings.\n{}",
            errors.trim_end()
        )));
    }
    let before = read(stack, shop).await?;
    let replaced = before.as_ref().map_or(0, |item| item.version);
    check_version(shop, new.version, replaced)?;
    let put = |version, changed| Put {
        shop: shop.to_string(),
        version,
        changed,
        used_within_seconds: MAX_AGE.as_secs(),
        warnings: warnings.clone(),
    };
    if before.is_some_and(|item| item.document == new.document) {
        return Ok(put(replaced, false));
    }
    let version = replaced + 1;
    let intent = Intent {
        action: format!("shop put {shop}"),
        reason: change.reason.as_deref(),
        plan: json!({ "shop": shop, "version": version }),
    };
    let audit = Audit::begin_for(stack, Some(shop), &change.operator, intent).await?;
    let put_at = Timestamp::now().as_millisecond();
    let document = new.document.to_owned();
    let item = ShopItem { shop: shop.to_string(), document, version, put_at };
    let result = replace(stack, &item).await;
    audit.complete(result, &json!({ "put": 1 })).await?;
    Ok(put(version, true))
}

fn check_version(shop: &ShopId, wanted: Option<u64>, found: u64) -> Result<(), CliError> {
    match wanted {
        Some(wanted) if wanted != found => Err(CliError::input(format!(
            "Nothing was put: the settings of the shop {shop} are version {found}, and --version names {wanted}. \
             `waybill shop show {shop}` shows them."
        ))),
        _ => Ok(()),
    }
}

impl Report for Put {
    fn text(&self, colors: ColorMode) -> String {
        let Self { shop, version, used_within_seconds, .. } = self;
        let sentence = match self.changed {
            true => format!(
                "{} as version {version} of the shop {shop}. Every function uses it within {used_within_seconds} \
                 seconds; a mail that is being rendered may still look as before.",
                colors.apply(Style::Success, "Put")
            ),
            false => format!(
                "Version {version} of the shop {shop} is the same already; nothing was put."
            ),
        };
        colors.wrap(&sentence, "") + &check::warning_lines(shop, &self.warnings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_put_of_another_version_than_the_one_that_is_there_is_refused() {
        let shop = ShopId::parse("north").unwrap();
        for (wanted, found, is_allowed) in
            [(None, 7, true), (Some(7), 7, true), (Some(0), 0, true), (Some(6), 7, false)]
        {
            assert_eq!(check_version(&shop, wanted, found).is_ok(), is_allowed, "{wanted:?}");
        }
    }
}
