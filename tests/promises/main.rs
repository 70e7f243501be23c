//! Tests of the promises that span services, against the one-machine stack.

mod conditions;
mod duplicates;
mod faults;
mod kills;
mod model;
mod ops;
mod outages;
mod poison;
mod readme;
mod samples;
mod schema;
mod ses_answers;
mod support;
mod untrusted_input;
