//! `waybill resend`: sends one mail that was skipped or failed.

use jiff::Timestamp;
use kit::ledger::Item;
use serde::Serialize;
use shared::ledger::State;

use super::request::requeue;
use super::selector::{NotificationArgs, command_args, find, kind_and_scope};
use crate::audit::{self, Operator};
use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::output::{ColorMode, Report, Style, format_time};

/// Flags of `resend`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub notification: NotificationArgs,
    /// Why; written to the audit item, so without names and addresses
    #[arg(long, value_name = "TEXT", value_parser = audit::reason)]
    pub reason: Option<String>,
    #[command(flatten)]
    pub operator: Operator,
}

/// A mail that was queued.
#[derive(Debug, Serialize)]
pub struct Queued {
    pub order_id: String,
    pub kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// The state that it was in.
    pub was: String,
    /// Always `queued`.
    pub result: &'static str,
}

/// Queues the mail, unless SES has accepted it or may have.
pub async fn run(stack: &Stack, args: &Args) -> Result<(Queued, ExitStatus), CliError> {
    let now = Timestamp::now();
    let item = find(stack, &args.notification).await?;
    check_unsent(&item, now.as_millisecond())?;
    requeue(stack, &item, now, "resend", args.reason.as_deref(), &args.operator).await?;
    let (kind, scope) = kind_and_scope(&item);
    let queued = Queued { order_id: item.order_id, kind, scope, was: item.state, result: "queued" };
    Ok((queued, ExitStatus::Healthy))
}

/// No customer gets the same mail twice, not even from an operator.
fn check_unsent(item: &Item, now: i64) -> Result<(), CliError> {
    let order = &item.order_id;
    let (kind, _) = kind_and_scope(item);
    let args = command_args(item);
    match item.state() {
        Some(State::Planned) if item.doubts > 0 => Err(CliError::input(format!(
            "It is {}, but {} earlier attempt(s) ended in doubt: SES may have accepted it. If the \
             SES console or the customer shows that it has not, run `waybill settle {args} not-sent \
             --reason \"...\"`, which also sends it.",
            item.state, item.doubts
        ))),
        Some(State::Failed | State::Planned) => Ok(()),
        Some(State::Skipped) if item.reason.as_deref() == Some("erased") => {
            Err(CliError::input(format!("The order {order} was erased; its mails are not sent.")))
        }
        Some(State::Skipped) => Ok(()),
        Some(State::Sending) if item.lease_until >= now => Err(CliError::input(format!(
            "It is being sent right now, until {} at most. Then check `waybill order {order}`.",
            format_time(item.lease_until)
        ))),
        Some(State::Sending | State::InDoubt) => Err(CliError::input(format!(
            "It is in doubt: SES may have accepted it. If the SES console or the customer shows that \
             it has not, run `waybill settle {args} not-sent --reason \"...\"`, which also sends it."
        ))),
        Some(State::Sent | State::Delivered | State::Bounced | State::Complained) => {
            Err(CliError::input(format!(
                "SES has accepted this mail ({}); Waybill sends none twice. If the customer needs \
                 it again, `waybill preview {kind} --order {order} --out DIR` writes it to a \
                 file that customer service can send on.",
                item.message_id.as_deref().unwrap_or("without an id")
            )))
        }
        None => Err(CliError::input(
            "Its state is from a newer version. Use the `waybill` of that version.",
        )),
    }
}

impl Report for Queued {
    fn text(&self, colors: ColorMode) -> String {
        let scope = if self.scope.is_empty() { String::new() } else { format!(" {}", self.scope) };
        format!(
            "{} {}{scope} of order {} (was {}). `waybill order {}` shows its progress.\n",
            colors.apply(Style::Success, "Queued"),
            self.kind,
            self.order_id,
            self.was,
            self.order_id
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(state: State) -> Item {
        Item {
            order_id: "1001".to_owned(),
            notification: "order.confirmed##customer".to_owned(),
            state: state.as_str().to_owned(),
            lease_until: 1_763_900_000_000,
            message_id: Some("0107-abc".to_owned()),
            ..Item::default()
        }
    }

    #[test]
    fn only_what_was_certainly_not_sent_is_sent() {
        for state in State::ALL {
            let is_allowed = check_unsent(&item(state), 0).is_ok();
            let is_unsent = matches!(state, State::Failed | State::Planned | State::Skipped);
            assert_eq!(is_allowed, is_unsent, "{state}");
        }
    }

    #[test]
    fn what_an_earlier_attempt_may_have_sent_is_not_resent_before_it_is_settled() {
        let doubted = Item { doubts: 1, ..item(State::Planned) };
        let refused = check_unsent(&doubted, 0).unwrap_err().to_string();
        assert!(refused.contains("waybill settle 1001 order.confirmed not-sent"), "{refused}");
    }

    #[test]
    fn each_refusal_says_what_to_try() {
        let refusals: Vec<String> = [State::Sending, State::InDoubt, State::Delivered]
            .map(|state| check_unsent(&item(state), 0).unwrap_err().to_string())
            .into();
        insta::assert_snapshot!(refusals.join("\n"));
    }

    #[test]
    fn a_queued_mail_as_people_and_scripts_read_it() {
        let queued = Queued {
            order_id: "1001".to_owned(),
            kind: "shipment.shipped".to_owned(),
            scope: "S-1".to_owned(),
            was: "failed".to_owned(),
            result: "queued",
        };
        insta::assert_snapshot!(queued.text(ColorMode::Plain));
        insta::assert_json_snapshot!(queued);
    }
}
