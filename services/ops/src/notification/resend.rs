//! `waybill resend`: sends one mail that was skipped or failed.

use jiff::Timestamp;
use kit::ledger::Item;
use serde::Serialize;
use serde_json::json;
use shared::ledger::State;

use super::reopen::reopen;
use super::request::{self, Which};
use crate::audit::{self, Audit, Intent, Operator};
use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::order::{command_words, kind_and_scope};
use crate::output::{ColorMode, Report, Style, format_time};

/// Flags of `resend`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub which: Which,
    /// Why; written to the audit item, so without names and addresses
    #[arg(long, value_name = "TEXT", value_parser = audit::reason)]
    pub reason: Option<String>,
    #[command(flatten)]
    pub operator: Operator,
}

/// A mail that was queued.
#[derive(Debug, Serialize)]
pub struct Queued {
    /// Of which order.
    pub order_id: String,
    /// Its kind.
    pub kind: String,
    /// About what.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// The state that it was in.
    pub was: String,
    /// Always `queued`.
    pub result: &'static str,
}

/// Opens the record, if it was closed, and queues the mail. Broken off in between, the same
/// command finds the record open and goes on.
///
/// # Errors
/// [`CliError::Input`] when the mail must not be sent: SES has accepted it, or may have.
pub async fn run(stack: &Stack, args: &Args) -> Result<(Queued, ExitStatus), CliError> {
    let now = Timestamp::now();
    let item = request::find(stack, &args.which).await?;
    may_be_sent(&item, now.as_millisecond())?;
    let queued =
        queue_again(stack, &item, now, "resend", args.reason.as_deref(), &args.operator).await?;
    Ok((queued, ExitStatus::Healthy))
}

/// Opens, queues and audits.
///
/// # Errors
/// As [`run`].
pub async fn queue_again(
    stack: &Stack,
    item: &Item,
    now: Timestamp,
    action: &str,
    reason: Option<&str>,
    who: &Operator,
) -> Result<Queued, CliError> {
    let request = request::rebuild_request(stack, item, now).await?;
    let (kind, scope) = kind_and_scope(item);
    let plan = json!({
        "order_id": item.order_id, "notification": item.notification,
        "was": item.state, "attempt": item.attempt,
    });
    let intent = Intent { action: format!("{action} {} {kind}", item.order_id), reason, plan };
    let audit = Audit::begin(stack, who, intent).await?;
    let result = async {
        if item.state() != Some(State::Planned) {
            let (order, notification) = (&item.order_id, &item.notification);
            let (until, why) = (request.send_before, "opened by an operator");
            reopen(stack, order, notification, item.attempt, until, why).await?;
        }
        request::queue_request(stack, &request).await
    }
    .await;
    audit.complete(result, &json!({ "queued": 1 })).await?;
    Ok(Queued {
        order_id: item.order_id.clone(),
        kind,
        scope,
        was: item.state.clone(),
        result: "queued",
    })
}

/// The promise that no customer gets the same mail twice holds for operators too.
fn may_be_sent(item: &Item, now: i64) -> Result<(), CliError> {
    let order = &item.order_id;
    let (kind, _) = kind_and_scope(item);
    let words = command_words(item);
    match item.state() {
        Some(State::Planned) if item.doubts > 0 => Err(CliError::input(format!(
            "It is {}, but {} earlier attempt(s) ended in doubt: SES may have accepted it. If \
                 SES has not (its console, the customer), say so with `waybill settle {words} \
                 not-sent --reason \"...\"`, which also sends it.",
            item.state, item.doubts
        ))),
        Some(State::Failed | State::Planned) => Ok(()),
        Some(State::Skipped) if item.reason.as_deref() == Some("erased") => {
            Err(CliError::input(format!("The order {order} was erased; its mails are not sent.")))
        }
        Some(State::Skipped) => Ok(()),
        Some(State::Sending) if item.lease_until >= now => Err(CliError::input(format!(
            "It is being sent right now, until {} at most. Look again then: `waybill order {order}`.",
            format_time(item.lease_until)
        ))),
        Some(State::Sending | State::InDoubt) => Err(CliError::input(format!(
            "It is in doubt: SES may have accepted it. If SES has not (its console, the customer), \
             say so with `waybill settle {words} not-sent --reason \"...\"`, which also sends it."
        ))),
        Some(State::Sent | State::Delivered | State::Bounced | State::Complained) => {
            Err(CliError::input(format!(
                "SES has accepted this mail ({}); Waybill sends none twice. For a customer who \
                 needs it again, `waybill preview {kind} --order {order} --out DIR` writes it to a \
                 file that customer service can send on.",
                item.message_id.as_deref().unwrap_or("without an id")
            )))
        }
        None => Err(CliError::input("Its state is of a newer version. Use that one's `waybill`.")),
    }
}

impl Report for Queued {
    fn text(&self, colors: ColorMode) -> String {
        let scope = if self.scope.is_empty() { String::new() } else { format!(" {}", self.scope) };
        format!(
            "{} {}{scope} of order {} (was {}). `waybill order {}` shows what becomes of it.\n",
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
            let is_allowed = may_be_sent(&item(state), 0).is_ok();
            let is_unsent = matches!(state, State::Failed | State::Planned | State::Skipped);
            assert_eq!(is_allowed, is_unsent, "{state}");
        }
    }

    #[test]
    fn what_an_earlier_attempt_may_have_sent_is_not_sent_without_an_operator_s_word() {
        let doubted = Item { doubts: 1, ..item(State::Planned) };
        let refused = may_be_sent(&doubted, 0).unwrap_err().to_string();
        assert!(refused.contains("waybill settle 1001 order.confirmed not-sent"), "{refused}");
    }

    #[test]
    fn each_refusal_says_what_to_try() {
        let refusals: Vec<String> = [State::Sending, State::InDoubt, State::Delivered]
            .map(|state| may_be_sent(&item(state), 0).unwrap_err().to_string())
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
