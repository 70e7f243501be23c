//! `--force-stale`: a message whose news is too old is mailed all the same.
//!
//! It gets a new deadline in its body and, where the ledger had closed a record for its age, in the ledger. A mail request
//! is to one recipient. An event's message is to all: who gets the news late gets it as the event says, and that is the
//! customer, at the corrected address where the event corrects it, and the copies. Of the copies only those that were
//! skipped as stale are opened again: what was superseded or told before stays closed.

use jiff::Timestamp;
use kit::ledger::Item;
use serde_json::Value;
use shared::NotificationKey;
use shared::ledger::{SkipReason, State};
use shared::notification::Recipient;

use super::payload::{Dispatch, DlqPayload};
use crate::aws::Stack;
use crate::error::CliError;
use crate::notification;
use crate::notification::reopen;
use crate::outbox::watch_again;
use crate::store::records;

/// Gives a stale message a new deadline. Returns the body to send; `None` where a rebuilt mail request was queued
/// instead. A crash after a record was reopened leaves it open and the message where it was; the next replay continues
/// from there.
pub async fn force_stale(
    stack: &Stack,
    payload: &DlqPayload,
    body: &str,
) -> Result<Option<String>, CliError> {
    let key = match payload {
        DlqPayload::Mail { key, .. } => {
            let record = closed_record(stack, key, key.sort_key()).await?;
            if let Some(record) = record {
                open(stack, key, &record).await?;
            }
            key
        }
        DlqPayload::Dispatch(dispatch) => {
            let is_requested = open_all(stack, dispatch).await?;
            if is_requested && dispatch.copies.is_empty() {
                return Ok(None);
            }
            &dispatch.key
        }
        _ => return Ok(Some(body.to_owned())),
    };
    with_new_deadline(body, key).map(Some)
}

/// Opens the records of all recipients. Returns whether the customer's mail was requested.
async fn open_all(stack: &Stack, dispatch: &Dispatch) -> Result<bool, CliError> {
    let Dispatch { key, ledger_key, event, address, copies, .. } = dispatch;
    let mut is_requested = false;
    if let Some(record) = closed_record(stack, key, ledger_key.clone()).await? {
        is_requested = open_and_request(stack, key, &record, event).await?;
    }
    let is_stale = |record: &Item| record.reason.as_deref() == Some(SkipReason::Stale.as_str());
    // Where the event corrects the address, the news goes there with a record of its own.
    let recipient = Recipient::Corrected(*address);
    let corrected = NotificationKey { recipient, ..key.clone() };
    let record = closed_record(stack, &corrected, corrected.sort_key()).await?;
    if let Some(record) = record.filter(is_stale) {
        is_requested |= open_and_request(stack, &corrected, &record, event).await?;
    }
    for (copy, _) in copies {
        let record = closed_record(stack, copy, copy.sort_key()).await?;
        if let Some(record) = record.filter(is_stale) {
            open_and_request(stack, copy, &record, event).await?;
        }
    }
    Ok(is_requested)
}

/// The record with this sort key, if it was skipped.
async fn closed_record(
    stack: &Stack,
    key: &NotificationKey,
    sort_key: String,
) -> Result<Option<Item>, CliError> {
    let id = (key.order_key().to_string(), sort_key);
    let record = records(stack, [id.clone()]).await?.remove(&id);
    Ok(record.filter(|record| record.state() == Some(State::Skipped)))
}

async fn open(stack: &Stack, key: &NotificationKey, record: &Item) -> Result<(), CliError> {
    // The record's own event, which may be another than the message's: only that one can have the mail
    // requested again, should this request be lost.
    watch_again(stack, &record.order_key, &record.event).await?;
    let why = "stale, forced by an operator";
    let until = Timestamp::now() + key.kind.send_within();
    // Before the message is sent: the mailer drops a mail request whose record is closed.
    reopen(stack, record, until, why).await
}

/// Opens the record, and requests its mail where the message of `event` would not. Returns whether it did.
async fn open_and_request(
    stack: &Stack,
    key: &NotificationKey,
    record: &Item,
    event: &str,
) -> Result<bool, CliError> {
    open(stack, key, record).await?;
    // For an open record, the dispatcher sends a mail request only to the event that planned it, and
    // after an attempt only once the mail is due. Anything else would be a duplicate to it and sent
    // to nobody, so the mail request is made here.
    let is_duplicate = record.event != event || record.attempt > 0;
    if is_duplicate {
        let request = notification::rebuild_request(stack, record, Timestamp::now(), None).await?;
        notification::queue_request(stack, &request).await?;
    }
    Ok(is_duplicate)
}

/// The body with a `send_before` in the future.
fn with_new_deadline(body: &str, key: &NotificationKey) -> Result<String, CliError> {
    let value = serde_json::from_str(body);
    let mut value: Value = value.map_err(|_| CliError::service("expected JSON"))?;
    let until = Timestamp::now() + key.kind.send_within();
    // Changed in place: a newer version's members must survive an older command.
    value["send_before"] = until.as_millisecond().into();
    Ok(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{Kind, OrderId, ShopId};

    #[test]
    fn a_forced_mail_has_a_new_deadline_and_keeps_what_this_version_does_not_know() {
        let key = NotificationKey {
            shop: ShopId::default(),
            order_id: OrderId::parse("1001").unwrap(),
            kind: Kind::OrderConfirmed,
            scope: String::new(),
            recipient: Recipient::Customer,
        };
        let body = with_new_deadline(r#"{"v":1,"send_before":1,"later":true}"#, &key).unwrap();
        let value: Value = serde_json::from_str(&body).unwrap();
        assert!(value["send_before"].as_i64().unwrap() > Timestamp::now().as_millisecond());
        assert_eq!(value["later"], true);
    }
}
