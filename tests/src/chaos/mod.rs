//! Fault injection: the whole pipeline under a seeded fault plan, and a check of every event's outcome.
//!
//! [`run()`] starts the one-machine stack with real processes, publishes events, and injects the faults
//! of a [`fault_plan::FaultPlan`]. Functions are killed (SIGKILL) at random and at each boundary of
//! their AWS calls. AWS throttles, fails, times out and hangs up, before and after it has carried out a
//! call. DynamoDB and SQS are away for some seconds, for all functions at once; on demand, SES refuses for the
//! account's sake. Messages are delivered again, stream batches repeated, and SES events lost, late or doubled.
//! Every decision is a pure function of the seed and of the [`call_site::CallSite`] (which function
//! called which operation of which service, for the nth time), so a seed replays its plan; the
//! interleaving of the processes is the machine's. What chance would leave out of a short run is injected
//! deliberately ([`pending_faults`]): a kill on either side of each operation that a function calls, and
//! each fault of each service.
//!
//! Beside the events, orders come as webhooks of shop systems ([`shop_systems`]): repeated, and parcels before their order.
//!
//! The [`report::RunReport`] compares two independent records: what SES accepted, by its own events'
//! tags, and what the ledger says. Two others are compared too: the ledger's stream, and what the bus of mail events took
//! ([`mail_changes`]).
//!
//! Real: the functions' processes, their code and SDK, the queues, the tables and the stream, all as in
//! `cargo run`. Simulated: AWS itself, its faults, and SES. Times are shorter than deployed.

pub mod accepted_mails;
pub mod account_faults;
pub mod asked_mails;
pub mod call_site;
pub mod fault_kind;
pub mod fault_plan;
pub mod fault_rates;
pub mod killer;
pub mod mail_changes;
pub mod options;
pub mod oracle;
pub mod outage;
pub mod pending_faults;
pub mod progress;
pub mod publish;
pub mod report;
pub mod rng;
pub mod run;
pub mod settings;
pub mod shop_systems;
pub mod story;
pub mod told;
pub mod workload;

pub use options::Options;
pub use run::run;
