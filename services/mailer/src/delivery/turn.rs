//! Turns in the account's send rate, which a mail takes before it is claimed.
//!
//! In this order, a mail that has to wait costs no claim: two writes, and a lease that keeps other workers away.
//! The other way round is never needed, because a turn that nobody uses costs only its slot.

use std::time::Duration;

use super::context::Delivery;
use super::step::{AfterTurn, Step};
use crate::mailer::Mailer;
use crate::send_gate::{Place, Turn};

/// How long a mail waits when the ledger, or the gate in its table, does not answer.
pub const LEDGER_RETRY_MS: i64 = 30_000;

/// Takes a place for each of these deliveries that wants one, with one write. `None` where it wants none yet.
pub async fn take_places(
    mailer: &Mailer,
    deliveries: &[Option<Delivery<'_>>],
) -> Vec<Option<Place>> {
    let wants = |delivery: &Option<Delivery<'_>>| {
        delivery.as_ref().is_some_and(Delivery::wants_turn_at_once)
    };
    let wanted: Vec<bool> = deliveries.iter().map(wants).collect();
    let count = wanted.iter().filter(|wants| **wants).count();
    let time_left = deliveries.iter().flatten().map(Delivery::time_left).next().unwrap_or_default();
    let mut places = take(mailer, count, time_left).await.into_iter();
    wanted.into_iter().map(|wants| if wants { places.next() } else { None }).collect()
}

async fn take(mailer: &Mailer, count: usize, time_left: Duration) -> Vec<Place> {
    if count == 0 {
        return Vec::new();
    }
    // At most half of the time, so that the other half is left for the calls.
    let taken = mailer.gate.take(count, time_left / 2, || mailer.clock.now().as_microsecond());
    taken.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "no turn could be taken: requeued until the ledger answers");
        vec![Place::Later(mailer.clock.now_ms() + LEDGER_RETRY_MS); count]
    })
}

/// The first step of a delivery whose place was taken with its batch's. Waits for the slot.
pub async fn begin(delivery: &Delivery<'_>, place: Option<Place>, turn: &mut Option<Turn>) -> Step {
    match place {
        Some(Place::Turn(taken)) => {
            wait(delivery, taken).await;
            *turn = Some(taken);
            if delivery.is_stale() { Step::SkipStale } else { Step::Claim(delivery.facts()) }
        }
        Some(Place::Later(until)) => Step::Requeue { until },
        Some(Place::Closed(until)) => Step::RequeueUntilOpen { until },
        None if delivery.is_stale() => Step::SkipStale,
        None => Step::Resend,
    }
}

/// Takes a turn for one mail that turned out to need one, and waits for its slot.
pub async fn take_one(delivery: &Delivery<'_>, then: AfterTurn, turn: &mut Option<Turn>) -> Step {
    let place = take(delivery.mailer, 1, delivery.time_left()).await.pop();
    match (place, then) {
        (Some(Place::Turn(taken)), then) => {
            wait(delivery, taken).await;
            *turn = Some(taken);
            match then {
                AfterTurn::Claim => Step::Claim(delivery.facts()),
                // Again, since events may have arrived during the wait.
                AfterTurn::Resend { .. } => Step::Resend,
            }
        }
        // It goes on watching the backlog while it waits: a check that comes late begins anew.
        (place, AfterTurn::Resend { check_by, watch }) => {
            let until = match place {
                Some(Place::Later(until) | Place::Closed(until)) => until.min(check_by),
                _ => check_by,
            };
            Step::CheckAgain { until, watch }
        }
        (Some(Place::Closed(until)), AfterTurn::Claim) => Step::RequeueUntilOpen { until },
        (Some(Place::Later(until)), AfterTurn::Claim) => Step::Requeue { until },
        (None, AfterTurn::Claim) => Step::RETRY,
    }
}

async fn wait(delivery: &Delivery<'_>, turn: Turn) {
    let micros = turn.slot - delivery.mailer.clock.now().as_microsecond();
    tokio::time::sleep(Duration::from_micros(u64::try_from(micros).unwrap_or_default())).await;
}
