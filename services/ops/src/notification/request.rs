//! Sending one notification: its ledger record is reopened and a rebuilt mail request is queued.

use jiff::{SignedDuration, Timestamp};
use kit::ledger::{Change, Item, LEFT_OUT, RecordOutcome};
use kit::queue::{OutgoingMessage, send_one};
use serde_json::{Value, json};
use shared::EmailAddress;
use shared::ledger::{Facts, LeftOut, State, Transition};
use shared::notification::{AddressHash, Recipient};
use shared::queue::message::{DispatchRequest, MailRequest};

use super::selector::{kind_and_scope, other_recipient};
use crate::audit::{Audit, ChangeArgs, Intent};
use crate::aws::{Queue, Stack};
use crate::error::CliError;
use crate::order_name::OrderName;
use crate::outbox::watch_again;
use crate::send_gate;
use crate::store::{StoredEvent, events_of_order};

/// How far the clock of the operator's machine may be off: a lease that ran out less than this ago
/// may still be held.
pub const MAX_CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The reason of a record that `resend` or `settle` has opened.
pub const OPENED: &str = "opened by an operator";

/// Reopens the record and queues the mail, which asks SES at once if mails wait for it. `address`: see [`rebuild_request`].
/// If it is interrupted in between, the same command finds the record open and continues.
pub async fn requeue(
    stack: &Stack,
    item: &Item,
    now: Timestamp,
    action: &str,
    change: &ChangeArgs,
    address: Option<EmailAddress>,
) -> Result<(), CliError> {
    // First: if the event is gone, nothing is reopened.
    let request = rebuild_request(stack, item, now, address).await?;
    let (kind, _) = kind_and_scope(item);
    let to = other_recipient(item).map(|to| format!(" to {to}")).unwrap_or_default();
    let plan = json!({
        "order_key": item.order_key, "notification": item.notification,
        "was": item.state, "attempt": item.attempt,
    });
    let order = OrderName::from_key(&item.order_key);
    let action = format!("{action} {} {kind}{to}", order.id);
    let intent = Intent { action, reason: change.reason.as_deref(), plan };
    let audit = Audit::begin(stack, &change.operator, intent).await?;
    // One result of both steps, so that the audit item is ended whichever of them fails.
    let result = async {
        // Before anything is opened: if the mail request is lost, the sweep finds the record open.
        watch_again(stack, &item.order_key, &item.event).await?;
        // The record before the message: the mailer drops a mail request whose record is closed. Also a mail
        // that is to be sent now anyway: the record's time limit counts for every copy of its mail request,
        // and an older copy would skip the mail as stale before this one comes.
        reopen(stack, item, request.send_before, OPENED).await?;
        // The gate before the message: a mailer that receives the mail while the gate is still closed requeues it
        // for up to 15 minutes. After a crash in between, a probe is due and the next mail asks.
        send_gate::ask_now(stack).await?;
        queue_request(stack, &request).await
    }
    .await;
    audit.complete(result, &json!({ "queued": 1 })).await
}

/// Whether a planned mail is not due yet. `now` in milliseconds since 1970.
pub fn waits(item: &Item, now: i64) -> bool {
    item.state() == Some(State::Planned) && item.not_before > now
}

/// The mail request of a record, rebuilt from the event that asked for it, and fresh from `now` on. `address`: that of a
/// recipient whom an operator named and the event does not.
pub async fn rebuild_request(
    stack: &Stack,
    item: &Item,
    now: Timestamp,
    address: Option<EmailAddress>,
) -> Result<MailRequest, CliError> {
    let request = request_of(stack, item).await?;
    let send_before = fresh_until(&request, now);
    let recipient = item.key().map_or(Recipient::Customer, |key| key.recipient);
    let hash = |address: &EmailAddress| AddressHash::new(&request.event.shop, address);
    if recipient == Recipient::Customer
        && item.was_redirected_from(AddressHash::of_customer(&request.event))
    {
        let address = address.filter(|address| !item.was_redirected_from(hash(address)));
        let redirected =
            address.and_then(|to| redirect(request.into_mail_request(send_before), &to));
        return redirected.ok_or_else(|| {
            CliError::input(
                "The address of this mail was corrected in its dead letter, and only its hash is kept: the event names the \
                 one before. Name the corrected one again: `waybill resend` with --to.",
            )
        });
    }
    if let Some(request) = request.mail_request_for(recipient, send_before) {
        return Ok(request);
    }
    match address.filter(|address| Some(hash(address)) == recipient.address_hash()) {
        Some(address) => {
            Ok(request.into_mail_request(send_before).addressed_to(recipient, address))
        }
        None => Err(CliError::input(format!(
            "An operator named the address of {recipient}, and only its hash is kept. Name it again: `waybill resend` \
             with --to, or --copy-to for a copy; or `waybill settle` with --to, if it is in doubt."
        ))),
    }
}

/// The request to the customer at another address than its event names, as an edit of its dead letter makes it; `None`
/// where the event, as it was published, has its address elsewhere.
fn redirect(request: MailRequest, to: &EmailAddress) -> Option<MailRequest> {
    let mut body: Value = serde_json::from_str(&request.to_body()).ok()?;
    *body.pointer_mut("/event/data/order/customer/email")? = to.expose().into();
    MailRequest::parse(&body.to_string()).ok().filter(|request| request.to() == to)
}

/// Who a further mail goes to.
pub struct Addressee {
    pub recipient: Recipient,
    pub address: EmailAddress,
}

/// The mail request for the news of a record to somebody else, fresh from `now` on. Where the record's own mail
/// went makes no difference: its event may not name that address either.
pub async fn request_to(
    stack: &Stack,
    item: &Item,
    now: Timestamp,
    to: Addressee,
) -> Result<MailRequest, CliError> {
    let request = request_of(stack, item).await?;
    let send_before = fresh_until(&request, now);
    Ok(request.into_mail_request(send_before).addressed_to(to.recipient, to.address))
}

fn fresh_until(request: &DispatchRequest, now: Timestamp) -> Timestamp {
    now + request.event.payload.kind().send_within()
}

/// The event that asked for the mail of a record.
async fn request_of(stack: &Stack, item: &Item) -> Result<DispatchRequest, CliError> {
    let events = events_of_order(stack, &item.order_key).await?;
    let stored = events.iter().find(|event| event.event == item.event);
    stored.and_then(StoredEvent::request).ok_or_else(|| {
        CliError::input(format!(
            "The Events table no longer has the event of this mail ({}): it was erased, or is older \
             than the table's retention. Publish it again under a new id.",
            item.event
        ))
    })
}

/// Puts a mail request on the mail queue. Sending it twice is safe: the claim makes one mail of it.
pub async fn queue_request(stack: &Stack, request: &MailRequest) -> Result<(), CliError> {
    let url = stack.url(Queue::Mail).await?;
    let message = OutgoingMessage { body: request.to_body(), ..OutgoingMessage::default() };
    send_one(&stack.sqs, &url, message).await.map_err(|error| {
        CliError::service(format!(
            "The mail request was not queued: {error}. It is safe to repeat the command."
        ))
        .caused_by(error)
    })
}

/// Reopens the record as the attempt of `item` left it: it is due now, and fresh until `send_before`. A record that
/// is already open at that attempt is opened once more: this command opened it before its answer was
/// lost or it was killed, or somebody else did with the same intent.
pub async fn reopen(
    stack: &Stack,
    item: &Item,
    send_before: Timestamp,
    reason: &str,
) -> Result<(), CliError> {
    let facts = Facts::for_attempt(Timestamp::now().as_millisecond(), item.attempt);
    let change = Change::new(Transition::Reopen, facts)
        .with("reason", reason)
        .with_number("send_before", send_before.as_millisecond());
    // With its files again, which an earlier attempt may have left out; but SES would find the same virus in them.
    let left_out = item.left_out.as_deref().map(LeftOut::from_attribute).unwrap_or_default();
    let change = if left_out.is_rejected() { change } else { change.with(LEFT_OUT, "") };
    match stack.ledger().record(&item.order_key, &item.notification, change).await {
        Ok(RecordOutcome::Recorded(_)) => Ok(()),
        Ok(RecordOutcome::Refused(item)) => Err(CliError::service(format!(
            "The record has changed meanwhile: it is {} now. Nothing was queued.",
            item.state
        ))),
        Ok(RecordOutcome::Absent) => {
            Err(CliError::service("The record has gone meanwhile. Nothing was queued."))
        }
        Err(error) => Err(CliError::ledger_write(error)),
    }
}
