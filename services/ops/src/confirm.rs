//! Asking before something is changed.

use std::io::{BufRead, IsTerminal, Write};

use tokio::sync::oneshot;

use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::output::{Format, Output};

/// Whether the operator's word is still needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// It was given with the command.
    Given,
    /// It is to be asked for.
    Ask,
}

impl Confirmation {
    /// To be asked for at a terminal.
    ///
    /// # Errors
    /// [`CliError::Input`] where nobody could answer.
    pub fn ask_at_terminal(output: Output) -> Result<Self, CliError> {
        let is_terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if is_terminal && output.format == Format::Table {
            Ok(Self::Ask)
        } else {
            Err(CliError::input(
                "There is nobody to ask here. Say --dry-run to see the plan, or --yes to carry it \
                 out.",
            ))
        }
    }
}

/// Asks, unless the word was given: the operator types the number, so that it was read.
///
/// # Errors
/// [`CliError::Input`] for any other answer, [`CliError::Interrupted`] for Ctrl-C: nothing was done.
pub async fn confirm(
    confirmation: Confirmation,
    stop: &Interrupt,
    verb: &str,
    count: usize,
    what: &str,
) -> Result<(), CliError> {
    if confirmation == Confirmation::Given {
        return Ok(());
    }
    let answer = ask(stop, &format!("{verb} {count} {what}? Type {count} to go on: ")).await?;
    if answer == count.to_string() { Ok(()) } else { Err(CliError::input("Nothing was done.")) }
}

/// Asks for a line of text.
///
/// # Errors
/// [`CliError::Interrupted`] for Ctrl-C.
pub async fn ask(stop: &Interrupt, question: &str) -> Result<String, CliError> {
    {
        let mut stderr = std::io::stderr().lock();
        let _ = stderr.write_all(question.as_bytes()).and_then(|()| stderr.flush());
    }
    let (answer, answered) = oneshot::channel();
    // A thread of its own, which the process does not wait for: a read of a terminal cannot be
    // called off.
    std::thread::spawn(move || {
        let mut line = String::new();
        let _ = std::io::stdin().lock().read_line(&mut line);
        let _ = answer.send(line.trim().to_owned());
    });
    tokio::select! {
        line = answered => Ok(line.unwrap_or_default()),
        () = stop.requested() => Err(CliError::Interrupted("Nothing was done.".to_owned())),
    }
}
