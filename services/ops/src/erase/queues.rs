//! The order's messages in one queue.

use std::time::Duration;

use kit::queue::queue_depth;

use super::report::{Mode, Place};
use crate::aws::{Dlq, Queue, Stack, refused};
use crate::dlq::{
    End, MAX_CONCURRENCY, OrderMatch, QueueScanner, Received, about, delete, hold_for,
};
use crate::error::CliError;
use crate::interrupt::Interrupt;

/// A working queue is scanned only up to this depth: a scan hides its messages from the functions and
/// costs each of them one receive. The functions delete what is not scanned, since the ledger says
/// that it is not to be mailed.
const MAX_WORKING_DEPTH: u64 = 1000;

/// How long a scan hides the messages of a working queue.
const WORKING_HOLD: Duration = Duration::from_secs(20);

/// Scans the queue, and in [`Mode::Remove`] deletes the order's messages.
pub async fn visit(
    stack: &Stack,
    queue: Queue,
    order: &str,
    mode: Mode,
    interrupt: &Interrupt,
) -> Result<Place, CliError> {
    let url = stack.url(queue).await?;
    let depth = queue_depth(&stack.sqs, &url).await.map_err(refused(format!("read {url}")))?;
    let mut place = Place::new(format!("queue {}", queue.suffix()), "messages", 0);
    let invisible = depth.in_flight + depth.delayed;
    let (contract, hold) = match queue {
        // No function ever deletes a dead letter, so an invisible one stays.
        Queue::Dead(dlq) => {
            place.hidden = invisible;
            (dlq, hold_for(depth.visible))
        }
        working => {
            place.not_looked_at = invisible;
            if mode == Mode::Find || depth.visible > MAX_WORKING_DEPTH {
                place.not_looked_at += depth.visible;
                return Ok(place);
            }
            (dlq_of(working), WORKING_HOLD)
        }
    };
    let mut scan = Scan { url: &url, contract, order, mode, interrupt };
    let mut scanner = QueueScanner::new(&stack.sqs, &url, hold);
    let result = scan.run(stack, &mut scanner, &mut place).await;
    scanner.give_back().await;
    result.map(|()| place)
}

/// The dead-letter queue whose messages have the same contract.
const fn dlq_of(queue: Queue) -> Dlq {
    match queue {
        Queue::Dispatch => Dlq::Dispatch,
        Queue::Mail => Dlq::Mail,
        Queue::Feedback => Dlq::Feedback,
        Queue::Dead(dlq) => dlq,
    }
}

struct Scan<'a> {
    url: &'a str,
    contract: Dlq,
    order: &'a str,
    mode: Mode,
    interrupt: &'a Interrupt,
}

impl Scan<'_> {
    /// Receives until the queue is empty: its depth is approximate, and so never trusted to be 0.
    async fn run(
        &mut self,
        stack: &Stack,
        scanner: &mut QueueScanner<'_>,
        place: &mut Place,
    ) -> Result<(), CliError> {
        while scanner.end() == End::NotYet {
            self.interrupt.check("Stopped. The same command again continues with what is left.")?;
            let messages = scanner.next(MAX_CONCURRENCY).await?;
            let matching = self.matching(messages, place);
            if self.mode == Mode::Find {
                continue;
            }
            let deleted = delete(&stack.sqs, self.url, &matching).await;
            for (message, is_deleted) in matching.iter().zip(deleted) {
                if is_deleted {
                    scanner.forget(&message.id);
                    place.removed += 1;
                } else {
                    place.left += 1;
                }
            }
        }
        Ok(())
    }

    fn matching(&self, messages: Vec<Received>, place: &mut Place) -> Vec<Received> {
        let mut matching = Vec::new();
        for message in messages {
            match about(self.contract, &message, self.order) {
                OrderMatch::It => matching.push(message),
                OrderMatch::Perhaps => place.perhaps.push(message.id),
                OrderMatch::Another => {}
            }
        }
        place.found += matching.len();
        matching
    }
}
