//! `waybill reconcile`: brings back what a shop system's webhooks lost.
//!
//! A webhook may be lost: WooCommerce tries each delivery once, and Shopify gives up after four hours. So this reads the
//! shop's orders over its system's API ([`orders`]), makes the facts of them that the webhooks would have made ([`facts`]),
//! shows those that the ledger does not know and what would become of them ([`missing`]), and publishes them on request
//! ([`publish`]), as the connector does: to the inbox queue.
//!
//! At least once: what is published twice, or arrives by a late webhook as well, is one mail by the ledger's business keys.

mod account;
mod facts;
mod http;
mod missing;
mod orders;
mod publish;
mod report;
mod shopify;
mod woocommerce;

use std::time::Duration;

use connector::System;
use jiff::Timestamp;
use shared::{ShopId, ShopSettings};

use crate::args;
use crate::audit::{self, Operator};
use crate::aws::Stack;
use crate::confirm::{Confirmation, confirm};
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::output::{Format, Output, format_time, json, note};
use crate::{progress, rate, shop};
use account::Account;
use facts::{Fact, OrderRead, ReadOutcome, read};
use missing::{Comparison, MissingFact};
use orders::Orders;
use report::Reconciliation;

/// What happened later may be on its way: webhooks and queues take their time.
const MIN_AGE_MS: i64 = 5 * 60 * 1000;

/// From how many facts on it is suspicious that none of them is known.
const MANY: usize = 20;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// shopify or woocommerce (default: the one that there are credentials of)
    #[arg(long, value_name = "SYSTEM", value_parser = str::parse::<System>)]
    pub system: Option<System>,
    /// Orders changed since then: 2h, 3d, 2026-11-20, or a time in RFC 3339
    #[arg(long, value_name = "WHEN", value_parser = args::time)]
    pub since: i64,
    /// What happened before then (default: five minutes ago)
    #[arg(long, value_name = "WHEN", value_parser = args::time)]
    pub until: Option<i64>,
    /// Publish what is missing; without it, nothing is changed
    #[arg(long)]
    pub publish: bool,
    /// Publish without asking
    #[arg(long, requires = "publish")]
    pub yes: bool,
    /// Facts a second (default: four fifths of SES's send rate)
    #[arg(long, value_name = "N", value_parser = rate::parse)]
    pub rate: Option<f64>,
    /// How long a request to the shop's system may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: u64,
    /// Why; written to the audit item, so without names and addresses
    #[arg(long, value_name = "TEXT", value_parser = audit::reason)]
    pub reason: Option<String>,
    #[command(flatten)]
    pub operator: Operator,
}

/// Whose orders are read, and where.
#[derive(Debug)]
pub struct Place {
    pub shop: ShopId,
    pub system: System,
    pub api: String,
}

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
    let place = Place { shop, system: account.system(), api: account.place() };
    let orders =
        Orders::open(account, args.since, Duration::from_secs(args.timeout), interrupt).await?;
    let mut report = Reconciliation::new(&place, args.since, until);
    let mut comparison = Comparison::new(stack, &settings);
    let missing = compare(orders, &place, &mut comparison, until, &mut report).await?;
    report.compare(comparison.compared(), &missing);
    if output.format == Format::Table {
        output.write(&report.found(output.colors));
    }
    warn_of_another_shop(&report);
    let mut result = Ok(());
    if args.publish && !missing.is_empty() {
        confirm(confirmation, interrupt, "Publish", missing.len(), "fact").await?;
        result = publish::publish(stack, args, &place, &missing, &mut report, interrupt).await;
    }
    // Also after an error: what was published is reported.
    output.write(&match output.format {
        Format::Json => json(&report),
        Format::Table => report.done(output.colors),
    });
    result.map(|()| status(&report))
}

/// Whether something is still to be done.
fn status(report: &Reconciliation) -> ExitStatus {
    let is_left = report.published.is_none() && !report.missing.is_empty();
    ExitStatus::attention_if(is_left || !report.unreadable.is_empty())
}

/// Refuses a period that holds no time, which would read as if nothing were missing.
fn check_period(since: i64, until: i64) -> Result<(), CliError> {
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
    let mut read_orders = std::collections::HashSet::new();
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

/// Credentials of another shop's system would have its customers mailed in this shop's name.
fn warn_of_another_shop(report: &Reconciliation) {
    if report.known == 0 && report.facts >= MANY {
        note(&format!(
            "None of the {} facts is known to the shop {}. Is {} its system?",
            report.facts, report.shop, report.api
        ));
    }
}

#[cfg(test)]
mod tests;
