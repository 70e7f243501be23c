//! Ctrl-C: the first one ends the command, and it still says what was done.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::events::confirmed;

/// The command, publishing a file of events until it gets its first Ctrl-C.
struct Run {
    child: Child,
    directory: TempDir,
}

impl Run {
    fn start(events: usize, args: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let file = directory.path().join("events.jsonl");
        let lines = (0..events).map(|i| confirmed(&format!("I{i}")) + "\n");
        std::fs::write(&file, lines.collect::<String>()).expect("the events are written");
        let child = Command::new(env!("CARGO_BIN_EXE_stack"))
            .args(["--port", "0", "--events"])
            .arg(&file)
            .arg("--report")
            .arg(report_in(directory.path()))
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the stack starts");
        Self { child, directory }
    }

    /// Presses Ctrl-C once: what it printed from then on, and its report.
    fn interrupt(self) -> (String, Value) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
        let output = self.child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        let report = std::fs::read(report_in(self.directory.path())).expect("the report");
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).expect("UTF-8");
        (text, serde_json::from_slice(&report).expect("JSON"))
    }

    fn wait_for_line(&mut self, part: &str) {
        let stdout = self.child.stdout.as_mut().expect("its standard output");
        // Not a byte more than the line: the rest is read when it has ended.
        let lines = BufReader::with_capacity(1, stdout.by_ref()).lines();
        assert!(lines.map_while(Result::ok).any(|line| line.contains(part)), "{part}");
    }
}

fn report_in(directory: &Path) -> std::path::PathBuf {
    directory.join("report.json")
}

#[test]
fn the_first_ctrl_c_while_events_are_published_ends_the_run_with_a_report_of_what_was_done() {
    let mut run = Run::start(3000, &[]);
    run.wait_for_line("Publish events");
    let (printed, report) = run.interrupt();
    let done = report["events"].as_array().expect("events").len();
    assert!(done < 3000, "it was over too soon to be interrupted");
    let rest = format!("Ctrl-C: {} of 3000 events were not published.", 3000 - done);
    assert!(printed.contains(&rest), "{printed}");
    assert!(printed.contains("AWS calls per mail"), "{printed}");
    assert!(!printed.contains("Ctrl-C stops everything"), "{printed}");
    assert_eq!(report["counts"]["accepted"], done);
}

/// Waits until a mail is being sent. The mailer also connects when it starts, without a request or with
/// another one.
fn wait_for_mail(ses: &TcpListener) {
    let (found, mail) = std::sync::mpsc::channel();
    let ses = ses.try_clone().expect("a listener");
    std::thread::spawn(move || {
        for connection in ses.incoming().map_while(Result::ok) {
            let found = found.clone();
            std::thread::spawn(move || {
                let mut lines = BufReader::new(connection).lines().map_while(Result::ok);
                if lines.any(|line| line.starts_with("POST ")) {
                    let _ = found.send(());
                    lines.for_each(drop);
                }
            });
        }
    });
    mail.recv_timeout(Duration::from_secs(60)).expect("the mailer sends");
}

#[test]
fn the_first_ctrl_c_while_a_mail_is_awaited_ends_the_run_and_names_what_is_left() {
    // An SES that takes the request and never answers.
    let ses = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let endpoint = format!("http://{}", ses.local_addr().expect("an address"));
    let mut run = Run::start(1, &["--ses-endpoint", &endpoint]);
    run.wait_for_line("Publish events");
    wait_for_mail(&ses);
    let (printed, report) = run.interrupt();
    let left = "Ctrl-C: 1 of 1 accepted events have not come to an end.";
    assert!(printed.contains(left), "{printed}");
    assert_eq!(report["counts"]["unfinished"], 1);
}
