//! The mailbox of a stack that is killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use http::Method;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::support::wait::until;

/// A stack as people start it, with everything in one directory.
struct RealStack {
    process: Child,
    url: String,
}

impl RealStack {
    fn start(data: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_waybill-local"))
            .args(["--port", "0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let line = lines.find(|line| line.trim_start().starts_with("Mailbox")).unwrap();
        let url = line.split_whitespace().last().unwrap().trim_end_matches('/').to_owned();
        // It writes on: a pipe that nobody reads would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, url }
    }

    async fn request(&self, method: Method, path: &str) -> Value {
        let request = http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        let request = request.body(Full::new(Bytes::new())).unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http();
        let body = client.request(request).await.unwrap().into_body().collect().await.unwrap();
        serde_json::from_slice(&body.to_bytes()).unwrap()
    }

    /// The mails, once there are so many.
    async fn mails(&self, count: u64) -> Value {
        until(&format!("{count} mails"), async || {
            let list = self.request(Method::GET, "/mail.json").await;
            (list["accepted"].as_u64() >= Some(count)).then_some(list)
        })
        .await
    }

    /// SIGKILL: nothing of it gets to write anything more.
    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mail_that_ses_accepted_outlives_a_stack_that_is_killed() {
    let data = tempfile::tempdir().unwrap();
    let stack = RealStack::start(data.path());
    // In the middle of the samples: some mails are accepted, others are on their way.
    let before = stack.mails(3).await;
    let deleted = before["mails"][0]["id"].as_str().unwrap();
    let answer = stack.request(Method::DELETE, &format!("/mail/{deleted}.json")).await;
    assert_eq!(answer["deleted"], 1);
    stack.kill();

    let stack = RealStack::start(data.path());
    let after = stack.request(Method::GET, "/mail.json").await;
    let ids: Vec<_> = after["mails"].as_array().unwrap().iter().map(|mail| &mail["id"]).collect();
    for mail in before["mails"].as_array().unwrap() {
        assert_eq!(ids.contains(&&mail["id"]), mail["id"] != deleted, "{mail}");
    }
    assert!(after["accepted"].as_u64() > after["kept"].as_u64());
    stack.kill();
}
