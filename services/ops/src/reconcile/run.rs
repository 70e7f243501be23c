//! What the command does, from the account to the exit code.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use shared::{ShopId, ShopSettings};

use super::account::{Account, Place};
use super::args::Args;
use super::facts::{Fact, OrderRead, ReadOutcome, read};
use super::missing::{Comparison, MissingFact};
use super::orders::Orders;
use super::publish::publish;
use super::report::Reconciliation;
use crate::aws::Stack;
use crate::confirm::{Confirmation, confirm};
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::output::{Format, Output, format_time, json};
use crate::{progress, shop};

/// What happened later may be on its way: webhooks and queues take their time.
const MIN_AGE_MS: i64 = 5 * 60 * 1000;

/// Reads, compares, and publishes if asked to.
pub async fn run(
    stack: &Stack,
    args: &Args,
    output: Output,
    interrupt: &Interrupt,
) -> Result<ExitStatus, CliError> {
    let now = Timestamp::now().as_millisecond();
    let until = args.until.unwrap_or(now - MIN_AGE_MS);
    check_period(args.since, until)?;
    let confirmation = Confirmation::or_see(
        !args.publish || args.yes,
        output,
        "Leave out --publish to see what is missing",
    )?;
    let shop = stack.shop_or_default();
    let settings = settings(stack, &shop).await?;
    let account = Account::find(stack, &shop, args.system).await?;
    let place = account.place(shop);
    let orders =
        Orders::open(account, &place, args.since, Duration::from_secs(args.timeout), interrupt)
            .await?;
    let mut report = Reconciliation::new(&place, args.since, until);
    let mut comparison = Comparison::new(stack, &settings);
    let missing = compare(orders, &place, &mut comparison, until, &mut report).await?;
    report.compare(comparison.compared(), &missing);
    if output.format == Format::Table {
        output.write(&report.found(output.colors));
    }
    let mut result = Ok(());
    if args.publish && !missing.is_empty() {
        confirm(confirmation, interrupt, "Publish", missing.len(), "fact").await?;
        result = publish(stack, args, &place, &missing, &mut report, interrupt).await;
    }
    // Also after an error: what was published is reported.
    output.write(&match output.format {
        Format::Json => json(&report),
        Format::Table => report.done(output.colors),
    });
    result.map(|()| status(&report))
}

/// Whether something is still to be done.
pub fn status(report: &Reconciliation) -> ExitStatus {
    let is_left = report.published.is_none() && !report.missing.is_empty();
    ExitStatus::attention_if(is_left || !report.unreadable.is_empty())
}

/// Refuses a period that holds no time, which would read as if nothing were missing.
pub fn check_period(since: i64, until: i64) -> Result<(), CliError> {
    if since < until {
        return Ok(());
    }
    Err(CliError::input(format!(
        "--since must be before {}, the time of --until: without it, that is five minutes ago, since what happened later may \
         be on its way.",
        format_time(until)
    )))
}

/// The settings of a shop of the stack.
async fn settings(stack: &Stack, shop: &ShopId) -> Result<ShopSettings, CliError> {
    let Some(item) = shop::table::read(stack, shop).await? else {
        if shop.is_default() {
            return Ok(ShopSettings::default());
        }
        return Err(CliError::input(format!(
            "The stack has no shop {shop}, so intake would refuse its events. `waybill shop list` shows the shops; `waybill \
             shop put {shop} FILE` makes one."
        )));
    };
    let settings = ShopSettings::parse_stored(&item.document).map_err(|error| {
        CliError::input(format!("Of the shop {shop}, {error}. `waybill shop put` puts valid ones."))
            .caused_by(error)
    })?;
    Ok(settings.0)
}

/// Reads all pages, and returns what is missing of what happened before `until`.
async fn compare(
    mut orders: Orders,
    place: &Place,
    comparison: &mut Comparison<'_>,
    until: i64,
    report: &mut Reconciliation,
) -> Result<Vec<MissingFact>, CliError> {
    let progress = progress::reading();
    let mut read_orders = HashSet::new();
    let mut missing = Vec::new();
    // Page by page: only what is missing is kept, however many orders there are.
    while let Some(page) = orders.next_page().await? {
        let now = Timestamp::now();
        let mut facts: Vec<Fact> = Vec::new();
        for order in &page {
            let order = read(order, &place.shop, place.system, now);
            report.leave(&order);
            let OrderRead { id, outcome, .. } = order;
            read_orders.insert(id);
            if let ReadOutcome::Facts(of_order) = outcome {
                // One without a time has happened by the order's last change.
                facts.extend(
                    of_order.into_iter().filter(|fact| fact.at().is_none_or(|at| at < until)),
                );
            }
        }
        missing.extend(comparison.missing(facts, now).await?);
        progress.set_position(read_orders.len() as u64);
    }
    progress.finish_and_clear();
    report.orders = read_orders.len();
    Ok(missing)
}
