//! A process of a function, from its start on.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use local::lambda::Memory;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::oneshot;

use super::allocations::{ALLOCATIONS_ADDRESS, Allocations};
use super::cpu::Cpu;
use super::error::PerfError;
use super::quota::Quota;
use super::runtime_api::{Event, RuntimeApi};

/// A process that does nothing for so long hangs.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How a function is started.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its name without `waybill-`.
    pub function: String,
    pub path: PathBuf,
    pub args: Vec<String>,
    /// Beside Lambda's own variables.
    pub environment: BTreeMap<String, String>,
}

/// What something took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    pub wall: Duration,
    pub cpu: Duration,
}

/// A process that waits for an invocation. It is killed when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    _stdin: Option<ChildStdin>,
    pid: u32,
    cpu: Cpu,
    api: RuntimeApi,
    ready: Option<oneshot::Sender<Bytes>>,
    logged: Arc<AtomicU64>,
}

impl Process {
    /// Starts it and waits until it asks for its first invocation: what that took.
    pub async fn start(program: &Program) -> Result<(Self, Cost), PerfError> {
        let api = RuntimeApi::start(&program.function).await?;
        let started = Instant::now();
        let mut child = command(program, &api).spawn()?;
        let pid = child.id().ok_or("a function's process ended at once")?;
        let logged = Arc::<AtomicU64>::default();
        tokio::spawn(count_output(child.stdout.take(), Arc::clone(&logged)));
        let (cpu, stdin) = (Cpu::of(pid), child.stdin.take());
        let mut process = Self { child, _stdin: stdin, pid, cpu, api, ready: None, logged };
        let (at, event) = process.next().await?;
        let Event::Ready(ready) = event else {
            return Err(format!("{} does not start: {event:?}", program.function).into());
        };
        process.ready = Some(ready);
        let cost = Cost { wall: at - started, cpu: process.cpu().await? };
        Ok((process, cost))
    }

    /// Invokes it: its answer, and how long that took.
    pub async fn invoke(&mut self, payload: &Bytes) -> Result<(Bytes, Duration), PerfError> {
        let ready = self.ready.take().ok_or("the process has an invocation already")?;
        let started = Instant::now();
        ready.send(payload.clone()).map_err(|_| "the process is gone")?;
        let (at, answer) = match self.next().await? {
            (at, Event::Answered(answer)) => (at, answer),
            (_, Event::Failed(error)) => {
                return Err(format!("an invocation failed: {}", text(&error)).into());
            }
            (_, Event::Ready(_)) => return Err("it asked for more before it answered".into()),
        };
        match self.next().await? {
            (_, Event::Ready(ready)) => self.ready = Some(ready),
            (_, other) => return Err(format!("expected the next request, got {other:?}").into()),
        }
        Ok((answer, at - started))
    }

    /// CPU time so far, once each of its threads sleeps: it asks for its next invocation before it does.
    ///
    /// # Errors
    /// It has not come to rest after 30 s, or has ended.
    pub async fn cpu(&mut self) -> Result<Duration, PerfError> {
        let began = Instant::now();
        while !self.cpu.sleeps() {
            if began.elapsed() > TIMEOUT {
                return Err("a process still works 30 s after its invocation, or has ended".into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(self.cpu.used())
    }

    /// Resident memory, now and at most.
    pub fn memory(&self) -> Result<Memory, PerfError> {
        Memory::read(self.pid).ok_or_else(|| "/proc has no memory of the process".into())
    }

    /// Bytes of log lines and metrics so far.
    pub fn logged(&self) -> u64 {
        self.logged.load(Ordering::Relaxed)
    }

    /// From now on it gets no more than this share of a core.
    pub fn limit(&self, quota: &Quota) -> Result<(), PerfError> {
        quota.add(self.pid)
    }

    /// Kills it and waits for its end.
    pub async fn end(mut self) {
        // An error means that it has ended.
        let _ = self.child.kill().await;
    }

    async fn next(&mut self) -> Result<(Instant, Event), PerfError> {
        let Self { api, child, .. } = self;
        let next = async {
            tokio::select! {
                // What it has told before it ended counts first.
                biased;
                event = api.events.recv() => event.ok_or_else(|| "the Runtime API ended".into()),
                status = child.wait() => Err(format!("a process ended: {}", status?).into()),
            }
        };
        tokio::time::timeout(TIMEOUT, next).await.map_err(|_| "a process did nothing for 30 s")?
    }
}

/// With the variables that Lambda sets, and none of this process's own.
fn command(program: &Program, api: &RuntimeApi) -> Command {
    let mut command = Command::new(&program.path);
    let name = format!("waybill-{}", program.function);
    command
        .args(&program.args)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "en_US.UTF-8")
        .env("TZ", ":UTC")
        .env("AWS_LAMBDA_RUNTIME_API", api.server.address.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", &name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}"))
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "perf")
        .env("AWS_REGION", "eu-central-2")
        .env("AWS_DEFAULT_REGION", "eu-central-2")
        .env("AWS_ACCESS_KEY_ID", "local")
        .env("AWS_SECRET_ACCESS_KEY", "local")
        .env("AWS_SESSION_TOKEN", "local")
        .envs(&program.environment)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Reads what the process writes, as Lambda does, and counts it.
async fn count_output(output: Option<impl tokio::io::AsyncRead + Unpin>, logged: Arc<AtomicU64>) {
    let Some(mut output) = output else { return };
    let mut buffer = vec![0; 65_536];
    while let Ok(read @ 1..) = output.read(&mut buffer).await {
        logged.fetch_add(read as u64, Ordering::Relaxed);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The same function in an executable that counts its allocations.
#[derive(Debug)]
pub struct CountedProcess {
    pub process: Process,
    counts: TcpStream,
}

impl CountedProcess {
    pub async fn start(program: &Program) -> Result<Self, PerfError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let mut program = program.clone();
        let address = listener.local_addr()?.to_string();
        program.environment.insert(ALLOCATIONS_ADDRESS.to_owned(), address);
        let (process, _) = Process::start(&program).await?;
        let (counts, _) = tokio::time::timeout(TIMEOUT, listener.accept()).await??;
        Ok(Self { process, counts })
    }

    /// Its allocations so far.
    pub async fn allocations(&mut self) -> Result<Allocations, PerfError> {
        self.counts.write_all(&[0]).await?;
        let mut counts = [0; Allocations::SIZE];
        self.counts.read_exact(&mut counts).await?;
        Ok(Allocations::from_bytes(counts))
    }
}
