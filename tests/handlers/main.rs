//! Tests close to the code: the functions' own handlers and the operator's replay, against the one-machine
//! stack's services and without a process for each function (but in `processes`). `cargo mutants` runs these beside the unit tests,
//! so each takes about a second.

mod accepting;
mod answers;
#[cfg(target_os = "linux")]
mod asking;
mod closed_gate;
mod conditions;
mod connector_support;
mod connector_url;
mod connector_worker;
mod counts;
mod decisions;
mod dispatching;
mod doubts;
#[path = "../promises/support/events.rs"]
#[expect(dead_code, reason = "shared with the promises, which use more of it")]
mod events;
mod first_steps;
mod gate_contention;
mod http_document;
mod http_formats;
mod judgements;
mod ledger;
mod mail_files;
mod moving;
mod one_mail;
mod operator;
mod outbox;
mod processes;
mod publisher;
mod publishing;
mod queues;
mod recorder;
mod replay;
mod send_gate;
mod ses_events;
mod shops;
#[path = "../promises/support/simulated_pipeline/mod.rs"]
#[expect(dead_code, unused_imports, reason = "shared with the promises, which use more of it")]
mod simulated_pipeline;
mod stale_mails;
mod starting;
mod support;
mod turns;
