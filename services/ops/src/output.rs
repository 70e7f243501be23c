//! How reports are printed: tables for people, stable JSON for scripts, both from the same structs.

use std::io::{IsTerminal, Write};

use comfy_table::Table;
use serde::Serialize;

pub use crate::format::{
    as_optional_rfc3339, as_rfc3339, counted, decimal, format_duration, format_time, is_or_are,
    nonzero, number, percent, printable, readable_time, rfc3339,
};
pub use crate::style::{ColorMode, Style};
pub use crate::table::{Column, table};

/// What `--output` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// For scripts: one JSON document, whose members keep their names and meaning.
    Json,
}

/// The result of a command, printable in both formats.
pub trait Report: Serialize {
    /// The text for people. Each line ends in a newline.
    fn text(&self, colors: ColorMode) -> String;
}

/// Standard output.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    pub format: Format,
    pub colors: ColorMode,
}

impl Output {
    /// Colours and a width only at a terminal.
    pub fn new(format: Format) -> Self {
        let colors = match std::io::stdout().is_terminal() {
            true => ColorMode::terminal(&Table::new()),
            false => ColorMode::Plain,
        };
        Self { format, colors }
    }

    pub fn print(self, report: &impl Report) {
        let text = match self.format {
            Format::Table => report.text(self.colors),
            Format::Json => json(report),
        };
        self.write(&text);
    }

    /// Prints text.
    pub fn write(self, text: &str) {
        let text = printable(text, &KEPT);
        let mut stdout = std::io::stdout().lock();
        // A closed pipe is no error: people type `waybill … | head`.
        let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    }
}

/// What text may hold besides what it shows: line ends and tabs; Escape, for whoever colours (tables and
/// JSON have escaped it in values); and the isolates, in which a mail sets right-to-left text apart, and
/// which reorder nothing outside themselves.
const KEPT: [char; 5] = ['\n', '\t', '\u{1b}', '\u{2068}', '\u{2069}'];

/// Indented JSON and a newline.
pub fn json(report: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(report).expect("a report always serializes");
    format!("{text}\n")
}

/// Prints to standard error what is not part of the report.
pub fn note(sentence: &str) {
    let mut stderr = std::io::stderr().lock();
    let colors = match stderr.is_terminal() {
        true => ColorMode::terminal(Table::new().use_stderr()),
        false => ColorMode::Plain,
    };
    let sentence = printable(sentence, &['\n']);
    let _ = stderr.write_all(colors.wrap(&sentence, "").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_mail_sets_apart_stays_as_it_is_and_what_reorders_a_line_does_not() {
        assert_eq!(printable("for \u{2068}נועה\u{2069},\n", &KEPT), "for \u{2068}נועה\u{2069},\n");
        assert_eq!(printable("a\u{202e}b", &KEPT), r"a\u202eb");
    }
}
