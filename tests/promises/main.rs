//! Tests of the promises that span services, against the one-machine stack.

mod conditions;
mod duplicates;
mod event_files;
mod faults;
mod kills;
mod model;
mod ops;
mod outages;
mod poison;
mod readme;
mod restarts;
mod samples;
mod ses_answers;
mod support;
mod untrusted_input;
