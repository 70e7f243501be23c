//! The operator's command, as the process that an operator starts, against the whole stack.

mod broken_off;
mod commands;
mod erasure;
mod figures;
mod other_queues;
mod page;
mod privacy;
mod process;
mod replay;
mod stopped;
