//! Tests of the promises that span services, against the one-machine stack.

mod duplicates;
mod event_files;
mod faults;
mod forged_feedback;
mod interrupt;
mod kills;
mod lost_queues;
mod model;
mod ops;
mod outages;
mod poison;
mod readme;
mod restarts;
mod samples;
mod schema;
mod ses_answers;
mod settings;
mod start;
mod support;
mod untrusted_input;
