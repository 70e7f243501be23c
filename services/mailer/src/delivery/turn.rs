//! Turns in the account's send rate, which a mail takes before it is claimed.
//!
//! In this order, a mail that has to wait costs no claim: two writes, and a lease that keeps other workers away.
//! But a copy of a mail that is done already uses up a slot, which its claim is refused for. So there must not be many
//! copies: the sweep makes none of a mail that may wait for its turn, and a mail that is not due yet takes no turn.
//!
//! A mail with files needs memory for them too ([`crate::attachments`]), and has it before it takes its turn: slots come at
//! their time, whether or not there is memory by then.

use std::time::Duration;

use super::budget::{time_for_memory, time_for_turns};
use super::context::Delivery;
use super::end::End;
use super::step::{AfterTurn, Step};
use crate::attachments::FilePermit;
use crate::mailer::Mailer;
use crate::send_gate::{Place, Turn};

/// How long a mail waits when the ledger, or the gate in its table, does not answer.
pub const LEDGER_RETRY_MS: i64 = 30_000;

/// How long a mail waits when other mails with files have all the memory that there is for them.
const MEMORY_RETRY_MS: i64 = 2_000;

/// What a mail has to have before it is claimed.
#[derive(Debug, Default)]
pub struct Admission {
    /// Its turn, until SES was called with it.
    pub turn: Option<Turn>,
    /// The memory for its files, if it has any, until the delivery ends.
    pub memory: Option<FilePermit>,
}

/// What a delivery begins with, once its batch has taken its places.
#[derive(Debug)]
pub enum Start {
    /// A place, and the memory for the mail's files, if it has any.
    Place(Place, Option<FilePermit>),
    /// Other mails with files have the memory for this one's: it takes a turn once there is some.
    NoMemory,
    /// It wants no turn yet.
    NoTurn,
}

/// What a delivery wants of its batch's write.
enum Wish {
    /// A place. The memory for the mail's files is there, if it has any.
    Place(Option<FilePermit>),
    /// None now: it would wait for memory while its slot passes.
    NoMemory,
    /// None yet.
    NoTurn,
}

impl Wish {
    fn of(delivery: Option<&Delivery<'_>>) -> Self {
        let Some(delivery) = delivery.filter(|delivery| delivery.wants_turn_at_once()) else {
            return Self::NoTurn;
        };
        if !delivery.reads_files() {
            return Self::Place(None);
        }
        let memory = delivery.mailer.attachments.memory().try_take();
        memory.map_or(Self::NoMemory, |permit| Self::Place(Some(permit)))
    }
}

/// Takes a place for each of these deliveries that wants one now, with one write.
pub async fn take_places(mailer: &Mailer, deliveries: &[Option<Delivery<'_>>]) -> Vec<Start> {
    let wishes: Vec<Wish> = deliveries.iter().map(|it| Wish::of(it.as_ref())).collect();
    let wanting = deliveries.iter().zip(&wishes).filter_map(|(delivery, wish)| {
        let wants = matches!(wish, Wish::Place(_));
        delivery.as_ref().filter(|_| wants).map(|delivery| delivery.request.shop())
    });
    let shops: Vec<&str> = wanting.collect();
    let left = deliveries.iter().flatten().map(Delivery::time_left_to_claim).next();
    let mut places = take(mailer, &shops, left.unwrap_or_default()).await.into_iter();
    let start = |wish| match wish {
        Wish::Place(memory) => {
            places.next().map_or(Start::NoTurn, |place| Start::Place(place, memory))
        }
        Wish::NoMemory => Start::NoMemory,
        Wish::NoTurn => Start::NoTurn,
    };
    wishes.into_iter().map(start).collect()
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

/// The first step of a delivery. Waits for the slot that was taken with its batch's.
pub async fn begin(delivery: &Delivery<'_>, start: Start, admission: &mut Admission) -> Step {
    match start {
        Start::Place(Place::Turn(taken), memory) => {
            admission.memory = memory;
            wait(delivery, taken).await;
            admission.turn = Some(taken);
            if delivery.is_stale() { Step::SkipStale } else { Step::Claim(delivery.facts()) }
        }
        Start::Place(Place::Later(until), _) => Step::requeue(until),
        Start::Place(Place::Closed(until), _) => Step::End(End::RequeueUntilOpen { until }),
        Start::NoMemory => Step::TakeTurn(AfterTurn::ClaimIfFresh),
        Start::NoTurn if delivery.is_stale() => Step::SkipStale,
        Start::NoTurn => match delivery.due() {
            // Also if its time has just come: without a place, it could not be sent.
            Some(due) if due.at > delivery.now_ms() || !delivery.is_watched() => {
                Step::End(End::WaitUntilDue(due))
            }
            _ => Step::Resend { doubts: delivery.backlog_watch().map_or(0, |watch| watch.doubts) },
        },
    }
}

/// Takes a turn for one mail that turned out to need one, and waits for its slot; first, for the memory for its files.
pub async fn take_one(delivery: &Delivery<'_>, then: AfterTurn, admission: &mut Admission) -> Step {
    if !has_memory(delivery, admission).await {
        return without_memory(delivery, then);
    }
    let shop = [delivery.request.shop()];
    let place = take(delivery.mailer, &shop, delivery.time_left_to_claim()).await.pop();
    match (place, then) {
        (Some(Place::Turn(taken)), then) => {
            wait(delivery, taken).await;
            admission.turn = Some(taken);
            match then {
                AfterTurn::ClaimIfFresh if delivery.is_stale() => Step::SkipStale,
                AfterTurn::Claim | AfterTurn::ClaimIfFresh => Step::Claim(delivery.facts()),
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
            Step::End(End::CheckAgain { until, watch })
        }
        (Some(Place::Closed(until)), _) => Step::End(End::RequeueUntilOpen { until }),
        (Some(Place::Later(until)), _) => Step::requeue(until),
        (None, _) => Step::RETRY,
    }
}

/// Whether there is memory for the mail's files, for which it waits if there is none: without a turn, whose slot would pass,
/// and without a claim, whose lease would run out.
async fn has_memory(delivery: &Delivery<'_>, admission: &mut Admission) -> bool {
    if !delivery.reads_files() || admission.memory.is_some() {
        return true;
    }
    let max_wait = time_for_memory(delivery.time_left_to_claim());
    admission.memory = delivery.mailer.attachments.memory().take(max_wait).await;
    admission.memory.is_some()
}

fn without_memory(delivery: &Delivery<'_>, then: AfterTurn) -> Step {
    tracing::info!("no memory for its files: requeued without a claim");
    match then {
        AfterTurn::Claim | AfterTurn::ClaimIfFresh => {
            Step::requeue(delivery.now_ms() + MEMORY_RETRY_MS)
        }
        AfterTurn::Resend { check_by, watch } => {
            Step::End(End::CheckAgain { until: check_by, watch })
        }
    }
}

async fn wait(delivery: &Delivery<'_>, turn: Turn) {
    let micros = turn.slot - delivery.mailer.clock.now().as_microsecond();
    tokio::time::sleep(Duration::from_micros(u64::try_from(micros).unwrap_or_default())).await;
}
