//! Shell completions and manual pages, generated from the command line's definition.

use std::path::Path;

use crate::cli::command;
use crate::error::CliError;
use crate::output::Output;

/// Prints the shell's completions.
pub fn completions(shell: clap_complete::Shell, output: Output) {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command(), "waybill", &mut text);
    output.write(&String::from_utf8_lossy(&text));
}

/// Prints the main page, or writes a page for each command.
pub fn man_pages(directory: Option<&Path>, output: Output) -> Result<(), CliError> {
    let Some(directory) = directory else {
        let page = main_page().map_err(|error| {
            CliError::service(format!("Can't render the page: {error}.")).caused_by(error)
        })?;
        output.write(&page);
        return Ok(());
    };
    write_pages(directory).map_err(|error| {
        CliError::input(format!("Can't write to {}: {error}.", directory.display()))
            .caused_by(error)
    })
}

fn main_page() -> std::io::Result<String> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command()).render(&mut page)?;
    Ok(with_examples_section(&String::from_utf8_lossy(&page)))
}

fn write_pages(directory: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)?;
    clap_mangen::generate_to(command(), directory)?;
    for page in std::fs::read_dir(directory)? {
        let path = page?.path();
        let is_ours = path.file_name().is_some_and(|name| {
            let name = name.to_string_lossy();
            name.starts_with("waybill") && name.ends_with(".1")
        });
        if is_ours {
            std::fs::write(&path, with_examples_section(&std::fs::read_to_string(&path)?))?;
        }
    }
    Ok(())
}

/// clap_mangen calls what stands after the help "EXTRA", where only examples stand; readers of manual
/// pages look for "EXAMPLES". A command line is neither filled nor justified: it is there to be copied.
fn with_examples_section(page: &str) -> String {
    page.replacen(".SH EXTRA\nExamples:\n", ".SH EXAMPLES\n.nf\n", 1)
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
            let page = std::fs::read_to_string(directory.path().join(page)).unwrap();
            assert!(page.contains(".SH EXAMPLES\n.nf\n  # "), "{page}");
        }
        assert!(main_page().unwrap().contains(".SH EXAMPLES"));
    }
}
