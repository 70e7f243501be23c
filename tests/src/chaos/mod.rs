//! The whole pipeline under a seeded fault plan, and the verdict on what became of each event.
//!
//! [`run()`] starts the one-machine stack with real processes, publishes events, and lets a
//! [`plan::Plan`] strike: functions are killed (SIGKILL) at random and at each boundary of their
//! AWS calls, AWS is throttled, fails, times out and hangs up before and after it has done what it
//! was asked, messages are delivered again, stream batches are replayed, SES's events are lost,
//! late and doubled. Every decision is a pure function of the seed and of the call's place (which
//! function called which operation of which service, for the how-manieth time), so that a seed
//! replays its plan; the interleaving of the processes is the machine's. What chance would leave out
//! of a short run is owed ([`debts`]): a kill on either side of each operation that a function calls,
//! and each strike of each service.
//!
//! The [`verdict::Verdict`] comes from two witnesses that know nothing of each other: SES, which
//! tells by the mails' tags what it accepted, and the ledger, which tells what Waybill believes.

pub mod fault_kind;
pub mod judge;
pub mod killer;
pub mod odds;
pub mod orders;
pub mod pending_faults;
pub mod place;
pub mod plan;
pub mod publish;
pub mod rest;
pub mod rng;
pub mod run;
pub mod sightings;
pub mod verdict;

pub use run::{Options, run};
