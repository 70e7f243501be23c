//! A corrected address: another event for a notification whose mail did not reach the customer.
//!
//! The first mail's record stays as it is. The same news goes to the address that the later event names, as a further
//! delivery with a record of its own, once per address ([`Deliveries`] has the steps, and what a crash between them
//! leaves). What the mail says is what the later event says.
//!
//! | the last delivery | what follows |
//! | --- | --- |
//! | bounced (also: suppressed), or failed for good | it is marked, and the further delivery planned |
//! | planned or being sent | the event waits, however long SES takes no mails |
//! | sent, or in doubt | the event waits for 15 hours at most: a bounce mostly comes within minutes |
//! | delivered, complained about, or skipped | nothing: the event is a duplicate |
//! | to this address, in whatever state | nothing: once per address |
//!
//! An event that is too old to be mailed does not wait. Where it would be mailed otherwise, its delivery is skipped for
//! its age: so the sweep finds it decided, and a mark that was left without a delivery is completed.

use kit::ledger::{
    Change, Deliveries, Item, LedgerError, MAX_BOUNCE_WAIT_MS, Readdressing, RecordOutcome,
};
use shared::NotificationKey;
use shared::ledger::SkipReason;
use shared::notification::{AddressHash, Recipient};
use shared::queue::message::DispatchRequest;

use crate::plan::{Decision, Plan, Put};

/// How long it waits at least, and at most, until it looks again. In between, for as long as the event is old.
const WAIT_MS: std::ops::RangeInclusive<i64> = 2_000..=15 * 60 * 1000;

/// Whether the event names another address of the customer than the one that another event's mail goes to.
pub fn is_to_another_address(plan: &Plan<'_>, first: &Item) -> bool {
    let own = address_hash(plan.request).to_string();
    plan.recipient == Recipient::Customer
        // Of a kind that the shop has turned off, nothing goes anywhere.
        && plan.unread != Some(SkipReason::KindOff)
        && first.event != plan.own_event()
        && first.address_hash.as_ref().is_some_and(|address| *address != own)
}

fn address_hash(request: &DispatchRequest) -> AddressHash {
    AddressHash::new(&request.event.shop, &request.event.order.customer.email)
}

/// Decides about the event of `plan`, whose notification has the record `first` of another event, to another address.
///
/// # Errors
/// As [`crate::decide::decide`].
pub async fn readdress<'a>(plan: Plan<'a>, first: &Item) -> Result<Put<'a>, LedgerError> {
    let to = address_hash(plan.request);
    let key = NotificationKey::for_event(&plan.request.event);
    let items = plan.dispatcher.ledger.list_by_order(&first.order_key).await?;
    let Some(deliveries) = Deliveries::new(&items, &key) else {
        return Ok(Put::Decided(Decision::NoMail));
    };
    let readdressing = deliveries.readdress(to);
    match readdressing {
        Readdressing::Decided(_) | Readdressing::Marked(_) => plan_further(plan, to).await,
        // An operator had it sent there once more, after that address was the first.
        _ if deliveries.know(to) => Ok(Put::Decided(plan.decided_before(first))),
        Readdressing::Possible(last) => {
            let mark = Change::readdressed_to(to, plan.now);
            let ledger = &plan.dispatcher.ledger;
            match ledger.record(&last.order_key, &last.notification, mark).await? {
                RecordOutcome::Recorded(_) => plan_further(plan, to).await,
                // Whoever was faster may have marked it with this address too.
                RecordOutcome::Refused(_) => {
                    Ok(Put::Decided(wait(&plan, last, Some(accepted_at(&plan)))))
                }
                RecordOutcome::Absent => Ok(Put::Decided(Decision::NoMail)),
            }
        }
        Readdressing::Open(last) | Readdressing::Taken(last) if plan.unread.is_some() => {
            Ok(Put::Decided(plan.decided_before(last)))
        }
        Readdressing::Open(last) => {
            // SES's event about it may come late, as the event of the corrected address has.
            let since = readdressing.may_arrive_since().map(|since| since.max(accepted_at(&plan)));
            Ok(Put::Decided(wait(&plan, last, since)))
        }
        Readdressing::Taken(last) => Ok(Put::Decided(wait(&plan, last, Some(accepted_at(&plan))))),
        Readdressing::Closed(last) => Ok(Put::Decided(plan.decided_before(last))),
    }
}

/// The last step but the mail request. Repeated, it finds what it has put.
async fn plan_further(plan: Plan<'_>, to: AddressHash) -> Result<Put<'_>, LedgerError> {
    let plan = Plan { recipient: Recipient::Corrected(to), ..plan };
    let outcome = plan.create().await?;
    plan.follow(outcome).await
}

fn accepted_at(plan: &Plan<'_>) -> i64 {
    plan.request.accepted_at.as_millisecond()
}

/// Waits what becomes of `last`, until it is [`MAX_BOUNCE_WAIT_MS`] after `since` (milliseconds since 1970); with `None`
/// until the event itself is too old.
fn wait(plan: &Plan<'_>, last: &Item, since: Option<i64>) -> Decision {
    if since.is_some_and(|since| plan.now - since >= MAX_BOUNCE_WAIT_MS) {
        tracing::info!(
            state = last.state,
            "duplicate: the mail to the address before may have arrived"
        );
        return Decision::NoMail;
    }
    let age = plan.now - accepted_at(plan);
    let wait = age.clamp(*WAIT_MS.start(), *WAIT_MS.end());
    tracing::info!(
        state = last.state,
        wait_ms = wait,
        "waits whether the mail to the address before arrives"
    );
    Decision::Wait { until: plan.now + wait }
}
