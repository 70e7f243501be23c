//! The measured executables: the deployed functions and the floor, built with the profile that is deployed.

use std::path::{Path, PathBuf};
use std::process::Command;

use local::stack::FUNCTIONS;

use super::error::PerfError;

/// The executables in `directory`. Without one, cargo builds them, which takes minutes the first time.
///
/// # Errors
/// One is missing in the directory, or cannot be built.
pub fn find(directory: Option<&Path>) -> Result<PathBuf, PerfError> {
    let Some(directory) = directory else { return build() };
    for name in names() {
        if !directory.join(name).is_file() {
            let directory = directory.display();
            return Err(format!(
                "{directory} has no executable {name}: leave --programs out, and they are built"
            )
            .into());
        }
    }
    Ok(directory.to_owned())
}

fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name).chain(["floor"])
}

/// Only these packages, as for the zips: with others beside them, what they share would have more features.
fn build() -> Result<PathBuf, PerfError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(workspace()?).args(["build", "--profile", "lambda", "--locked"]);
    for name in names() {
        command.arg("--package").arg(format!("waybill-{name}"));
    }
    if !command.status()?.success() {
        return Err("the functions could not be built".into());
    }
    Ok(target_directory()?.join("lambda"))
}

fn workspace() -> Result<&'static Path, PerfError> {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or_else(|| "no workspace".into())
}

/// Where cargo puts what it builds.
pub fn target_directory() -> Result<PathBuf, PerfError> {
    let workspace = workspace()?;
    Ok(std::env::var_os("CARGO_TARGET_DIR").map_or(workspace.join("target"), PathBuf::from))
}
