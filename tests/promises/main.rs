//! Tests of the promises that span services, against the one-machine stack.

mod clocks;
mod duplicates;
mod event_files;
mod faults;
mod forged_feedback;
mod inbox;
mod interrupt;
mod kills;
mod lost_queues;
mod model;
mod ops;
mod outages;
mod paused_sending;
mod poison;
mod readme;
mod restarts;
mod samples;
mod schema;
mod send_rate;
mod ses_answers;
mod settings;
mod start;
mod stream_records;
mod support;
mod time_budget;
mod untrusted_input;
