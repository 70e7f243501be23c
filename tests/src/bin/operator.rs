//! The operator's command with its own `main`, as the executable that the tests start.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    ops::main().await
}
