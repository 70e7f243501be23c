//! The order's messages in one queue.

use std::time::Duration;

use super::{Mode, Place};
use crate::aws::{Dlq, Queue, Stack};
use crate::dlq::{AT_ONCE, Depth, End, Peek, Received, delete, hold_for, is_about};
use crate::failure::Failure;

/// A working queue is looked through only while that is quick: a look hides its messages from the
/// functions and costs each of them one receive. What is not looked at is deleted by the functions
/// themselves, since the ledger says that it is not to be mailed.
const MOST_IN_A_WORKING_QUEUE: u64 = 1000;

/// How long messages of a working queue are hidden at most.
const WORKING_HOLD: Duration = Duration::from_secs(20);

/// Looks through the queue, and removes the order's messages.
pub async fn walk(stack: &Stack, queue: Queue, order: &str, mode: Mode) -> Result<Place, Failure> {
    let url = stack.url(queue).await?;
    let depth = Depth::of(&stack.sqs, &url).await?;
    let (contract, hold) = match queue {
        Queue::Dispatch => (Dlq::Dispatch, WORKING_HOLD),
        Queue::Mail => (Dlq::Mail, WORKING_HOLD),
        Queue::Feedback => (Dlq::Feedback, WORKING_HOLD),
        Queue::Dead(dlq) => (dlq, hold_for(depth.visible)),
    };
    let is_working = !matches!(queue, Queue::Dead(_));
    let is_too_deep = is_working && depth.visible > MOST_IN_A_WORKING_QUEUE;
    let mut place = Place {
        place: format!("queue {}", queue.suffix()),
        what: "messages".to_owned(),
        not_looked_at: depth.in_flight
            + depth.delayed
            + if is_too_deep { depth.visible } else { 0 },
        ..Place::default()
    };
    if depth.visible == 0 || is_too_deep {
        return Ok(place);
    }
    let mut peek = Peek::new(&stack.sqs, &url, hold);
    let result = look(stack, &url, contract, order, mode, &mut peek, &mut place).await;
    peek.give_back().await;
    result.map(|()| place)
}

async fn look(
    stack: &Stack,
    url: &str,
    contract: Dlq,
    order: &str,
    mode: Mode,
    peek: &mut Peek<'_>,
    place: &mut Place,
) -> Result<(), Failure> {
    while peek.end() == End::NotYet {
        let messages = peek.next(AT_ONCE).await?;
        let about: Vec<Received> =
            messages.into_iter().filter(|message| is_about(contract, message, order)).collect();
        place.found += about.len();
        if mode == Mode::Find {
            continue;
        }
        let gone = delete(&stack.sqs, url, &about).await;
        for (message, is_gone) in about.iter().zip(gone) {
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
