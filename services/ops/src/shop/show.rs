//! `waybill shop list` and `waybill shop show`.

use kit::shops::ShopItem;
use serde::Serialize;
use serde_json::Value;
use shared::{ShopId, ShopSettings};

use mailer::settings_check::SettingsCheck;

use super::table::{read, read_all};
use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::output::{ColorMode, Column, Report, Style, as_rfc3339, counted, format_time, table};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shop's name
    #[arg(value_name = "SHOP", value_parser = ShopId::parse)]
    pub name: ShopId,
}

/// A shop's settings, in short.
#[derive(Debug, Serialize)]
pub struct Row {
    pub shop: String,
    /// What its customers know it by, where the settings say.
    pub name: Option<String>,
    /// Who its mails are from, where the settings say.
    pub sender: Option<String>,
    pub version: u64,
    #[serde(serialize_with = "as_rfc3339")]
    pub put_at: i64,
    /// Why the functions do not take the document; they use the last good one.
    pub problem: Option<String>,
    /// What its customers will see that is perhaps not meant: `waybill shop check` tells each.
    pub warnings: usize,
}

#[derive(Debug, Serialize)]
pub struct ShopList {
    pub shops: Vec<Row>,
}

/// One shop's settings.
#[derive(Debug, Serialize)]
pub struct Shown {
    pub shop: String,
    pub version: u64,
    #[serde(serialize_with = "as_rfc3339")]
    pub put_at: i64,
    pub problem: Option<String>,
    pub settings: Value,
}

pub async fn list(stack: &Stack) -> Result<(ShopList, ExitStatus), CliError> {
    let items = read_all(stack).await?;
    let shown = items.into_iter().filter(|item| stack.shows_shop(&item.shop));
    let list = ShopList { shops: shown.map(Row::new).collect() };
    let is_bad = list.shops.iter().any(|row| row.problem.is_some());
    Ok((list, ExitStatus::attention_if(is_bad)))
}

pub async fn run(stack: &Stack, args: &Args) -> Result<(Shown, ExitStatus), CliError> {
    let Some(item) = read(stack, &args.name).await? else {
        let shop = &args.name;
        let without = match shop.is_default() {
            true => "Everything of it is as the stack's parameters say.",
            false => "Intake refuses its events.",
        };
        return Err(CliError::input(format!(
            "The shop {shop} has no settings. {without} `waybill shop put {shop} FILE` puts them."
        )));
    };
    let shown = Shown {
        problem: problem(&item.document),
        settings: serde_json::from_str(&item.document).unwrap_or(Value::String(item.document)),
        shop: item.shop,
        version: item.version,
        put_at: item.put_at,
    };
    let status = ExitStatus::attention_if(shown.problem.is_some());
    Ok((shown, status))
}

/// Why the functions do not take a document. They do take what a put of today would refuse: members of a newer version, or
/// a time zone that is not known any more.
fn problem(document: &str) -> Option<String> {
    ShopSettings::parse_stored(document).err().map(|error| error.to_string())
}

impl Row {
    fn new(item: ShopItem) -> Self {
        let problem = problem(&item.document);
        let stored = ShopSettings::parse_stored(&item.document);
        let shop = ShopId::parse(&item.shop).ok();
        let warnings = SettingsCheck::new(&item.document, shop.as_ref()).warnings.len();
        let settings = stored.map(|(settings, _unknown)| settings).unwrap_or_default();
        Self {
            shop: item.shop,
            name: settings.brand.map(|brand| brand.name.to_string()),
            sender: settings.sender.map(|sender| sender.address.expose().to_owned()),
            version: item.version,
            put_at: item.put_at,
            problem,
            warnings,
        }
    }

    /// Who its mails are from, for people.
    pub fn sender(&self) -> String {
        self.sender.clone().unwrap_or_else(|| "the stack's".to_owned())
    }

    /// What is to be looked at, for people; empty where nothing is.
    pub fn problem(&self) -> String {
        match (&self.problem, self.warnings) {
            (Some(problem), _) => problem.clone(),
            (None, 0) => String::new(),
            (None, warnings) => counted(warnings, "warning"),
        }
    }
}

impl Report for ShopList {
    fn text(&self, colors: ColorMode) -> String {
        if self.shops.is_empty() {
            return "No shop has settings. The shop default needs none; `waybill shop put SHOP FILE` puts those of \
                    another.\n"
                .to_owned();
        }
        let columns = [
            Column::text("shop", |row: &Row| row.shop.clone()),
            Column::text("name", |row| row.name.clone().unwrap_or_default()),
            Column::text("sender", Row::sender),
            Column::number("version", |row| row.version.to_string()),
            Column::text("put", |row| format_time(row.put_at)),
            Column::text("problem", Row::problem).styled(|row| {
                Some(if row.problem.is_some() { Style::Error } else { Style::Warning })
            }),
        ];
        table(colors, &columns, &self.shops)
    }
}

impl Report for Shown {
    fn text(&self, colors: ColorMode) -> String {
        let heading = format!("Shop {}, version {}", self.shop, self.version);
        let put = format!("Put {}.", format_time(self.put_at));
        let problem = self.problem.iter().map(|problem| {
            colors.wrap(&format!("{problem}. The functions use the last good ones."), "")
        });
        let problem: String = problem.collect();
        format!("{}\n{put}\n{problem}{:#}\n", colors.apply(Style::Bold, &heading), self.settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(shop: &str, document: &str) -> ShopItem {
        ShopItem {
            shop: shop.to_owned(),
            document: document.to_owned(),
            version: 3,
            put_at: 1_763_900_000_000,
        }
    }

    #[test]
    fn shops_as_people_and_scripts_read_them() {
        let north = include_str!("../../../local/samples/shops/north.json");
        let rows = [
            item("default", "{}"),
            item("north", north),
            item("south", r#"{"reply_to":"x"}"#),
            item(
                "west",
                r#"{"brand":{"name":"West","url":"https://west.example","support_email":"help@west.example"}}"#,
            ),
        ];
        let list = ShopList { shops: rows.map(Row::new).into() };
        insta::assert_snapshot!(list.text(ColorMode::Plain));
        insta::assert_json_snapshot!(list);
    }
}
