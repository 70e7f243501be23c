//! The same work in Python: `tests/peer`, run by AWS's own runtime client for it, with what its `requirements.txt` names.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::PerfError;
use super::process::Program;
use super::programs::target_directory;

/// Those that were written in Python too.
const FUNCTIONS: [&str; 3] = ["intake", "dispatcher", "mailer"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peer")
}

/// The interpreter of a virtual environment with the packages that the peer needs. Where it is not there, or has others, it
/// is made anew, which needs a package index.
///
/// # Errors
/// There is no Python with `venv`, or the packages cannot be installed.
pub fn environment() -> Result<PathBuf, PerfError> {
    let directory = target_directory()?.join("python-peer");
    let (requirements, interpreter) =
        (source().join("requirements.txt"), directory.join("bin/python"));
    let (wanted, installed) = (std::fs::read(&requirements)?, directory.join("installed.txt"));
    if std::fs::read(&installed).is_ok_and(|has| has == wanted) {
        return Ok(interpreter);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&directory))?;
    let install =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(&interpreter).args(install).arg(&requirements))?;
    std::fs::write(installed, wanted)?;
    Ok(interpreter)
}

fn run(command: &mut Command) -> Result<(), PerfError> {
    let why = match command.status() {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => format!("ended with {status}"),
        Err(error) => format!("did not start: {error}"),
    };
    Err(format!("{command:?} {why}: --python needs Python 3.11 with venv and pip").into())
}

/// The function of this program in Python; `None` of one that was not written in it. It trusts whom `trusted` names.
pub fn program(interpreter: &Path, program: Program, trusted: &Path) -> Option<Program> {
    let Program { function, mut environment, .. } = program;
    if !FUNCTIONS.contains(&function.as_str()) {
        return None;
    }
    let source = source().display().to_string();
    environment.extend(
        [
            ("AWS_CA_BUNDLE", trusted.display().to_string()),
            ("LAMBDA_TASK_ROOT", source.clone()),
            ("PYTHONPATH", source),
            // Compiled once, as a deployment package is, and not beside the source.
            ("PYTHONPYCACHEPREFIX", interpreter.with_file_name("compiled").display().to_string()),
            ("POWERTOOLS_SERVICE_NAME", function.clone()),
            ("POWERTOOLS_METRICS_NAMESPACE", "Waybill".to_owned()),
            ("POWERTOOLS_TRACE_DISABLED", "true".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    let args = ["-m", "awslambdaric", &format!("{function}.handler")].map(str::to_owned).to_vec();
    Some(Program { path: interpreter.to_owned(), function, args, environment })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_that_has_a_peer_has_its_source() {
        for function in FUNCTIONS {
            assert!(source().join(format!("{function}.py")).is_file(), "{function}");
        }
    }
}
