//! Promises that cross services, each a sentence, against the one-machine stack.

mod answers;
mod conditions;
mod faults;
mod hostile;
mod killed;
mod model;
mod once;
mod ops;
mod outages;
mod poison;
mod readme;
mod samples;
mod support;
