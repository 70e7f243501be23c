//! `infra/template.yaml`, as tests read it: what is deployed, so that no test repeats a number of it by hand.
//!
//! [`properties`] is the template property by property, [`Deployed`] its queues, functions and event sources
//! as values.

mod deployed;
mod properties;
mod yaml;

pub use deployed::{Deployed, Queue, QueueSource, StreamSource};
pub use properties::{Properties, properties};
