//! Shell completions and manual pages, generated from the command line's definition.

use std::path::Path;

use clap::CommandFactory;

use crate::cli::Cli;
use crate::error::CliError;
use crate::output::Output;

/// Prints the shell's completions.
pub fn completions(shell: clap_complete::Shell, output: Output) {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "waybill", &mut text);
    output.write(&String::from_utf8_lossy(&text));
}

/// Prints the main page, or writes a page for each command.
pub fn man_pages(directory: Option<&Path>, output: Output) -> Result<(), CliError> {
    let Some(directory) = directory else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(|error| {
            CliError::service(format!("Can't render the page: {error}.")).caused_by(error)
        })?;
        output.write(&String::from_utf8_lossy(&page));
        return Ok(());
    };
    std::fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), directory))
        .map_err(|error| {
            CliError::input(format!("Can't write to {}: {error}.", directory.display()))
                .caused_by(error)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_its_page() {
        let directory = tempfile::tempdir().unwrap();
        let output = Output::new(crate::output::Format::Table);
        man_pages(Some(directory.path()), output).unwrap();
        for page in ["waybill.1", "waybill-order.1", "waybill-dlq-replay.1"] {
            assert!(directory.path().join(page).exists(), "{page}");
        }
    }
}
