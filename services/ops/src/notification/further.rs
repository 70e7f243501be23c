//! A mail to an address that an operator names: a record of its own, with who asked for it and why.

use kit::ledger::{Item, PlanOutcome};
use serde_json::json;
use shared::ledger::{LeftOut, LeftOutReason, Transition};
use shared::notification::Recipient;
use shared::queue::message::MailRequest;

use super::request::queue_request;
use super::selector::kind_and_scope;
use crate::audit::{Audit, ChangeArgs, Intent};
use crate::aws::Stack;
use crate::error::CliError;
use crate::order_name::OrderName;
use crate::pii::without_addresses;
use crate::send_gate;

/// Characters that a record keeps of the operator's name and of the reason, so that it stays below 1 KB, for which
/// each of its changes costs one write unit. The audit item has all of both.
const MAX_NAME_CHARS: usize = 40;
const MAX_REASON_CHARS: usize = 80;

/// The mail to send.
pub struct Further<'a> {
    /// The record whose news it tells.
    pub from: &'a Item,
    pub recipient: Recipient,
    pub request: MailRequest,
    /// What the audit item says that the operator did.
    pub action: &'static str,
}

/// Does what `first` does, puts the record and queues the mail. After a crash in between, the same again continues.
pub async fn send_further(
    stack: &Stack,
    further: Further<'_>,
    change: &ChangeArgs,
    first: impl Future<Output = Result<(), CliError>>,
) -> Result<(), CliError> {
    let Further { from, recipient, request, action } = further;
    let (kind, _) = kind_and_scope(from);
    let plan = json!({
        "order_key": from.order_key, "notification": from.notification, "was": from.state,
        "recipient": recipient.to_string(), "address": request.to().masked(),
    });
    let action = format!("{action} {} {kind}", OrderName::from_key(&from.order_key).id);
    let intent = Intent { action, reason: change.reason.as_deref(), plan };
    let audit = Audit::begin(stack, &change.operator, intent).await?;
    let result = async {
        first.await?;
        put(stack, from, recipient, &request, change).await?;
        // The gate before the message, as in a resend.
        send_gate::ask_now(stack).await?;
        queue_request(stack, &request).await
    }
    .await;
    audit.complete(result, &json!({ "queued": 1 })).await
}

async fn put(
    stack: &Stack,
    from: &Item,
    recipient: Recipient,
    request: &MailRequest,
    change: &ChangeArgs,
) -> Result<(), CliError> {
    let Some(item) = from.addressed_to(recipient, request.send_before.as_millisecond()) else {
        return Err(CliError::input("The record is no mail."));
    };
    let reason = change.reason.as_deref().map(without_addresses).unwrap_or_default();
    let item = Item {
        left_out: without_files(from, request),
        asked_by: Some(first_chars(&without_addresses(&change.operator.name()), MAX_NAME_CHARS)),
        asked_because: Some(first_chars(&reason, MAX_REASON_CHARS)),
        ..item
    };
    let now = jiff::Timestamp::now().as_millisecond();
    match stack.ledger().create(Transition::Plan, item, now).await {
        Ok(PlanOutcome::Created) => Ok(()),
        // This very write, whose answer was lost, or an event that names the same address. Either is claimed once.
        Ok(PlanOutcome::Exists(item)) if item.is_untouched_plan_of(&from.event) => Ok(()),
        Ok(PlanOutcome::Exists(item)) => Err(CliError::service(format!(
            "An event with the same address was faster: its mail is {}. Nothing was queued.",
            item.state
        ))),
        Err(error) => Err(CliError::ledger_write(error)),
    }
}

/// What a mail goes without where SES found a virus in the files of the one before it: all of them, since it does not say in
/// which.
fn without_files(from: &Item, request: &MailRequest) -> Option<String> {
    let before = from.left_out.as_deref().map(LeftOut::from_attribute).unwrap_or_default();
    if !from.was_rejected_with_files() && !before.is_rejected() {
        return None;
    }
    let files = request.event.attachments.iter();
    let rejected = files.map(|file| (file.kind, LeftOutReason::RejectedBySes));
    Some(rejected.collect::<LeftOut>().to_attribute())
}

fn first_chars(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}
