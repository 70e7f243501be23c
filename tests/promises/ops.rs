//! The operator's command, started as a process, against the whole stack.

mod benchmarks;
mod commands;
mod console;
mod corrected_address;
mod deliveries;
mod doctor;
mod erasure;
mod find;
mod interrupt;
mod kills;
mod mail_events;
mod other_queues;
mod paused;
mod privacy;
pub mod process;
mod readme_page;
mod refused_events;
mod replay;
