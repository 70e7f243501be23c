//! The operator's command, as the tests start it: its own `main`.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    ops::main().await
}
