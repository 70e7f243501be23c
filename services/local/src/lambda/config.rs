//! How a function is started.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// The command that starts each process of a function.
#[derive(Debug, Clone)]
pub struct Program {
    /// The executable.
    pub path: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
}

/// One function's settings.
#[derive(Debug, Clone)]
pub struct FunctionConfig {
    /// Its short name, by which [`super::Functions::invoke`] finds it.
    pub name: String,
    /// The command of its processes.
    pub program: Program,
    /// How long an invocation may take before its process is killed.
    pub timeout: Duration,
    /// How many processes serve it, each one invocation at a time.
    pub processes: usize,
    /// The memory that its environment names, in MB. Not enforced here.
    pub memory_mb: u32,
    /// The environment of its processes beside Lambda's own variables. They inherit nothing from
    /// the stack's process, so that no secret of its user reaches them.
    pub environment: BTreeMap<String, String>,
}

impl FunctionConfig {
    /// The name it would have when deployed, and has in its ARN: `waybill-NAME`.
    pub fn deployed_name(&self) -> String {
        format!("waybill-{}", self.name)
    }
}
