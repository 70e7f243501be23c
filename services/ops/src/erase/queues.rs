//! The order's messages in one queue.

use std::time::Duration;

use kit::queue::queue_depth;

use super::{Mode, Place};
use crate::aws::{Dlq, Queue, Stack, refused};
use crate::dlq::{MAX_CONCURRENCY, OrderMatch, QueueScanner, Received, hold_for, match_order};
use crate::error::CliError;
use crate::interrupt::Interrupt;

/// A working queue is looked through only while that is quick: a look hides its messages from the
/// functions and costs each of them one receive. What is not looked at is deleted by the functions
/// themselves, since the ledger says that it is not to be mailed.
const MAX_IN_WORKING_QUEUE: u64 = 1000;

/// How long messages of a working queue are hidden at most.
const WORKING_HOLD: Duration = Duration::from_secs(20);

/// Looks through the queue, and removes the order's messages.
pub async fn walk(
    stack: &Stack,
    queue: Queue,
    order: &str,
    mode: Mode,
    stop: &Interrupt,
) -> Result<Place, CliError> {
    let url = stack.url(queue).await?;
    let depth = queue_depth(&stack.sqs, &url).await.map_err(refused("read the queue's depth"))?;
    let mut place = Place {
        place: format!("queue {}", queue.suffix()),
        what: "messages".to_owned(),
        ..Place::default()
    };
    let hidden = depth.in_flight + depth.delayed;
    let hold = match queue {
        Queue::Dead(_) => hold_for(depth.visible),
        _ => WORKING_HOLD,
    };
    match queue {
        // No function ever deletes a dead letter, so what is hidden now is left.
        Queue::Dead(_) => place.hidden = hidden,
        _ => place.not_looked_at = hidden,
    }
    let is_working = !matches!(queue, Queue::Dead(_));
    if is_working && (mode == Mode::Find || depth.visible > MAX_IN_WORKING_QUEUE) {
        place.not_looked_at += depth.visible;
        return Ok(place);
    }
    let mut look = Look { contract: queue.dlq(), order, mode, stop };
    let mut scanner = QueueScanner::new(&stack.sqs, &url, hold);
    let result = look.through(&mut scanner, &mut place).await;
    scanner.release().await;
    result.map(|()| place)
}

struct Look<'a> {
    contract: Dlq,
    order: &'a str,
    mode: Mode,
    stop: &'a Interrupt,
}

impl Look<'_> {
    /// How many messages a queue says that it has is approximate, so it is always asked.
    async fn through(
        &mut self,
        scanner: &mut QueueScanner<'_>,
        place: &mut Place,
    ) -> Result<(), CliError> {
        loop {
            self.stop.check(super::STOPPED)?;
            let Some(messages) = scanner.next(MAX_CONCURRENCY).await? else { return Ok(()) };
            let mine = self.mine(messages, place);
            if self.mode == Mode::Find {
                continue;
            }
            let deleted = scanner.delete(&mine).await;
            let removed = deleted.iter().filter(|is_deleted| **is_deleted).count();
            place.removed += removed;
            place.left += deleted.len() - removed;
        }
    }

    fn mine(&self, messages: Vec<Received>, place: &mut Place) -> Vec<Received> {
        let mut mine = Vec::new();
        for message in messages {
            match match_order(self.contract, &message, self.order) {
                OrderMatch::Only => mine.push(message),
                OrderMatch::Possible => place.perhaps.push(message.id),
                OrderMatch::Other => {}
            }
        }
        place.found += mine.len();
        mine
    }
}
