//! Promises that cross services, each a sentence, against the one-machine stack.

mod model;
mod once;
mod poison;
mod samples;
mod support;
