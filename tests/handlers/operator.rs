//! The `waybill` command as a process, on the stack's services.

use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::support::TestStack;

/// How it ended: its exit code and its output.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// Its output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|_| panic!("JSON was expected: {self:#?}"))
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let Output { status, stdout, stderr } = output;
        Self { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }
}

/// The command with these arguments, separated by blanks.
pub fn command(services: &TestStack, args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_operator"));
    command
        .args(["--endpoint-url", services.stack.url().as_str()])
        .args(args.split(' '))
        .env_clear()
        .env("AWS_SDK_UA_APP_ID", "waybill-ops")
        .env("WAYBILL_OPERATOR", "kim@ops.example")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the command to its end.
pub async fn waybill(services: &TestStack, args: &str) -> Ended {
    ended(command(services, args).spawn().expect("waybill starts")).await
}

pub async fn ended(child: Child) -> Ended {
    let output = tokio::task::spawn_blocking(move || child.wait_with_output());
    Ended::from(output.await.expect("joined").expect("its output"))
}

/// Runs the command and reads its JSON.
pub async fn json(services: &TestStack, args: &str) -> Value {
    waybill(services, &format!("{args} --output json")).await.json()
}
