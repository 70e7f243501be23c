//! A mail request made anew from a stored event.

use jiff::Timestamp;
use kit::ledger::Item;
use kit::queue::{OutgoingMessage, send_all};
use shared::queue::message::MailRequest;
use shared::{Kind, NotificationKey};

use crate::aws::{Queue, Stack};
use crate::dlq::{kind, order_id};
use crate::error::CliError;
use crate::events;

/// Which mail a command is about.
#[derive(Debug, Clone, clap::Args)]
pub struct Which {
    /// The order's id
    pub order: String,
    /// The kind of mail, such as order.confirmed
    pub kind: String,
    /// Which parcel, refund, tracking number or day, where the order has several mails of the kind
    #[arg(long, value_name = "SCOPE")]
    pub scope: Option<String>,
}

/// The one ledger record that `which` names.
///
/// # Errors
/// [`CliError::Input`] when there is none, or more than one.
pub async fn find(stack: &Stack, which: &Which) -> Result<Item, CliError> {
    let order = order_id(&which.order)?;
    let kind = kind(&which.kind)?;
    let items = stack.ledger().list_by_order(&order).await;
    let items = items.map_err(|e| CliError::service(format!("Can't read the ledger: {e}.")))?;
    let mut found: Vec<(NotificationKey, Item)> = items
        .into_iter()
        .filter_map(|item| Some((item.key()?, item)))
        .filter(|(key, _)| key.kind.as_str() == kind)
        .filter(|(key, _)| which.scope.as_ref().is_none_or(|scope| key.scope == *scope))
        .collect();
    match found.len() {
        1 => Ok(found.remove(0).1),
        0 => Err(none(&order, &kind, which.scope.as_deref())),
        _ => {
            let scopes: Vec<&str> = found.iter().map(|(key, _)| key.scope.as_str()).collect();
            Err(CliError::input(format!(
                "The order {order} has {} mails of the kind {kind}. Say which with --scope: {}.",
                scopes.len(),
                scopes.join(", ")
            )))
        }
    }
}

fn none(order: &str, kind: &str, scope: Option<&str>) -> CliError {
    let about = scope.map(|scope| format!(" about {scope}")).unwrap_or_default();
    CliError::input(format!(
        "The ledger has no {kind} mail{about} of the order {order}. `waybill order {order}` shows \
         what it has; an event that was accepted and never decided is queued again by `waybill \
         sweep --since 24h`."
    ))
}

/// The mail request for a record, as news again from `now`, from the event that asked for it.
///
/// # Errors
/// [`CliError::Input`] when the Events table no longer has the event.
pub async fn rebuild_request(
    stack: &Stack,
    item: &Item,
    now: Timestamp,
) -> Result<MailRequest, CliError> {
    let events = events::of_order(stack, &item.order_id).await?;
    let request = events
        .iter()
        .find(|event| event.event == item.event)
        .and_then(events::StoredEvent::request)
        .ok_or_else(|| {
            CliError::input(format!(
                "The Events table no longer has the event of this mail ({}): it was erased, or is \
                 older than the table's memory. Publish it anew under a new id.",
                item.event
            ))
        })?;
    let kind: Kind = request.event.payload.kind();
    Ok(MailRequest {
        key: NotificationKey::for_event(&request.event),
        accepted_at: request.accepted_at,
        send_before: now + kind.send_within(),
        correlation_id: request.correlation_id,
        event: request.event,
    })
}

/// Puts a mail request on the mail queue.
///
/// # Errors
/// [`CliError::Service`] when SQS did not confirm it.
pub async fn queue_request(stack: &Stack, request: &MailRequest) -> Result<(), CliError> {
    let url = stack.url(Queue::Mail).await?;
    let message = OutgoingMessage { body: request.to_body(), ..OutgoingMessage::default() };
    match send_all(&stack.sqs, &url, vec![message]).await.into_iter().next() {
        Some(Ok(())) => Ok(()),
        Some(Err(error)) => Err(CliError::service(format!(
            "The mail request was not queued: {error}. The same command again is safe."
        ))),
        None => Err(CliError::service("The mail request was not queued.")),
    }
}
