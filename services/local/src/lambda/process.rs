//! One process of a function: it inherits no environment, and is always killed and reaped.

use std::io::Read;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinHandle;

use super::config::FunctionConfig;
use super::output::{OutputStream, Sink, forward};
use super::runtime_api::{RuntimeApi, RuntimeEvent};

/// How long to wait for the output of an ended process. It ends with the process, unless a grandchild
/// holds the pipe.
const OUTPUT_TIMEOUT: Duration = Duration::from_secs(1);
/// The exit code of a process whose parent is gone.
const PARENT_GONE: i32 = 3;

/// How a process ended; `None` where the system does not report it.
pub(super) type Exit = Option<ExitStatus>;

/// What every process of a function is started with.
pub(super) struct ProcessSpec {
    pub config: FunctionConfig,
    pub region: Arc<str>,
    pub sink: Sink,
}

/// A process and its Runtime API. Dropping it kills the process.
pub(super) struct Process {
    pub pid: u32,
    child: Child,
    /// When the whole stack is killed, the kernel closes this end, and the child [ends
    /// itself](exit_with_parent). Held here, since waiting for the child would close it.
    _stdin: Option<ChildStdin>,
    api: RuntimeApi,
    output: Vec<JoinHandle<()>>,
}

impl Process {
    /// Starts the executable and a Runtime API for it.
    pub async fn start(spec: &ProcessSpec) -> std::io::Result<Self> {
        let api = RuntimeApi::start().await?;
        let mut child = command(spec, &api).spawn()?;
        let pid = child.id().ok_or_else(|| std::io::Error::other("it ended at once"))?;
        let stdout = child.stdout.take().map(|pipe| output(spec, pid, OutputStream::Stdout, pipe));
        let stderr = child.stderr.take().map(|pipe| output(spec, pid, OutputStream::Stderr, pipe));
        let output = stdout.into_iter().chain(stderr).collect();
        Ok(Self { pid, _stdin: child.stdin.take(), child, api, output })
    }

    /// Waits for its next call of the Runtime API, or its end. Calls that it made before it ended come
    /// before its end: an answer that it gave counts.
    pub async fn next(&mut self) -> Result<RuntimeEvent, Exit> {
        tokio::select! {
            biased;
            Some(event) = self.api.events.recv() => Ok(event),
            exit = self.child.wait() => self.api.events.try_recv().map_err(|_| exit.ok()),
        }
    }

    /// Kills it (SIGKILL) if it still runs, and returns when it is gone and reaped.
    pub async fn kill(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill().await;
    }

    /// Kills it if it still runs, and waits for the end of it and of its output.
    pub async fn end(mut self) {
        self.kill().await;
        for reader in self.output {
            let _ = tokio::time::timeout(OUTPUT_TIMEOUT, reader).await;
        }
    }
}

fn output(
    spec: &ProcessSpec,
    pid: u32,
    stream: OutputStream,
    pipe: impl AsyncRead + Send + Unpin + 'static,
) -> JoinHandle<()> {
    tokio::spawn(forward(pipe, spec.config.name.clone(), pid, stream, Arc::clone(&spec.sink)))
}

/// The command line and environment. Nothing of the stack's own environment is passed on.
fn command(spec: &ProcessSpec, api: &RuntimeApi) -> Command {
    let config = &spec.config;
    let deployed = config.deployed_name();
    let mut command = Command::new(&config.program.path);
    command
        .args(&config.program.args)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "en_US.UTF-8")
        .env("TZ", ":UTC")
        .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", &deployed)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", config.memory_mb.to_string())
        .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{deployed}"))
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "local")
        .env("AWS_REGION", spec.region.as_ref())
        .env("AWS_DEFAULT_REGION", spec.region.as_ref())
        .env("AWS_ACCESS_KEY_ID", "local")
        .env("AWS_SECRET_ACCESS_KEY", "local")
        .env("AWS_SDK_UA_APP_ID", &deployed)
        .envs(&config.environment)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    // Ctrl-C in a terminal goes to its whole process group: the stack ends its children itself,
    // after the invocations that they have.
    #[cfg(unix)]
    command.process_group(0);
    command
}

/// Called in a function's process: ends it when the stack that started it ends, however that ends.
///
/// The stack holds the other end of this process's standard input and never writes to it. The
/// kernel closes that end when the stack dies, also by SIGKILL, and the read below then returns.
///
/// # Errors
/// The watching thread could not be started.
pub fn exit_with_parent() -> std::io::Result<()> {
    std::thread::Builder::new().name("parent-watch".to_owned()).spawn(|| {
        let mut ignored = [0; 64];
        while std::io::stdin().read(&mut ignored).is_ok_and(|read| read > 0) {}
        std::process::exit(PARENT_GONE);
    })?;
    Ok(())
}
