//! The shops and their settings: shown with what validation finds, checked, and put.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kit::shops::ShopItem;
use mailer::settings_check::SettingsCheck;
use shared::{FieldError, FieldWarning, ShopId};

use super::audit_log::AuditRow;
use super::background;
use super::command::CommandLine;
use super::diff::{DiffLine, diff};
use super::jobs::NewJob;
use super::link::{Link, link};
use super::mails::mails_link;
use super::navigation::Section;
use super::plans::SettingsPlan;
use super::request::{Change, Fields, Form};
use super::respond::{PageFrame, error_page, html, no_such_plan, redirect};
use super::session::Session;
use super::severity::Severity;
use super::state::Console;
use super::wording::day_and_time;
use crate::audit::{self, AuditItem};
use crate::aws::Stack;
use crate::error::CliError;
use crate::output::{ColorMode, Report, counted};
use crate::shop::put::{NewSettings, put};
use crate::shop::show::{self, ShopList};
use crate::shop::table;

/// In how many of the latest audit items of a shop its changes are looked for.
const HISTORY: i32 = 100;

/// What settings that were typed are called in their errors.
const ORIGIN: &str = "settings";

/// What stands in the form of a shop that has none yet: they say nothing, so everything is as the stack's parameters say.
const FIRST_SETTINGS: &str = "{\n}\n";

/// Where a shop's settings are shown.
pub fn shop_link(shop: &str) -> String {
    link("/shops/shop", [("shop", shop)])
}

#[derive(Template)]
#[template(path = "console/shops.html")]
struct ShopsPage {
    frame: PageFrame,
    shops: Vec<ShopView>,
    /// The shop `default`, where it has no settings: it needs none.
    without_settings: Option<String>,
}

struct ShopView {
    shop: String,
    link: String,
    name: String,
    sender: String,
    version: u64,
    put_at: String,
    /// What is to be looked at, if anything.
    problem: String,
    is_bad: bool,
}

/// `GET /shops`: every shop that has settings. A console for one shop shows that one: its operator may read no other's.
pub async fn list(State(console): State<Console>, session: Session) -> Response {
    if let Some(shop) = &console.stack().shop {
        return redirect(&shop_link(shop.as_str()));
    }
    let command = CommandLine::new(console.stack(), ["shop", "list"]);
    let frame = PageFrame::new(&console, &session, Section::Shops, &command);
    match console.read(&command, async |stack, _| show::list(&stack).await).await {
        Ok((list, _)) => html(StatusCode::OK, &ShopsPage::new(&console, frame, list)),
        Err(error) => error_page(frame, &error),
    }
}

impl ShopsPage {
    fn new(console: &Console, frame: PageFrame, list: ShopList) -> Self {
        let default = ShopId::default();
        let shows_default = console.stack().shows_shop(default.as_str());
        let has_default = list.shops.iter().any(|row| row.shop == default.as_str());
        let shops = list.shops.into_iter().map(|row| ShopView {
            link: shop_link(&row.shop),
            sender: row.sender(),
            problem: row.problem(),
            is_bad: row.problem.is_some(),
            name: row.name.unwrap_or_default(),
            version: row.version,
            put_at: day_and_time(row.put_at),
            shop: row.shop,
        });
        Self {
            frame,
            shops: shops.collect(),
            without_settings: (shows_default && !has_default).then(|| shop_link(default.as_str())),
        }
    }
}

/// What validation finds in a document.
struct Findings {
    errors: Vec<FieldError>,
    warnings: Vec<FieldWarning>,
}

impl Findings {
    fn new(document: &str, shop: &ShopId) -> Self {
        let SettingsCheck { errors, warnings, .. } = SettingsCheck::new(document, Some(shop));
        Self { errors, warnings }
    }

    fn summary(&self) -> String {
        match (self.errors.len(), self.warnings.len()) {
            (0, 0) => "Valid.".to_owned(),
            (0, warnings) => format!("Valid, with {}.", counted(warnings, "warning")),
            (errors, _) => {
                format!(
                    "The functions would not take these settings: {}.",
                    counted(errors, "error")
                )
            }
        }
    }

    const fn severity(&self) -> Severity {
        match (self.errors.is_empty(), self.warnings.is_empty()) {
            (true, true) => Severity::Good,
            (true, false) => Severity::Warning,
            (false, _) => Severity::Bad,
        }
    }
}

#[derive(Template)]
#[template(path = "console/shop.html")]
struct ShopPage {
    frame: PageFrame,
    shop: String,
    /// 0 where it has no settings.
    version: u64,
    put_at: Option<String>,
    /// As it is stored, or as it was typed.
    document: String,
    /// Whether it was typed, and so is not stored.
    is_typed: bool,
    findings: Option<Findings>,
    mails: String,
    history: Vec<AuditRow>,
}

/// `GET /shops/shop?shop=`: its settings, what validation finds in them, and who has changed them.
pub async fn page(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let shop = match fields.shop(&console) {
        Ok(shop) => shop,
        Err(error) => return failed(&console, &session, &error),
    };
    let command = CommandLine::new(console.stack(), ["shop", "show", shop.as_str()]);
    let frame = PageFrame::new(&console, &session, Section::Shops, &command).for_shop(&shop);
    let of_shop = shop.clone();
    let read = async move |stack: Stack, _| {
        let item = table::read(&stack, &of_shop).await?;
        Ok((item, history(&stack, &of_shop).await))
    };
    match console.read(&command, read).await {
        Ok((item, history)) => {
            let rows = history.iter().map(AuditRow::new).collect();
            let page = ShopPage { history: rows, ..ShopPage::new(frame, &shop, item.as_ref()) };
            html(StatusCode::OK, &page)
        }
        Err(error) => error_page(frame, &error),
    }
}

/// Who has put the shop's settings, the latest first: the stack keeps the latest version alone. Empty where the audit items
/// cannot be read: the settings are shown all the same.
async fn history(stack: &Stack, shop: &ShopId) -> Vec<AuditItem> {
    let stack = stack.clone().of_shop(Some(shop.clone()));
    let args = audit::Args { limit: HISTORY, before: None };
    let mut items = audit::run(&stack, &args).await.map(|(list, _)| list.items).unwrap_or_default();
    items.retain(|item| item.action.starts_with("shop put "));
    items
}

impl ShopPage {
    fn new(frame: PageFrame, shop: &ShopId, item: Option<&ShopItem>) -> Self {
        Self {
            frame,
            shop: shop.to_string(),
            version: item.map_or(0, |item| item.version),
            put_at: item.map(|item| day_and_time(item.put_at)),
            document: item.map_or_else(|| FIRST_SETTINGS.to_owned(), |item| item.document.clone()),
            is_typed: false,
            findings: item.map(|item| Findings::new(&item.document, shop)),
            mails: mails_link(shop.as_str()),
            history: Vec::new(),
        }
    }
}

#[derive(Template)]
#[template(path = "console/shop_check.html")]
struct CheckPage {
    frame: PageFrame,
    shop: String,
    findings: Findings,
    lines: Vec<DiffLine>,
    /// Where there is something to put, and a button for it.
    plan_id: Option<String>,
    back: String,
}

/// `POST /shops/check`: what is wrong with the typed settings, or what they would change, and the button that puts them.
pub async fn check(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { session, fields } = form;
    let shop = match fields.shop(&console) {
        Ok(shop) => shop,
        Err(error) => return failed(&console, &session, &error),
    };
    let typed = fields.document("document");
    let version = fields.get("version").parse().unwrap_or(0);
    let command = put_command(&console, &shop, version);
    let frame = PageFrame::new(&console, &session, Section::Shops, &command).for_shop(&shop);
    let findings = Findings::new(&typed, &shop);
    let item = match stored(&console, &command, &shop, version).await {
        Ok(item) => item,
        Err(error) => return error_page(frame, &error),
    };
    if !findings.errors.is_empty() {
        let page = ShopPage::new(frame, &shop, item.as_ref());
        let page = ShopPage { document: typed, is_typed: true, findings: Some(findings), ..page };
        return html(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let lines = diff(item.as_ref().map_or("", |item| item.document.as_str()), &typed);
    let may_put = !lines.is_empty() && !frame.is_read_only;
    let plan = SettingsPlan { command, shop: shop.clone(), version, document: typed };
    let page = CheckPage {
        frame,
        shop: shop.to_string(),
        findings,
        lines,
        plan_id: may_put.then(|| console.settings().keep(&session, plan)),
        back: shop_link(shop.as_str()),
    };
    html(StatusCode::OK, &page)
}

fn put_command(console: &Console, shop: &ShopId, version: u64) -> CommandLine {
    CommandLine::new(console.stack(), ["shop", "put", shop.as_str(), "FILE"])
        .with("--version", &version.to_string())
}

/// The settings that the typed ones would replace.
///
/// # Errors
/// [`CliError::Input`] where these are of another version than the page has shown.
async fn stored(
    console: &Console,
    command: &CommandLine,
    shop: &ShopId,
    version: u64,
) -> Result<Option<ShopItem>, CliError> {
    let of_shop = shop.clone();
    let read = async move |stack: Stack, _| table::read(&stack, &of_shop).await;
    let item = console.read(command, read).await?;
    match item.as_ref().map_or(0, |item| item.version) {
        found if found == version => Ok(item),
        found => Err(CliError::input(format!(
            "The settings of the shop {shop} were changed meanwhile: they are version {found} now, and the page has shown \
             {version}. Open it again, and change what it shows."
        ))),
    }
}

/// `POST /shops/put`: puts the settings that were checked.
pub async fn carry_out(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { session, fields } = form;
    let reason = audit::reason(fields.get("reason")).map_err(|expected| {
        CliError::input(format!(
            "Nothing was put: a reason is needed, {expected}. Go back, and type one."
        ))
    });
    let reason = match reason {
        Ok(reason) => reason,
        Err(error) => return failed(&console, &session, &error),
    };
    let Some(plan) = console.settings().take(&session, fields.get("plan")) else {
        return no_such_plan("Nothing was put now");
    };
    match put_planned(&console, plan, &reason).await {
        Ok(link) => redirect(&link),
        Err(error) => failed(&console, &session, &error),
    }
}

/// Returns the link of the page that says what was done.
async fn put_planned(
    console: &Console,
    plan: Arc<SettingsPlan>,
    reason: &str,
) -> Result<String, CliError> {
    let shop = plan.shop.clone();
    let command = plan.command.clone().with("--reason", reason);
    let args = console.change_args(reason);
    let change = async move |stack: Stack| {
        let SettingsPlan { shop, version, document, .. } = &*plan;
        let new = NewSettings { shop, document, origin: ORIGIN, version: Some(*version) };
        put(&stack, &new, &args).await
    };
    let done = console.change(&command, change).await?;
    console.add_shop(&shop);
    let new = NewJob {
        title: format!("Settings of {shop}"),
        section: Section::Shops,
        command,
        next: Link { label: "To the shop".to_owned(), href: shop_link(shop.as_str()) },
    };
    Ok(background::record(console, new, done.text(ColorMode::Plain).trim_end().to_owned()))
}

fn failed(console: &Console, session: &Session, error: &CliError) -> Response {
    let command = CommandLine::new(console.stack(), ["shop", "list"]);
    error_page(PageFrame::new(console, session, Section::Shops, &command), error)
}
