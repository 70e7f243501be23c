//! How reports are printed: tables for people, stable JSON for scripts.

mod colors;
mod table;
mod time;

use std::io::{IsTerminal, Write};

use serde::Serialize;

pub use colors::{ColorMode, Style};
pub use table::{Column, table};
pub use time::{format_duration, format_time, rfc3339};

/// What `--output` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// For scripts: one JSON document, whose members keep their names and meaning.
    Json,
}

/// Something that a command found out: what it prints in both formats.
pub trait Report: Serialize {
    /// The text for people, each line ended.
    fn text(&self, colors: ColorMode) -> String;
}

/// Standard output.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// The format asked for.
    pub format: Format,
    /// Whether in colour.
    pub colors: ColorMode,
}

impl Output {
    /// Colours only for a person at a terminal who did not ask for none
    /// (<https://no-color.org>).
    #[must_use]
    pub fn new(format: Format) -> Self {
        let wants_none = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let in_colour = std::io::stdout().is_terminal() && !wants_none;
        Self { format, colors: if in_colour { ColorMode::Colour } else { ColorMode::Plain } }
    }

    /// Prints the report. A closed pipe is no failure: `waybill … | head` is what people type.
    pub fn print(self, report: &impl Report) {
        let text = match self.format {
            Format::Table => report.text(self.colors),
            Format::Json => json(report),
        };
        self.write(&text);
    }

    /// Prints text as it is.
    pub fn write(self, text: &str) {
        let mut stdout = std::io::stdout().lock();
        let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    }
}

/// The report as JSON, indented, with its line end.
#[must_use]
pub fn json(report: &impl Serialize) -> String {
    let text =
        serde_json::to_string_pretty(report).expect("reports serialise to JSON without fail");
    format!("{text}\n")
}

/// Tells a person something that is no part of the report.
pub fn note(sentence: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{sentence}");
}
