//! The operator's command, as the process that an operator starts, against the whole stack.

mod broken_off;
mod commands;
mod other_queues;
mod process;
mod replay;
