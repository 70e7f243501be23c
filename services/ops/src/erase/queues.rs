//! The order's messages in one queue.

use std::time::Duration;

use super::report::{Mode, Place};
use super::subject::Subject;
use crate::aws::{Dlq, Queue, Stack};
use crate::dlq::{MAX_CONCURRENCY, OrderMatch, QueueScanner, Received, hold_for, match_order};
use crate::error::CliError;
use crate::interrupt::Interrupt;

/// A working queue is scanned only up to this depth: a scan hides its messages from the functions and
/// costs each of them one receive. The functions delete what is not scanned, since the ledger says
/// that it is not to be mailed. What is in the inbox or in deliveries is stored first, or becomes a dead letter, a delivery
/// after a day: the same command erases that later. By then it does not know the customer's address any more, which the
/// erased events had, and finds a delivery by the order's id alone.
const MAX_WORKING_DEPTH: u64 = 1000;

/// How long a scan hides the messages of a working queue.
const WORKING_HOLD: Duration = Duration::from_secs(20);

/// Scans the queue, and in [`Mode::Remove`] deletes the order's messages.
pub async fn visit(
    stack: &Stack,
    queue: Queue,
    subject: &Subject<'_>,
    (mode, interrupt): (Mode, &Interrupt),
    places: &mut Vec<Place>,
) -> Result<(), CliError> {
    let place = Place::new(place_name(queue), "messages", 0).begin(mode, places);
    let url = stack.url(queue).await?;
    let depth = stack.queue_depth(queue).await?;
    let invisible = depth.in_flight + depth.delayed;
    let hold = match queue {
        // No function ever deletes a dead letter, so an invisible one stays.
        Queue::Dead(_) => {
            place.hidden = invisible;
            hold_for(depth.visible)
        }
        _ => {
            place.is_stored_first = matches!(queue, Queue::Deliveries | Queue::Inbox);
            place.not_looked_at = invisible;
            if mode == Mode::Find || depth.visible > MAX_WORKING_DEPTH {
                place.not_looked_at += depth.visible;
                return Ok(());
            }
            WORKING_HOLD
        }
    };
    let mut scanner = QueueScanner::new(&stack.sqs, &url, hold);
    let result = async {
        // Until the queue is empty: its depth is approximate, and so never trusted to be 0.
        loop {
            interrupt.check("Stopped. The same command again continues with what is left.")?;
            let Some(messages) = scanner.next(MAX_CONCURRENCY).await? else { return Ok(()) };
            let matching = matching(queue.dlq(), subject, messages, place);
            if mode == Mode::Remove {
                let removed = scanner.delete(&matching).await;
                place.removed += removed;
                place.left += matching.len() - removed;
            }
        }
    }
    .await;
    // After an error or Ctrl-C too: what was received and is not deleted becomes visible again now, and
    // not when its hold ends.
    scanner.release().await;
    result
}

/// How a report calls it.
pub fn place_name(queue: Queue) -> String {
    format!("queue {}", queue.suffix())
}

fn matching(
    contract: Dlq,
    subject: &Subject<'_>,
    messages: Vec<Received>,
    place: &mut Place,
) -> Vec<Received> {
    let mut matching = Vec::new();
    for message in messages {
        match match_order(contract, &message, subject.order, &subject.addresses) {
            OrderMatch::Only => matching.push(message),
            // Another customer's data may be in it, so the operator decides.
            OrderMatch::Possible => place.perhaps.push(message.id),
            OrderMatch::Other => {}
        }
    }
    place.found += matching.len();
    matching
}
