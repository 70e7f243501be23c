//! The order's messages in one queue.

use std::time::Duration;

use super::{Mode, Place};
use crate::aws::{Dlq, Queue, Stack};
use crate::dlq::{
    End, MAX_CONCURRENCY, OrderMatch, QueueDepth, QueueScanner, Received, about, delete, hold_for,
};
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
    let depth = QueueDepth::of(&stack.sqs, &url).await?;
    let mut place = Place {
        place: format!("queue {}", queue.suffix()),
        what: "messages".to_owned(),
        ..Place::default()
    };
    let hidden = depth.in_flight + depth.delayed;
    let (contract, hold) = match queue {
        Queue::Dispatch => (Dlq::Dispatch, WORKING_HOLD),
        Queue::Mail => (Dlq::Mail, WORKING_HOLD),
        Queue::Feedback => (Dlq::Feedback, WORKING_HOLD),
        Queue::Dead(dlq) => (dlq, hold_for(depth.visible)),
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
    let mut look = Look { url: &url, contract, order, mode, stop };
    let mut peek = QueueScanner::new(&stack.sqs, &url, hold);
    let result = look.through(stack, &mut peek, &mut place).await;
    peek.give_back().await;
    result.map(|()| place)
}

struct Look<'a> {
    url: &'a str,
    contract: Dlq,
    order: &'a str,
    mode: Mode,
    stop: &'a Interrupt,
}

impl Look<'_> {
    /// How many messages a queue says that it has is approximate, so it is always asked.
    async fn through(
        &mut self,
        stack: &Stack,
        peek: &mut QueueScanner<'_>,
        place: &mut Place,
    ) -> Result<(), CliError> {
        while peek.end() == End::NotYet {
            self.stop.check(super::STOPPED)?;
            let messages = peek.next(MAX_CONCURRENCY).await?;
            let mine = self.mine(messages, place);
            if self.mode == Mode::Find {
                continue;
            }
            let gone = delete(&stack.sqs, self.url, &mine).await;
            for (message, is_gone) in mine.iter().zip(gone) {
                if is_gone {
                    peek.forget(&message.id);
                    place.removed += 1;
                } else {
                    place.left += 1;
                }
            }
        }
        Ok(())
    }

    fn mine(&self, messages: Vec<Received>, place: &mut Place) -> Vec<Received> {
        let mut mine = Vec::new();
        for message in messages {
            match about(self.contract, &message, self.order) {
                OrderMatch::It => mine.push(message),
                OrderMatch::Perhaps => place.perhaps.push(message.id),
                OrderMatch::Another => {}
            }
        }
        place.found += mine.len();
        mine
    }
}
