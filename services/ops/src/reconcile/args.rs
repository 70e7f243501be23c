//! The arguments of `waybill reconcile`.

use connector::System;

use crate::audit::{self, Operator};
use crate::{args, rate};

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
