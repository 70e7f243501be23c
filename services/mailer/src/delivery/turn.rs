//! Turns in the account's send rate, which a mail takes before it is claimed.
//!
//! In this order, a mail that has to wait costs no claim: two writes, and a lease that keeps other workers away.
//! But a copy of a mail that is done already uses up a slot, which its claim is refused for. So there must not be many
//! copies: the sweep makes none of a mail that may wait for its turn, and a mail that is not due yet takes no turn.

use std::time::Duration;

use super::budget::time_for_turns;
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
    let wanting = deliveries.iter().zip(&wanted).filter_map(|(delivery, wants)| {
        delivery.as_ref().filter(|_| *wants).map(|delivery| delivery.request.shop())
    });
    let shops: Vec<&str> = wanting.collect();
    let left = deliveries.iter().flatten().map(Delivery::time_left_to_claim).next();
    let mut places = take(mailer, &shops, left.unwrap_or_default()).await.into_iter();
    wanted.into_iter().map(|wants| if wants { places.next() } else { None }).collect()
}

/// A place for a mail of each of these shops.
async fn take(mailer: &Mailer, shops: &[&str], time_left: Duration) -> Vec<Place> {
    if shops.is_empty() {
        return Vec::new();
    }
    let (limit, max_wait) = time_for_turns(time_left);
    let taken = mailer.gate.take(shops, max_wait, || mailer.clock.now().as_microsecond());
    // Around all of its writes and calls: each may be slow. A probe that was taken nevertheless loses its lease.
    let error = match tokio::time::timeout(limit, taken).await {
        Ok(Ok(places)) => return places,
        Ok(Err(error)) => error.to_string(),
        Err(_elapsed) => format!("the send gate took longer than {limit:?}"),
    };
    tracing::warn!(error, "no turn could be taken: requeued until the ledger answers");
    vec![Place::Later(mailer.clock.now_ms() + LEDGER_RETRY_MS); shops.len()]
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
        None => match delivery.due() {
            // Also if its time has just come: without a place, it could not be sent.
            Some(due) if due.at > delivery.now_ms() || !delivery.is_watched() => {
                Step::WaitUntilDue(due)
            }
            _ => Step::Resend { doubts: delivery.backlog_watch().map_or(0, |watch| watch.doubts) },
        },
    }
}

/// Takes a turn for one mail that turned out to need one, and waits for its slot.
pub async fn take_one(delivery: &Delivery<'_>, then: AfterTurn, turn: &mut Option<Turn>) -> Step {
    let shop = [delivery.request.shop()];
    let place = take(delivery.mailer, &shop, delivery.time_left_to_claim()).await.pop();
    match (place, then) {
        (Some(Place::Turn(taken)), then) => {
            wait(delivery, taken).await;
            *turn = Some(taken);
            match then {
                AfterTurn::Claim => Step::Claim(delivery.facts()),
                // Again, since events may have arrived during the wait.
                AfterTurn::Resend { watch, .. } => Step::Resend { doubts: watch.doubts },
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
