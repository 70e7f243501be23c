//! Completions and manual pages, made from the command line's own definition.

use std::path::PathBuf;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::error::{CliError, ExitStatus};
use crate::output::Output;

/// Flags of `completions`.
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// Of which shell
    pub shell: Shell,
}

/// Flags of `man`.
#[derive(Debug, clap::Args)]
pub struct Man {
    /// Write a page for each command there; without it the main page is printed
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Prints completions.
pub fn completions(args: &Completions, output: Output) -> ExitStatus {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "waybill", &mut text);
    output.write(&String::from_utf8_lossy(&text));
    ExitStatus::Healthy
}

/// Prints or writes manual pages.
///
/// # Errors
/// [`CliError::Input`] when the directory can't be written to.
pub fn man(args: &Man, output: Output) -> Result<ExitStatus, CliError> {
    match &args.out {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command())
                .render(&mut page)
                .map_err(|error| CliError::service(format!("The page was not made: {error}.")))?;
            output.write(&String::from_utf8_lossy(&page));
        }
        Some(directory) => std::fs::create_dir_all(directory)
            .and_then(|()| clap_mangen::generate_to(Cli::command(), directory))
            .map_err(|error| {
                CliError::input(format!("{} can't be written to: {error}.", directory.display()))
            })?,
    }
    Ok(ExitStatus::Healthy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_its_page() {
        let directory = tempfile::tempdir().unwrap();
        let output = Output::new(crate::output::Format::Table);
        man(&Man { out: Some(directory.path().to_owned()) }, output).unwrap();
        for page in ["waybill.1", "waybill-order.1", "waybill-dlq-replay.1"] {
            assert!(directory.path().join(page).exists(), "{page}");
        }
    }
}
