//! A corrected address: another event for a notification whose mail did not reach the customer.
//!
//! The first mail's record stays as it is. The same news goes to the address that the later event names, as a further
//! delivery with a record of its own, once per address ([`Deliveries`] has the steps, and what a crash between them
//! leaves). What the mail says is what the later event says.
//!
//! | the last delivery | what follows |
//! | --- | --- |
//! | bounced (also: suppressed), or failed for good | it is marked, and the further delivery planned |
//! | planned, being sent, sent, or in doubt | the event waits: a bounce mostly comes within minutes |
//! | delivered, complained about, or skipped | nothing: the event is a duplicate |
//! | to this address, in whatever state | nothing: once per address |

use kit::ledger::{
    Change, Deliveries, Item, LedgerError, MAX_BOUNCE_WAIT_MS, Readdressing, RecordOutcome,
};
use shared::NotificationKey;
use shared::notification::{AddressHash, Recipient};
use shared::queue::message::DispatchRequest;

use crate::plan::{Decision, Plan, Put};

/// How long it waits at least, and at most, until it looks again. In between, for as long as the event is old.
const WAIT_MS: std::ops::RangeInclusive<i64> = 2_000..=15 * 60 * 1000;

/// Whether the event names another address of the customer than the one that another event's mail goes to.
pub fn is_to_another_address(plan: &Plan<'_>, first: &Item) -> bool {
    let own = address_hash(plan.request).to_string();
    plan.recipient == Recipient::Customer
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
    match deliveries.readdress(to) {
        Readdressing::Decided(_) | Readdressing::Marked(_) => plan_further(plan, to).await,
        // An operator had it sent there once more, after that address was the first.
        _ if deliveries.know(to) => Ok(Put::Decided(plan.decided_before(first))),
        Readdressing::Possible(last) => {
            let mark = Change::readdressed_to(to, plan.now);
            let ledger = &plan.dispatcher.ledger;
            match ledger.record(&last.order_key, &last.notification, mark).await? {
                RecordOutcome::Recorded(_) => plan_further(plan, to).await,
                // Whoever was faster may have marked it with this address too.
                RecordOutcome::Refused(_) => Ok(Put::Decided(wait(&plan, last))),
                RecordOutcome::Absent => Ok(Put::Decided(Decision::NoMail)),
            }
        }
        Readdressing::Open(last) | Readdressing::Taken(last) => Ok(Put::Decided(wait(&plan, last))),
        Readdressing::Closed(last) => Ok(Put::Decided(plan.decided_before(last))),
    }
}

/// The last step but the mail request. Repeated, it finds what it has put.
async fn plan_further(plan: Plan<'_>, to: AddressHash) -> Result<Put<'_>, LedgerError> {
    let plan = Plan { recipient: Recipient::Corrected(to), ..plan };
    let outcome = plan.create().await?;
    plan.follow(outcome).await
}

fn wait(plan: &Plan<'_>, last: &Item) -> Decision {
    let age = plan.now - plan.request.accepted_at.as_millisecond();
    if age >= MAX_BOUNCE_WAIT_MS {
        tracing::info!(
            state = last.state,
            "duplicate: the mail to the address before may have arrived"
        );
        return Decision::NoMail;
    }
    let wait = age.clamp(*WAIT_MS.start(), *WAIT_MS.end());
    tracing::info!(
        state = last.state,
        wait_ms = wait,
        "waits whether the mail to the address before arrives"
    );
    Decision::Wait { until: plan.now + wait }
}
