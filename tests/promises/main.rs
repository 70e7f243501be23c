//! Promises that cross services, each a sentence, against the one-machine stack.

mod once;
mod poison;
mod samples;
mod support;
