//! Asking before something is changed.

use std::io::{BufRead, IsTerminal, Write};

use crate::failure::Failure;
use crate::output::{Format, Output};

/// Whether the operator's word is still needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// It was given with the command.
    Given,
    /// It is to be asked for.
    Asked,
}

impl Confirmation {
    /// To be asked for at a terminal.
    ///
    /// # Errors
    /// [`Failure::Input`] where nobody could answer.
    pub fn to_be_asked(output: Output) -> Result<Self, Failure> {
        let is_terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if is_terminal && output.format == Format::Table {
            Ok(Self::Asked)
        } else {
            Err(Failure::input(
                "There is nobody to ask here. Say --dry-run to see the plan, or --yes to carry it \
                 out.",
            ))
        }
    }
}

/// Asks, unless the word was given: the operator types the number, so that it was read.
///
/// # Errors
/// [`Failure::Input`] for any other answer: nothing was done.
pub fn confirm(
    confirmation: Confirmation,
    verb: &str,
    count: usize,
    what: &str,
) -> Result<(), Failure> {
    if confirmation == Confirmation::Given {
        return Ok(());
    }
    let mut stderr = std::io::stderr().lock();
    let _ = write!(stderr, "{verb} {count} {what}? Type {count} to go on: ");
    let _ = stderr.flush();
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && answer.trim() == count.to_string() {
        Ok(())
    } else {
        Err(Failure::input("Nothing was done."))
    }
}
