//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::aws::Connection;
use crate::examples::with_examples;
use crate::output::Format;
use crate::{
    audit, console, dlq, doctor, erase, notification, order, preview, publish, reconcile, shop,
    status, suppression, sweep,
};

/// Shows what happened to an order's mails, and repairs what went wrong.
///
/// Exit codes: 0 done, or healthy; 1 something needs attention, or a service did not answer; 2 the
/// command line was wrong or refused; 130 stopped with Ctrl-C. Nothing is ever lost.
#[derive(Debug, Parser)]
#[command(name = "waybill", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// Tables for people, or one JSON document for scripts
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: Format,
    #[command(flatten)]
    pub connection: Connection,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Queues, dead-letter queues, the last 24 hours and SES, and what needs attention
    Status(status::Args),
    /// One order: its events, its mails, and what happens next
    Order(order::Args),
    /// Dead-letter queues: list, show, replay, drop
    #[command(subcommand)]
    Dlq(dlq::Command),
    /// Sends one mail that was skipped or failed, or that waits; or one to another address
    Resend(notification::resend::Args),
    /// Records whether SES has accepted a mail that is in doubt
    Settle(notification::settle::Args),
    /// Settles every mail in doubt of a period, as after an outage of SES
    SettleMany(notification::settle_many::Args),
    /// Queues events again that the ledger has not seen
    Sweep(sweep::Args),
    /// SES's suppression list: addresses that it does not mail
    #[command(subcommand)]
    Suppression(suppression::Command),
    /// Settings of the shops: list, show, check, put
    #[command(subcommand)]
    Shop(shop::Command),
    /// Removes an order from tables and queues
    Erase(erase::Args),
    /// Publishes events from a file, as a shop's backend would
    Publish(publish::Args),
    /// Reads a shop's orders from Shopify or WooCommerce, and publishes what its webhooks lost
    ///
    /// The credentials are the secret STACK/SHOP/SYSTEM-api of Secrets Manager, as JSON:
    /// {"shop":"NAME.myshopify.com","client_id":"…","client_secret":"…"} (or "access_token"), or
    /// {"url":"https://…","consumer_key":"ck_…","consumer_secret":"cs_…"}. For a first try they may
    /// be variables: SHOPIFY_SHOP, SHOPIFY_CLIENT_ID, SHOPIFY_CLIENT_SECRET (or
    /// SHOPIFY_ACCESS_TOKEN); WOOCOMMERCE_URL, WOOCOMMERCE_CONSUMER_KEY,
    /// WOOCOMMERCE_CONSUMER_SECRET.
    Reconcile(reconcile::Args),
    /// Renders the mails of sample events, or of an order's own events
    Preview(preview::Args),
    /// Checks the deployment; each finding names its fix
    Doctor(doctor::Args),
    /// The pages of this command for a browser on this machine
    ///
    /// It shows what the command shows and does what the command does, with your own AWS rights, on
    /// 127.0.0.1 alone. The link that it prints lets one browser in.
    Console(console::Args),
    /// Who changed what with this command, and why
    Audit(audit::Args),
    /// Completions for a shell, on standard output
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// The manual pages, in roff
    Man {
        /// Write a page for each command to this directory; without it the main page is printed
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

/// The command line's definition, with examples in each command's help.
pub fn command() -> clap::Command {
    with_examples(Cli::command(), "")
}

/// Parses a command line whose words are as [`arguments`] makes them.
///
/// # Errors
/// What is wrong, or the help or version that was asked for.
pub fn parse(words: Vec<OsString>) -> Result<Cli, clap::Error> {
    let mut command = command();
    let matches = command.try_get_matches_from_mut(words)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// The arguments as clap takes them: `--yes-delete-12` is `--yes-delete=12`.
pub fn arguments(typed: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    // clap has no flag with a number in its name.
    typed.into_iter().map(|word| with_number(&word).unwrap_or(word)).collect()
}

fn with_number(word: &OsString) -> Option<OsString> {
    let number = word.to_str()?.strip_prefix("--yes-delete-")?;
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| format!("--yes-delete={number}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn the_flag_that_confirms_a_deletion_carries_its_number() {
        let typed = ["waybill", "dlq", "drop", "mail", "--yes-delete-12"].map(OsString::from);
        let cli = Cli::try_parse_from(arguments(typed)).unwrap();
        let Command::Dlq(dlq::Command::Drop(args)) = cli.command else { panic!("drop") };
        assert_eq!(args.yes_delete, Some(12));
    }

    #[test]
    fn a_replay_without_a_reason_is_refused() {
        let typed = |more: &[&'static str]| {
            Cli::try_parse_from(["waybill", "dlq", "replay", "mail"].iter().chain(more))
        };
        for wrong in [&["--yes"][..], &["--yes", "--reason", " "]] {
            assert_eq!(typed(wrong).unwrap_err().exit_code(), 2);
        }
        assert!(typed(&["--dry-run"]).is_ok());
        assert!(typed(&[]).is_ok(), "at a terminal the command asks for it");
    }

    #[test]
    fn the_help_of_every_command_as_it_is_read() {
        let mut command = command().term_width(100);
        command.build();
        let mut text = String::new();
        helps(&mut command, &mut text);
        insta::assert_snapshot!(text);
    }

    fn helps(command: &mut clap::Command, text: &mut String) {
        let help = command.render_help();
        let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
        text.push_str(&format!("$ {name} -h\n{help}\n"));
        for sub in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
            helps(sub, text);
        }
    }
}
