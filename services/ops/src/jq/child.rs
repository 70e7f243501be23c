//! The process that runs a jq program, and its parent's end of it.
//!
//! Nothing but the end of its process ends a program that does not end by itself, or takes the memory back that it has
//! taken. So one runs in a child: this same executable, started with [`ARGUMENT`]. It gets the program as the first line of
//! its standard input and then a question a line, and answers each by a line; all of them are JSON. Its parent kills it when
//! an answer takes too long, and it ends by itself when its parent does.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::program::Program;

/// The only argument of the child.
pub const ARGUMENT: &str = "--run-jq-filter";

/// The child's first line: what stands before it on that line is not its own.
const READY: &str = "ready for questions";

/// How long the child may take to start on a machine that does much else.
const START_LIMIT: Duration = Duration::from_secs(20);

/// What the child is to run.
#[derive(Debug, Serialize, Deserialize)]
pub struct Job {
    pub code: String,
    /// How much memory it may take for data; only Linux keeps it to that.
    pub max_bytes: u64,
}

#[derive(Serialize, Deserialize)]
struct Question {
    input: Value,
    /// How many outputs are wanted.
    most: usize,
}

/// At most as many outputs as were asked for, or why there are none; see [`Program::outputs`].
type Answer = Result<Vec<Value>, String>;

/// Why a child has no answer.
#[derive(Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// There is none: this executable could not be started again.
    NotStarted,
    /// It took too long.
    Late,
    /// It has ended.
    Gone,
}

/// The parent's end of a child. It is killed when this is dropped.
#[derive(Debug)]
pub struct Child {
    process: std::process::Child,
    /// The lines that it writes, until it ends.
    lines: Receiver<String>,
}

impl Child {
    /// Starts one, and waits until it has compiled its program.
    pub fn start(job: &Job) -> Result<Self, NoAnswer> {
        let not_started = |_error: io::Error| NoAnswer::NotStarted;
        let mut command = command().map_err(not_started)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A Ctrl-C at the terminal is the parent's: it goes on to the end of its step, for which it needs its child.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command.spawn().map_err(not_started)?;
        let output = process.stdout.take().ok_or(NoAnswer::NotStarted)?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let mut lines = BufReader::new(output).lines().map_while(Result::ok);
            lines.try_for_each(|line| sender.send(line))
        });
        let mut child = Self { process, lines };
        child.write(job).map_err(|_| NoAnswer::NotStarted)?;
        while !child.line(START_LIMIT).map_err(|_| NoAnswer::NotStarted)?.ends_with(READY) {}
        Ok(child)
    }

    /// At most `most` outputs of the program for this input.
    pub fn ask(&mut self, input: &Value, most: usize, limit: Duration) -> Result<Answer, NoAnswer> {
        self.write(&Question { input: input.clone(), most })?;
        serde_json::from_str(&self.line(limit)?).map_err(|_| NoAnswer::Gone)
    }

    fn write(&mut self, message: &impl Serialize) -> Result<(), NoAnswer> {
        let input = self.process.stdin.as_mut().ok_or(NoAnswer::Gone)?;
        let message = serde_json::to_string(message).map_err(|_| NoAnswer::Gone)?;
        writeln!(input, "{message}").and_then(|()| input.flush()).map_err(|_| NoAnswer::Gone)
    }

    fn line(&self, limit: Duration) -> Result<String, NoAnswer> {
        self.lines.recv_timeout(limit).map_err(|error| match error {
            RecvTimeoutError::Timeout => NoAnswer::Late,
            RecvTimeoutError::Disconnected => NoAnswer::Gone,
        })
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(not(test))]
fn command() -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(ARGUMENT);
    Ok(command)
}

/// The executable of these tests has a `main` of its own: of its tests, the child runs the one that is the child.
#[cfg(test)]
fn command() -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    let test = "jq::tests::this_executable_is_a_filters_child_where_it_is_started_as_one";
    command.args([test, "--exact", "--nocapture"]).env("WAYBILL_TEST_ARGUMENT", ARGUMENT);
    Ok(command)
}

/// Is the child: answers until its standard input ends.
pub fn serve() -> ExitCode {
    match answer_all() {
        Ok(()) => ExitCode::SUCCESS,
        // Its parent sees that it is gone.
        Err(_) => ExitCode::FAILURE,
    }
}

fn answer_all() -> io::Result<()> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        let ended =
            io::stdin().lines().map_while(Result::ok).try_for_each(|line| sender.send(line));
        // Its parent is gone. Whatever runs here may never end, so the process does.
        if ended.is_ok() {
            std::process::exit(0);
        }
    });
    let mut output = io::stdout().lock();
    let Ok(first) = lines.recv() else { return Ok(()) };
    let job: Job = serde_json::from_str(&first)?;
    let program = Program::compile(&job.code).map_err(io::Error::other)?;
    limit_memory(job.max_bytes)?;
    writeln!(output, "{READY}")?;
    output.flush()?;
    for line in lines {
        let question: Question = serde_json::from_str(&line)?;
        let answer: Answer = program.outputs(&question.input, question.most);
        writeln!(output, "{}", serde_json::to_string(&answer)?)?;
        output.flush()?;
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn limit_memory(max_bytes: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limit = Rlimit { current: Some(max_bytes), maximum: Some(max_bytes) };
    Ok(setrlimit(Resource::Data, limit)?)
}

/// No other system keeps to such a limit: there its time alone is limited.
#[cfg(not(target_os = "linux"))]
fn limit_memory(_max_bytes: u64) -> io::Result<()> {
    Ok(())
}
