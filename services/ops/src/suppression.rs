//! `waybill suppression`: SES's list of addresses that it accepts mails for but does not deliver to
//! (<https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html>).

use aws_sdk_sesv2::types::SuppressedDestinationSummary;
use serde::Serialize;
use serde_json::json;
use shared::EmailAddress;

use crate::audit::{Audit, ChangeArgs, Intent};
use crate::aws::{Stack, service_error};
use crate::error::{CliError, ExitStatus};
use crate::output::{
    ColorMode, Column, Output, Report, Style, as_rfc3339, counted, format_time, table,
};
use crate::pii::PiiMode;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Lists the addresses
    List {
        /// Addresses in clear
        #[arg(long)]
        show_pii: bool,
    },
    /// Removes an address from the list
    Remove {
        /// The address
        address: String,
        #[command(flatten)]
        change: ChangeArgs,
    },
}

#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Masked unless asked for.
    pub address: String,
    /// BOUNCE or COMPLAINT.
    pub reason: String,
    #[serde(serialize_with = "as_rfc3339")]
    pub since: i64,
}

#[derive(Debug, Serialize)]
pub struct List {
    /// The latest first.
    pub addresses: Vec<Row>,
}

#[derive(Debug, Serialize)]
pub struct Removed {
    /// Masked.
    pub address: String,
    /// Always `removed`.
    pub result: &'static str,
}

pub async fn run(stack: &Stack, command: &Command, output: Output) -> Result<ExitStatus, CliError> {
    match command {
        Command::List { show_pii } => {
            output.print(&list(stack, PiiMode::from_flag(*show_pii)).await?);
        }
        Command::Remove { address, change } => {
            output.print(&remove(stack, address, change).await?);
        }
    }
    Ok(ExitStatus::Healthy)
}

async fn list(stack: &Stack, pii: PiiMode) -> Result<List, CliError> {
    let summaries = stack
        .ses()
        .list_suppressed_destinations()
        .into_paginator()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .map_err(service_error("read SES's suppression list"))?;
    let mut addresses: Vec<Row> = summaries
        .iter()
        .flat_map(|page| page.suppressed_destination_summaries())
        .map(|summary| row(summary, pii))
        .collect();
    // An operator looks for who has just complained.
    addresses.sort_by_key(|row| std::cmp::Reverse(row.since));
    Ok(List { addresses })
}

fn row(summary: &SuppressedDestinationSummary, pii: PiiMode) -> Row {
    Row {
        address: pii.address(summary.email_address()),
        reason: summary.reason().as_str().to_owned(),
        since: summary.last_update_time().to_millis().unwrap_or_default(),
    }
}

/// Takes an address off the list, between the two halves of an audit item.
///
/// # Errors
/// [`CliError::Input`] for what is no address, or is not on the list; [`CliError::Service`] when SES does not answer.
pub async fn remove(
    stack: &Stack,
    address: &str,
    change: &ChangeArgs,
) -> Result<Removed, CliError> {
    let address = EmailAddress::parse(address)
        .map_err(|invalid| CliError::input(format!("That is not an e-mail address: {invalid}.")))?;
    // Masked: the audit item is kept in the ledger table, which holds no personal data.
    let intent = Intent {
        action: "suppression remove".to_owned(),
        reason: change.reason.as_deref(),
        plan: json!({ "address": address.masked() }),
    };
    let audit = Audit::begin(stack, &change.operator, intent).await?;
    let call = stack.ses().delete_suppressed_destination().email_address(address.expose()).send();
    // An address that is not listed is a typo or another region, so not a success.
    let result = match call.await {
        Ok(_) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(|e| e.is_not_found_exception()) => {
            Err(CliError::input(format!(
                "{} is not on SES's suppression list of this region. `waybill suppression list \
                 --show-pii` shows what is.",
                address.masked()
            )))
        }
        Err(error) => Err(service_error("remove the address from SES's suppression list")(error)),
    };
    audit.complete(result, &json!({})).await?;
    Ok(Removed { address: address.masked(), result: "removed" })
}

impl Report for List {
    fn text(&self, colors: ColorMode) -> String {
        if self.addresses.is_empty() {
            return "No address is on SES's suppression list.\n".to_owned();
        }
        let columns = [
            Column::text("address", |row: &Row| row.address.clone()),
            Column::text("reason", |row: &Row| row.reason.clone()).styled(|_| Some(Style::Warning)),
            Column::text("since", |row: &Row| format_time(row.since)),
        ];
        let rows = table(colors, &columns, &self.addresses);
        format!("{rows}\n{}.\n", counted(self.addresses.len(), "address"))
    }
}

impl Report for Removed {
    fn text(&self, colors: ColorMode) -> String {
        let sentence = format!(
            "{} is off the list: SES mails it again. Mails that bounced are not sent again.",
            self.address
        );
        colors.wrap(&sentence, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_as_people_and_scripts_read_it() {
        let row = |address: &str, reason: &str| Row {
            address: PiiMode::Masked.address(address),
            reason: reason.to_owned(),
            since: 1_763_900_000_000,
        };
        let list = List {
            addresses: vec![row("jo@example.com", "BOUNCE"), row("a@b.co.uk", "COMPLAINT")],
        };
        insta::assert_snapshot!(list.text(ColorMode::Plain));
        insta::assert_snapshot!(
            "the_suppression_list_at_80_columns",
            list.text(ColorMode::at_width(80))
        );
        insta::assert_json_snapshot!(list);
    }

    #[test]
    fn a_removal_as_people_and_scripts_read_it() {
        let removed = Removed { address: "j***@***.com".to_owned(), result: "removed" };
        insta::assert_snapshot!(removed.text(ColorMode::Plain));
        insta::assert_json_snapshot!(removed);
    }
}
