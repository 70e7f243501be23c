//! Asking the operator before something is changed.

use std::io::{BufRead, IsTerminal, Write};

use tokio::sync::oneshot;

use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::output::{Format, Output, counted};

/// Whether the operator has yet to confirm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// A flag has confirmed.
    Given,
    /// The operator is asked.
    Ask,
}

impl Confirmation {
    /// [`CliError::Input`] where no flag has confirmed and there is no terminal to ask at.
    pub fn new(is_given: bool, output: Output) -> Result<Self, CliError> {
        Self::or_see(is_given, output, "Add --dry-run to see the plan")
    }

    /// As [`Confirmation::new`]; `how` says how the plan is seen without being carried out.
    pub fn or_see(is_given: bool, output: Output, how: &str) -> Result<Self, CliError> {
        let is_terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if is_given {
            Ok(Self::Given)
        } else if is_terminal && output.format == Format::Table {
            Ok(Self::Ask)
        } else {
            Err(CliError::input(format!(
                "There is no terminal to ask at. {how}, or --yes to carry it out."
            )))
        }
    }
}

/// Asks unless confirmed: `{verb} {count} {noun}s?`. The operator types the count, which shows that it
/// was read. Any other answer, and Ctrl-C, is an error before anything was changed.
pub async fn confirm(
    confirmation: Confirmation,
    interrupt: &Interrupt,
    verb: &str,
    count: usize,
    noun: &str,
) -> Result<(), CliError> {
    if confirmation == Confirmation::Given {
        return Ok(());
    }
    let what = counted(count, noun);
    let answer = ask(interrupt, &format!("{verb} {what}? Type {count} to go on: ")).await?;
    // Also as it was printed, with its thousands apart.
    let is_count = answer.replace(',', "") == count.to_string();
    if is_count { Ok(()) } else { Err(CliError::input("Nothing was changed.")) }
}

/// Asks for a line of text.
pub async fn ask(interrupt: &Interrupt, question: &str) -> Result<String, CliError> {
    {
        let mut stderr = std::io::stderr().lock();
        let _ = stderr.write_all(question.as_bytes()).and_then(|()| stderr.flush());
    }
    let (sender, answer) = oneshot::channel();
    // Not a task of the runtime, which would wait for it at exit: a read from a terminal cannot be
    // cancelled.
    std::thread::spawn(move || {
        let mut line = String::new();
        let _ = std::io::stdin().lock().read_line(&mut line);
        let _ = sender.send(line.trim().to_owned());
    });
    tokio::select! {
        line = answer => Ok(line.unwrap_or_default()),
        () = interrupt.requested() => Err(CliError::Interrupted("Nothing was changed.".to_owned())),
    }
}
