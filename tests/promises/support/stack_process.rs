//! The one-machine stack as a process of its own, which a test can kill.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use local::aws::clients;

/// A running stack with `--data`. It is killed when it is dropped.
pub struct StackProcess {
    child: Child,
    pub address: SocketAddr,
    pub sqs: aws_sdk_sqs::Client,
    pub dynamodb: aws_sdk_dynamodb::Client,
}

impl StackProcess {
    /// Starts it with these tables and queues, and waits until it says where it listens.
    pub async fn start(data: &Path, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_stack"))
            .args(["--port", "0", "--data"])
            .arg(data)
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the stack starts");
        let stdout = BufReader::new(child.stdout.take().expect("its standard output"));
        let (found, address) = tokio::sync::oneshot::channel();
        // Reads to the end: a stack whose standard output is closed could not print its summary.
        std::thread::spawn(move || {
            let mut lines = stdout.lines().map_while(Result::ok);
            let address = lines.find_map(|line| {
                let (_, rest) = line.split_once("http://")?;
                rest.split('/').next()?.parse().ok()
            });
            if let Some(address) = address {
                let _ = found.send(address);
            }
            lines.for_each(drop);
        });
        let address: SocketAddr = address.await.expect("the stack prints its address");
        let (url, region) = (format!("http://{address}"), "eu-central-2");
        let (sqs, dynamodb) = (clients::sqs(&url, region), clients::dynamodb(&url, region));
        Self { child, address, sqs, dynamodb }
    }

    /// The process of a function, by its short name.
    pub fn function_pid(&self, name: &str) -> u32 {
        let is_it = |pid: &u32| {
            let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}"));
            let parent = format!("PPid:\t{}\n", self.child.id());
            read("status").is_ok_and(|status| status.contains(&parent))
                && read("cmdline").is_ok_and(|line| line.ends_with(&format!("function\0{name}\0")))
        };
        let files = std::fs::read_dir("/proc").expect("Linux").filter_map(Result::ok);
        let pids = files.filter_map(|file| file.file_name().to_str()?.parse().ok());
        pids.into_iter().find(is_it).expect("a process of the function")
    }

    /// Kills it (SIGKILL), functions included, and waits for its end.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for StackProcess {
    fn drop(&mut self) {
        self.end();
    }
}
