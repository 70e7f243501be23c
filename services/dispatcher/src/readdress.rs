//! A corrected address: another event for a notification whose mail did not reach the customer.
//!
//! The first mail's record stays as it is. The same news goes to the address that the later event names, as a further
//! delivery with a record of its own, once per address ([`kit::ledger::Deliveries`] has the steps, and what a crash between
//! them leaves; [`Correction`] says what follows from what became of the deliveries before). What the mail says is what the
//! later event says.
//!
//! An event that is too old to be mailed does not wait. Where it would be mailed otherwise, its delivery is skipped for
//! its age: so the sweep finds it decided, and a mark that was left without a delivery is completed.

use kit::ledger::{Change, Correction, Item, LedgerError, NamedAddress, RecordOutcome};
use shared::notification::{AddressHash, Recipient};

use crate::plan::{BOUNCE_WAIT_MS, Decision, Plan, Put};

/// Whether the event may name another address of the customer than the one that another event's mail goes to.
pub fn is_to_another_address(plan: &Plan<'_>, first: &Item) -> bool {
    let event = plan.own_event();
    let named = NamedAddress::new(plan.request, &event);
    plan.recipient == Recipient::Customer && named.is_some_and(|named| named.may_correct(first))
}

/// Decides about the event of `plan`, whose notification has the record `first` of another event, to another address.
///
/// # Errors
/// As [`crate::decide::decide`].
pub async fn readdress<'a>(plan: Plan<'a>, first: &Item) -> Result<Put<'a>, LedgerError> {
    let event = plan.own_event();
    let Some(named) = NamedAddress::new(plan.request, &event) else {
        return Ok(Put::Decided(plan.decided_before(first)));
    };
    let items = plan.dispatcher.ledger.list_by_order(&first.order_key).await?;
    match Correction::new(&items, &first.notification, &named, plan.now) {
        Correction::None => Ok(Put::Decided(plan.decided_before(first))),
        // The event's own, perhaps.
        Correction::Decided(item) if is_to(item, named.to) => plan_further(plan, named.to).await,
        Correction::Decided(last) => Ok(Put::Decided(plan.decided_before(last))),
        Correction::Due { is_marked: true, .. } => plan_further(plan, named.to).await,
        Correction::Due { last, .. } => {
            let mark = Change::readdressed_to(named.to, plan.now);
            let ledger = &plan.dispatcher.ledger;
            match ledger.record(&last.order_key, &last.notification, mark).await? {
                RecordOutcome::Recorded(_) => plan_further(plan, named.to).await,
                // Whoever was faster may have marked it with this address too.
                RecordOutcome::Refused(item) => Ok(Put::Decided(wait(&plan, &item))),
                RecordOutcome::Absent => Ok(Put::Decided(Decision::NoMail)),
            }
        }
        Correction::Waits { last, .. } if plan.unread.is_some() => {
            Ok(Put::Decided(plan.decided_before(last)))
        }
        Correction::Waits { last, .. } => Ok(Put::Decided(wait(&plan, last))),
        Correction::TooLate(last) => {
            tracing::info!(
                state = last.state,
                "duplicate: the mail to the address before may have arrived"
            );
            Ok(Put::Decided(Decision::NoMail))
        }
    }
}

fn is_to(item: &Item, to: AddressHash) -> bool {
    item.key().is_some_and(|key| key.recipient == Recipient::Corrected(to))
}

/// The last step but the mail request. Repeated, it finds what it has put.
async fn plan_further(plan: Plan<'_>, to: AddressHash) -> Result<Put<'_>, LedgerError> {
    let plan = Plan { recipient: Recipient::Corrected(to), ..plan };
    let outcome = plan.create().await?;
    plan.follow(outcome).await
}

/// Waits what becomes of `last`.
fn wait(plan: &Plan<'_>, last: &Item) -> Decision {
    tracing::info!(state = last.state, "waits whether the mail to the address before arrives");
    plan.wait(BOUNCE_WAIT_MS)
}
