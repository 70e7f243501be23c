//! The decision about an event: whom it notifies.
//!
//! Each recipient has a record in the ledger, and a decision of its own. The conditional puts come first, the
//! customer's last: whoever finds the customer's record of an event knows that those of its copies are there. Whoever has
//! put its records reads all of the order then, once, and judges for each recipient whether it is news
//! ([`shared::notification::judge`]): of two dispatchers with two events of an order, at least one sees the records of
//! the other. A crash after any write leaves planned records, which are judged again when the message is delivered again.
//!
//! | last write or call | state after the crash | recovery |
//! | --- | --- | --- |
//! | a copy's plan put | `planned`, no mail request; the customer has no record | the message is delivered again: what is missing is put, and the records are judged. If the message is lost too, the sweep finds no record |
//! | the customer's plan put | all are `planned`, no mail request | the message is delivered again: the records are judged |
//! | an older one skipped | `planned`; the older one is superseded by what will be told | as above |
//! | own record skipped | `skipped` | the next delivery finds the decision |
//! | wait recorded | `planned`, marked as waiting | the message is delivered again: the record is judged |
//! | mail requests sent | `planned`, each with a mail request | judged again: a second mail request, of which the claim makes one mail, or none if newer news came meanwhile |
//!
//! An event that another event's record stands in the way of may bring a corrected address: see [`crate::readdress`].
//!
//! A mail request that is lost later is replaced in the same way: the sweep queues the event again, and this finds a
//! notification that a mailer could move on.

use futures::future::join_all;
use jiff::Timestamp;
use kit::ledger::{LedgerError, PlanOutcome};
use shared::OrderKey;
use shared::ledger::SkipReason;
use shared::notification::{AddressHash, Recipient, ledger_key};
use shared::queue::message::DispatchRequest;

use crate::dependencies::Dispatcher;
use crate::plan::{Decision, Plan, Put};
use crate::readdress::{is_to_another_address, readdress};

/// Decides about one event and records the decisions: one conditional put for each recipient and, unless the event is
/// muted, one consistent query. To mail an order's update, the event before it is read too. The decisions are in the
/// order of [`DispatchRequest::recipients`].
///
/// # Errors
/// [`LedgerError`] when the ledger did not answer. Some decisions may have been recorded; the next delivery
/// of the event then finds them.
pub async fn decide(
    dispatcher: &Dispatcher,
    request: &DispatchRequest,
) -> Result<Vec<Decision>, LedgerError> {
    let now = dispatcher.clock.now();
    let unread = match reason_to_skip_unread(request, now) {
        Some(SkipReason::Stale) => Some(why_old(dispatcher, request, now).await?),
        other => other,
    };
    let now = now.as_millisecond();
    let put = |recipient| put(Plan { dispatcher, request, recipient, unread, now });
    let recipients = request.recipients();
    let (customer, copies) = recipients.split_last().expect("the customer is a recipient");
    // All at once: thirty calls one after the other could take longer than the function may.
    let copies = join_all(copies.iter().map(|copy| put(*copy))).await;
    let mut puts = copies.into_iter().collect::<Result<Vec<Put<'_>>, _>>()?;
    // Only once all copies are there, see above.
    puts.push(put(*customer).await?);
    // Once for all, after the last put.
    let order_key = OrderKey::of_event(&request.event).to_string();
    let items = match puts.iter().any(|put| matches!(put, Put::Planned(_))) {
        true => dispatcher.ledger.list_by_order(&order_key).await?,
        false => Vec::new(),
    };
    let mut decisions = Vec::with_capacity(puts.len());
    for put in puts {
        decisions.push(match put {
            Put::Decided(decision) => decision,
            Put::Planned(planned) => planned.judge(&items).await?,
        });
    }
    Ok(decisions)
}

/// Why the event is not mailed, whatever the others of its order are; `None` if that depends on them.
fn reason_to_skip_unread(request: &DispatchRequest, now: Timestamp) -> Option<SkipReason> {
    if !request.event.notify {
        return Some(SkipReason::Muted);
    }
    if request.routing.is_off {
        return Some(SkipReason::KindOff);
    }
    (now >= request.send_before()).then_some(SkipReason::Stale)
}

/// Why an event that is too old is not mailed: where newer news came before it, that says more than its age.
async fn why_old(
    dispatcher: &Dispatcher,
    request: &DispatchRequest,
    now: Timestamp,
) -> Result<SkipReason, LedgerError> {
    let order_key = OrderKey::of_event(&request.event).to_string();
    let (news, now) = (request.news_for(Recipient::Customer), now.as_millisecond());
    let notification = ledger_key(&request.event);
    let own = (notification.as_str(), AddressHash::of_customer(&request.event));
    let is_superseded = dispatcher.ledger.is_superseded(&order_key, own, &news, now).await?;
    Ok(if is_superseded { SkipReason::Superseded } else { SkipReason::Stale })
}

/// Puts the record of one notification.
async fn put(plan: Plan<'_>) -> Result<Put<'_>, LedgerError> {
    match plan.create().await? {
        PlanOutcome::Exists(first) if is_to_another_address(&plan, &first) => {
            readdress(plan, &first).await
        }
        outcome => plan.follow(outcome).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{ACCEPTED_AT, dispatch_request, event};
    use jiff::SignedDuration;
    use serde_json::json;
    use shared::Kind;

    const MINUTE: SignedDuration = SignedDuration::from_mins(1);

    #[test]
    fn an_event_in_time_is_mailed() {
        let request = dispatch_request(&event("shipment.shipped", "e-1"));
        assert_eq!(reason_to_skip_unread(&request, ACCEPTED_AT), None);
    }

    #[test]
    fn a_muted_event_is_skipped_whatever_else_holds() {
        let mut event = event("shipment.shipped", "e-1");
        event["data"]["notify"] = json!(false);
        let request = dispatch_request(&event);
        let year_later = ACCEPTED_AT + SignedDuration::from_hours(365 * 24);
        assert_eq!(reason_to_skip_unread(&request, ACCEPTED_AT), Some(SkipReason::Muted));
        assert_eq!(reason_to_skip_unread(&request, year_later), Some(SkipReason::Muted));
    }

    #[test]
    fn an_event_of_a_kind_that_the_shop_has_turned_off_is_skipped_with_that_reason() {
        let mut request = dispatch_request(&event("shipment.shipped", "e-1"));
        request.routing.is_off = true;
        assert_eq!(reason_to_skip_unread(&request, ACCEPTED_AT), Some(SkipReason::KindOff));
    }

    #[test]
    fn an_event_is_stale_once_its_kinds_time_limit_has_passed() {
        let request = dispatch_request(&event("shipment.out_for_delivery", "e-1"));
        let send_before = ACCEPTED_AT + Kind::ShipmentOutForDelivery.send_within();
        let just_before = send_before - SignedDuration::from_millis(1);
        assert_eq!(reason_to_skip_unread(&request, just_before), None);
        assert_eq!(reason_to_skip_unread(&request, send_before), Some(SkipReason::Stale));
    }

    #[test]
    fn a_forced_time_limit_overrides_that_of_the_kind() {
        let mut request = dispatch_request(&event("shipment.out_for_delivery", "e-1"));
        let forced_until = ACCEPTED_AT + SignedDuration::from_hours(24 * 30);
        request.forced_until = Some(forced_until);
        assert_eq!(reason_to_skip_unread(&request, forced_until - MINUTE), None);
        assert_eq!(reason_to_skip_unread(&request, forced_until), Some(SkipReason::Stale));
    }

    #[test]
    fn an_event_is_stale_by_its_own_time_however_late_it_was_accepted() {
        let within = Kind::ShipmentOutForDelivery.send_within();
        let mut event = event("shipment.out_for_delivery", "e-1");
        let mut at = |time: Timestamp| {
            event["time"] = json!(time.to_string());
            reason_to_skip_unread(&dispatch_request(&event), ACCEPTED_AT)
        };
        assert_eq!(at(ACCEPTED_AT - within), Some(SkipReason::Stale));
        assert_eq!(at(ACCEPTED_AT - within + MINUTE), None);
        assert_eq!(at(ACCEPTED_AT + MINUTE * 60), None, "a clock that is ahead says nothing");
        event["time"] = json!((ACCEPTED_AT - within).to_string());
        let mut forced = dispatch_request(&event);
        forced.forced_until = Some(ACCEPTED_AT + MINUTE);
        assert_eq!(reason_to_skip_unread(&forced, ACCEPTED_AT), None, "an operator forced it");
    }
}
