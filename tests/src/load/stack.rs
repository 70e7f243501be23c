//! The stack under load: a child process of this one, or one that runs already.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use local::aws::clients;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::run::LoadError;

/// A stack. One that was started here is killed when this is dropped.
#[derive(Debug)]
pub struct LoadedStack {
    pub(super) address: SocketAddr,
    pub(super) sqs: aws_sdk_sqs::Client,
    pub(super) child: Option<Child>,
}

impl LoadedStack {
    /// The stack that runs at `address`. Its memory is not known.
    #[must_use]
    pub fn running(address: SocketAddr) -> Self {
        let sqs = clients::sqs(&format!("http://{address}"), "eu-central-2");
        Self { address, sqs, child: None }
    }

    /// Starts one from this executable, whose `main` gives it arguments that begin with `--port`. It keeps
    /// everything in `data`, or in memory.
    ///
    /// # Errors
    /// When it cannot be started, or ends before it says where it listens.
    pub fn start(data: Option<&Path>) -> Result<Self, LoadError> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--port", "0"]);
        if let Some(data) = data {
            command.arg("--data").arg(data);
        }
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = BufReader::new(child.stdout.take().ok_or("it has no standard output")?);
        let mut lines = stdout.lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let (_, rest) = line.split_once("http://")?;
            rest.split('/').next()?.parse().ok()
        });
        // Reads to the end, so that the stack can go on printing.
        std::thread::spawn(move || lines.for_each(drop));
        let mut stack = Self::running(address.ok_or("the stack ended before it listened")?);
        stack.child = Some(child);
        Ok(stack)
    }

    /// A page of the stack as JSON.
    pub(super) async fn get(&self, path: &str) -> Result<Value, LoadError> {
        let mut stream = TcpStream::connect(self.address).await?;
        let head =
            format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address);
        stream.write_all(head.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").ok_or("no HTTP answer")?;
        Ok(serde_json::from_slice(&answer[end + 4..])?)
    }
}

impl Drop for LoadedStack {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
