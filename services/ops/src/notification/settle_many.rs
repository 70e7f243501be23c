//! `waybill settle-many`: settles every mail that an outage of SES left in doubt, as `waybill settle` does one.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use kit::RateLimiter;
use kit::ledger::Item;
use serde::Serialize;
use shared::ledger::State;
use shared::notification::Recipient;

use super::selector::{kind_and_scope, other_recipient};
use super::settle::{Resolution, Settlement, settle};
use crate::audit::ChangeArgs;
use crate::aws::Stack;
use crate::confirm::{Confirmation, confirm};
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::order_name::OrderName;
use crate::outbox::decided_within;
use crate::output::{
    ColorMode, Column, Format, Output, Report, as_rfc3339, counted, format_time, json, number,
    table,
};
use crate::{args, progress, rate};

const MAX_LISTED: usize = 20;

/// How far the command catches up with its rate after a slow call.
const MAX_CATCH_UP: Duration = Duration::from_secs(1);

#[derive(Debug, clap::Args)]
pub struct Args {
    /// sent: SES has accepted them. not-sent: it has not, so they are sent now
    pub resolution: Resolution,
    /// Mails of events accepted since then: 2h, 3d, 2026-11-20, or a time in RFC 3339
    #[arg(long, value_name = "WHEN", value_parser = args::time)]
    pub since: i64,
    /// Mails of events accepted before then (default: now)
    #[arg(long, value_name = "WHEN", value_parser = args::time)]
    pub until: Option<i64>,
    /// Only those whose reason contains this, as `waybill order` shows it, such as NoAnswerInTime
    #[arg(long, value_name = "TEXT")]
    pub doubt: Option<String>,
    /// List what is in doubt and settle nothing
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Settle without asking
    #[arg(long)]
    pub yes: bool,
    /// Mails a second (default: four fifths of SES's send rate)
    #[arg(long, value_name = "N", value_parser = rate::parse)]
    pub rate: Option<f64>,
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// A mail in doubt.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub shop: String,
    pub order_id: String,
    pub kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Who gets it, where that is not the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Recipient>,
    /// Since when, in milliseconds since 1970.
    #[serde(serialize_with = "as_rfc3339")]
    pub since: i64,
    /// Why: SES's code, or how its answer was lost.
    pub doubt: String,
}

#[derive(Debug, Serialize)]
pub struct SettledMany {
    /// What is in doubt, the oldest doubt first.
    pub in_doubt: Vec<Row>,
    /// How many more are in doubt whose address an operator named, so that only the command that named it can send them.
    #[serde(skip_serializing_if = "is_zero")]
    pub left_to_operators: usize,
    /// How many were settled; absent if none were to be.
    pub settled: Option<usize>,
}

/// Finds and settles. After an error or Ctrl-C, the same command continues with what is still in doubt.
pub async fn run(
    stack: &Stack,
    args: &Args,
    output: Output,
    interrupt: &Interrupt,
) -> Result<ExitStatus, CliError> {
    let confirmation = Confirmation::new(args.dry_run || args.yes, output)?;
    let until = args.until.unwrap_or_else(|| Timestamp::now().as_millisecond());
    let items = in_doubt(stack, args, until).await?;
    let (left, items): (Vec<Item>, Vec<Item>) =
        items.into_iter().partition(|item| is_left(item, args.resolution));
    let mut report = SettledMany::new(&items, left.len());
    if output.format == Format::Table {
        output.write(&report.text(output.colors));
    }
    let mut result = Ok(());
    if !args.dry_run && !items.is_empty() {
        confirm(confirmation, interrupt, "Settle", items.len(), "mail").await?;
        let settled = report.settled.insert(0);
        result = settle_all(stack, args, interrupt, items, settled).await;
    }
    // Also after an error: what was settled is reported.
    match (output.format, report.settled) {
        (Format::Json, _) => output.write(&json(&report)),
        (Format::Table, Some(count)) => {
            output.write(&format!("{} settled.\n", counted(count, "mail")))
        }
        (Format::Table, None) => {}
    }
    let is_left = args.dry_run && !report.in_doubt.is_empty();
    result.map(|()| ExitStatus::attention_if(is_left))
}

/// The records in doubt that the arguments select, the oldest doubt first.
async fn in_doubt(stack: &Stack, args: &Args, until: i64) -> Result<Vec<Item>, CliError> {
    let mut items = decided_within(stack, args.since, until).await?;
    // Two events may ask for one mail.
    let mut seen = HashSet::new();
    items.retain(|item| {
        is_selected(item, args.doubt.as_deref())
            && stack.shows_shop(&OrderName::from_key(&item.order_key).shop)
            && seen.insert((item.order_key.clone(), item.notification.clone()))
    });
    items.sort_by_key(|item| item.since);
    Ok(items)
}

fn is_selected(item: &Item, doubt: Option<&str>) -> bool {
    let reason = item.reason.as_deref().unwrap_or_default();
    item.state() == Some(State::InDoubt) && doubt.is_none_or(|part| reason.contains(part))
}

/// Whether it can't be sent here: an operator named its address, and only a hash of it is kept.
fn is_left(item: &Item, resolution: Resolution) -> bool {
    resolution == Resolution::NotSent && item.asked_by.is_some()
}

async fn settle_all(
    stack: &Stack,
    args: &Args,
    interrupt: &Interrupt,
    items: Vec<Item>,
    settled: &mut usize,
) -> Result<(), CliError> {
    let limiter = RateLimiter::with_catch_up(rate::resolve(stack, args.rate).await, MAX_CATCH_UP);
    let progress = progress::moving(items.len());
    for item in items {
        interrupt.sleep_until(limiter.reserve(1)).await;
        // Between two mails: none is settled without being counted.
        interrupt.check("Stopped; the same command continues with what is still in doubt.")?;
        let order = OrderName::from_key(&item.order_key);
        let settlement = Settlement { resolution: args.resolution, message_id: None, to: None };
        settle(stack, item, settlement, &args.change).await.map_err(|error| {
            CliError::service(format!(
                "Order {order}: {error} Settled so far: {}. The same command continues with the rest.",
                counted(*settled, "mail")
            ))
            .caused_by(error)
        })?;
        *settled += 1;
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl SettledMany {
    fn new(items: &[Item], left_to_operators: usize) -> Self {
        let row = |item: &Item| {
            let (kind, scope) = kind_and_scope(item);
            let OrderName { shop, id } = OrderName::from_key(&item.order_key);
            let doubt = item.reason.clone().unwrap_or_default();
            let recipient = other_recipient(item);
            Row { shop, order_id: id, kind, scope, recipient, since: item.since, doubt }
        };
        Self { in_doubt: items.iter().map(row).collect(), left_to_operators, settled: None }
    }
}

impl Report for SettledMany {
    fn text(&self, colors: ColorMode) -> String {
        let left = match self.left_to_operators {
            0 => String::new(),
            left => format!(
                "{} more in doubt to an address that an operator named, of which only a hash is kept. `waybill settle` with \
                 --to settles each.\n",
                counted(left, "mail")
            ),
        };
        if self.in_doubt.is_empty() {
            return format!("No such mail is in doubt.\n{left}");
        }
        let columns = [
            Column::text("in doubt since", |row: &Row| format_time(row.since)),
            Column::text("shop", |row: &Row| row.shop.clone()).unless_all("default"),
            Column::text("order", |row| row.order_id.clone()),
            Column::text("mail", |row| row.kind.clone()),
            Column::text("scope", |row| row.scope.clone()),
            Column::text("to", |row| row.recipient.map(|to| to.to_string()).unwrap_or_default()),
            Column::text("doubt", |row| row.doubt.clone()),
        ];
        let shown = &self.in_doubt[..self.in_doubt.len().min(MAX_LISTED)];
        let mut text = table(colors, &columns, shown);
        if self.in_doubt.len() > shown.len() {
            text.push_str(&format!(" … and {} more\n", number(self.in_doubt.len() - shown.len())));
        }
        text.push_str(&format!("\n{} in doubt.\n{left}", counted(self.in_doubt.len(), "mail")));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(state: &str, reason: &str) -> Item {
        Item {
            order_key: "default/1001".to_owned(),
            notification: "order.refunded#R-1#customer".to_owned(),
            state: state.to_owned(),
            reason: Some(reason.to_owned()),
            since: 1_763_900_000_000,
            ..Item::default()
        }
    }

    #[test]
    fn only_what_is_in_doubt_for_the_named_reason_is_settled() {
        let silent = item("in_doubt", "NoAnswerInTime");
        for (item, doubt, selected) in [
            (&silent, None, true),
            (&silent, Some("NoAnswer"), true),
            (&silent, Some("InternalFailure"), false),
            (&item("planned", "NoAnswerInTime"), None, false),
            (&item("failed", "NoAnswerInTime"), Some("NoAnswer"), false),
        ] {
            assert_eq!(is_selected(item, doubt), selected, "{item:?}, {doubt:?}");
        }
    }

    #[test]
    fn mails_in_doubt_as_people_and_scripts_read_them() {
        let mut report = SettledMany::new(&[item("in_doubt", "NoAnswerInTime")], 0);
        insta::assert_snapshot!(report.text(ColorMode::Plain));
        report.settled = Some(1);
        insta::assert_json_snapshot!(report);
        insta::assert_snapshot!(SettledMany::new(&[], 0).text(ColorMode::Plain));
        let left = SettledMany::new(&[], 2).text(ColorMode::Plain);
        assert!(
            left.contains("2 mails more in doubt to an address that an operator named"),
            "{left}"
        );
    }

    #[test]
    fn a_mail_to_an_address_that_an_operator_named_is_settled_as_sent_alone() {
        let asked = Item { asked_by: Some("kim".to_owned()), ..item("in_doubt", "NoAnswerInTime") };
        assert!(is_left(&asked, Resolution::NotSent) && !is_left(&asked, Resolution::Sent));
        assert!(!is_left(&item("in_doubt", "NoAnswerInTime"), Resolution::NotSent));
    }
}
