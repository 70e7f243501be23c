//! The audit log: who changed what, why, and with what result, the latest first.
//!
//! A page of it is one query for each shop and one for the stack, by key, and a scan of the table of shops, which holds
//! one small item for each. Nothing of the ledger is scanned.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;
use shared::OrderKey;

use super::command::CommandLine;
use super::link::{Link, link, order_link};
use super::navigation::Section;
use super::request::Fields;
use super::respond::{PageFrame, error_page, html};
use super::session::Session;
use super::state::Console;
use super::wording::day_and_time_of;
use crate::audit::{Args, AuditItem, AuditList, begun_before, run};
use crate::error::CliError;
use crate::pii::without_addresses;

/// How many items a page lists.
const PER_PAGE: i32 = 50;

#[derive(Template)]
#[template(path = "console/audit.html")]
struct AuditPage {
    frame: PageFrame,
    rows: Vec<AuditRow>,
    /// Where the list begins, unless this is its beginning.
    latest: Option<&'static str>,
    older: Option<String>,
}

/// An audit item.
pub struct AuditRow {
    pub at: String,
    pub operator: String,
    /// The caller's ARN, or the user of the machine.
    pub identity: String,
    pub shop: String,
    pub action: String,
    pub reason: String,
    pub state: &'static str,
    /// The class of its colour in the style sheet.
    pub class: &'static str,
    pub result: String,
    pub order: Option<Link>,
    /// What was run, what was planned and what came of it.
    pub details: [(&'static str, String); 4],
}

/// `GET /audit`: the latest items. `before=KEY` goes on after one of them.
pub async fn page(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let before = fields.get("before");
    let command = CommandLine::new(console.stack(), ["audit"])
        .with("--limit", &PER_PAGE.to_string())
        .with("--before", before);
    let frame = PageFrame::new(&console, &session, Section::Audit, &command);
    let read = async {
        let before = (!before.is_empty()).then(|| begun_before(before)).transpose();
        let before = before.map_err(|expected| {
            CliError::input(format!("The link names no place in the list: {expected}."))
        })?;
        let args = Args { limit: PER_PAGE, before };
        let (list, _) =
            console.read(&command, async move |stack, _| run(&stack, &args).await).await?;
        Ok::<_, CliError>(list)
    };
    match read.await {
        Ok(list) => {
            let is_latest = before.is_empty();
            html(StatusCode::OK, &AuditPage::new(frame, &list, is_latest))
        }
        Err(error) => error_page(frame, &error),
    }
}

impl AuditPage {
    fn new(frame: PageFrame, list: &AuditList, is_latest: bool) -> Self {
        let is_full = i32::try_from(list.items.len()).is_ok_and(|count| count == PER_PAGE);
        let last = list.items.last().filter(|_| is_full);
        Self {
            frame,
            rows: list.items.iter().map(AuditRow::new).collect(),
            latest: (!is_latest).then_some("/audit"),
            older: last.map(|item| link("/audit", [("before", item.key.as_str())])),
        }
    }
}

impl AuditRow {
    pub fn new(item: &AuditItem) -> Self {
        let (state, class) = match item.state.as_str() {
            "completed" => ("Done", "good"),
            "begun" => ("Not ended: it runs, or was killed", "warn"),
            "interrupted" => ("Stopped", "warn"),
            _ => ("Failed", "bad"),
        };
        let ended = item.ended_at.as_deref().map(day_and_time_of).unwrap_or_default();
        let outcome = item.outcome.as_ref().map(json).unwrap_or_default();
        Self {
            at: day_and_time_of(&item.begun_at),
            operator: item.operator.clone(),
            identity: item.identity.clone().unwrap_or_default(),
            shop: item.shop.clone().unwrap_or_default(),
            action: without_addresses(&item.action),
            reason: item.reason.clone(),
            state,
            class,
            result: item.result(),
            order: order_of(item),
            details: [
                ("Command", item.command.clone()),
                ("Plan", json(&item.plan)),
                ("Outcome", outcome),
                ("Ended", ended),
            ],
        }
    }
}

/// An id that is an address was kept as it is.
fn json(value: &Value) -> String {
    without_addresses(&value.to_string())
}

/// The order that it was about, if it was about one.
fn order_of(item: &AuditItem) -> Option<Link> {
    let order_key = item.plan.get("order_key")?.as_str()?;
    // An id that is an address is kept masked, and leads nowhere.
    let order = OrderKey::parse(order_key).ok().filter(|_| !order_key.contains("***"))?;
    let label = format!("Order {}", without_addresses(order.order_id.as_str()));
    Some(Link { label, href: order_link(&order) })
}
