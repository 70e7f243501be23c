//! `cargo run`: the one-machine stack. Also, hidden, each function's own process.

use std::process::ExitCode;

fn main() -> ExitCode {
    local::command::main()
}
