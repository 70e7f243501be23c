//! The one-machine stack: everything that Waybill needs of AWS, on 127.0.0.1.
//!
//! Nothing deployed depends on it. The functions run here as the same processes and find their
//! services by the same variables as on AWS; see [`edge`] for the one port that answers them all.

pub mod aws;
pub mod command;
mod database;
pub mod edge;
pub mod lambda;
pub mod mail_bus;
pub mod mapping;
mod page;
pub mod resources;
mod response;
pub mod run;
pub mod ses;
pub mod stack;
#[cfg(test)]
mod test_support;
mod to_the_end;

pub use edge::Listener;
pub use stack::{Config, Stack, StartError, start, start_on};
