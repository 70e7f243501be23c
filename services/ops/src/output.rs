//! How reports are printed: tables for people, stable JSON for scripts, both from the same structs.

use std::io::{IsTerminal, Write};

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table};
use jiff::{RoundMode, Span, SpanRound, Timestamp, Unit};
use serde::{Serialize, Serializer};

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
    /// Colours only at a terminal, and only if `NO_COLOR` is unset (<https://no-color.org>).
    pub fn new(format: Format) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let in_colour = std::io::stdout().is_terminal() && !no_color;
        Self { format, colors: if in_colour { ColorMode::Colour } else { ColorMode::Plain } }
    }

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
        // A closed pipe is no error: people type `waybill … | head`.
        let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    }
}

/// Indented JSON and a newline.
pub fn json(report: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(report).expect("a report always serializes");
    format!("{text}\n")
}

/// Prints to standard error what is not part of the report.
pub fn note(sentence: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{sentence}");
}

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorMode {
    /// No colours: for files, pipes and snapshots.
    Plain,
    /// ANSI colours.
    Colour,
}

/// How text stands out. A colour never carries a meaning that the text does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Bold,
    Success,
    Warning,
    Error,
    Dim,
}

impl ColorMode {
    pub fn apply(self, style: Style, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => format!("\u{1b}[{}m{text}\u{1b}[0m", style.code()),
        }
    }

    /// A heading on a line of its own.
    pub fn heading(self, text: &str) -> String {
        format!("{}\n", self.apply(Style::Bold, text))
    }
}

impl Style {
    /// The ANSI code (<https://en.wikipedia.org/wiki/ANSI_escape_code#SGR>).
    const fn code(self) -> u8 {
        match self {
            Self::Bold => 1,
            Self::Success => 32,
            Self::Warning => 33,
            Self::Error => 31,
            Self::Dim => 2,
        }
    }

    fn cell(self, cell: Cell) -> Cell {
        match self {
            Self::Bold => cell.add_attribute(Attribute::Bold),
            Self::Success => cell.fg(Color::DarkGreen),
            Self::Warning => cell.fg(Color::DarkYellow),
            Self::Error => cell.fg(Color::DarkRed),
            Self::Dim => cell.add_attribute(Attribute::Dim),
        }
    }
}

/// A column of a table whose rows are `R`.
pub struct Column<R> {
    title: &'static str,
    value: fn(&R) -> String,
    style: fn(&R) -> Option<Style>,
    alignment: CellAlignment,
}

impl<R> Column<R> {
    pub const fn text(title: &'static str, value: fn(&R) -> String) -> Self {
        Self { title, value, style: |_| None, alignment: CellAlignment::Left }
    }

    pub const fn number(title: &'static str, value: fn(&R) -> String) -> Self {
        Self { title, value, style: |_| None, alignment: CellAlignment::Right }
    }

    pub const fn styled(mut self, style: fn(&R) -> Option<Style>) -> Self {
        self.style = style;
        self
    }

    fn cell(&self, row: &R) -> Cell {
        let cell = Cell::new((self.value)(row)).set_alignment(self.alignment);
        match (self.style)(row) {
            Some(style) => style.cell(cell),
            None => cell,
        }
    }
}

/// The rows as a table, without the columns that are empty in every row. On a terminal it fits the
/// width; elsewhere each row is one line.
pub fn table<R>(colors: ColorMode, columns: &[Column<R>], rows: &[R]) -> String {
    let used: Vec<&Column<R>> =
        columns.iter().filter(|c| rows.iter().any(|row| !(c.value)(row).is_empty())).collect();
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    match colors {
        // Or else comfy-table asks the terminal itself, and a pipe's lines are wrapped.
        ColorMode::Plain => table.force_no_tty(),
        ColorMode::Colour => {
            table.set_content_arrangement(ContentArrangement::Dynamic).enforce_styling()
        }
    };
    let title = |c: &&Column<R>| Cell::new(c.title.to_uppercase()).set_alignment(c.alignment);
    table.set_header(used.iter().map(|column| Style::Bold.cell(title(column))));
    for row in rows {
        table.add_row(used.iter().map(|column| column.cell(row)));
    }
    // comfy-table pads the last column.
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A count for a table; empty for 0, so that [`table`] leaves out columns without any.
pub fn nonzero(count: impl Into<u64>) -> String {
    match count.into() {
        0 => String::new(),
        count => count.to_string(),
    }
}

/// Milliseconds since 1970 as `2026-11-20 10:30:00`. Always UTC: an incident is read in several
/// time zones.
pub fn format_time(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| "never".to_owned(), |t| t.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// Milliseconds since 1970 as RFC 3339 with milliseconds, for JSON.
pub fn rfc3339(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| "never".to_owned(), |t| format!("{t:.3}"))
}

/// For `serialize_with`: see [`rfc3339`].
pub fn as_rfc3339<S: Serializer>(milliseconds: &i64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&rfc3339(*milliseconds))
}

/// Milliseconds in their two largest units: `3d 4h`, `12m`, `5s`.
pub fn format_duration(milliseconds: i64) -> String {
    let seconds = milliseconds.max(0) / 1000;
    let smallest = match seconds {
        0..3_600 => Unit::Second,
        3_600..86_400 => Unit::Minute,
        _ => Unit::Hour,
    };
    let rounding = SpanRound::new().largest(Unit::Day).smallest(smallest).mode(RoundMode::Trunc);
    let span = Span::new().seconds(seconds).round(rounding.days_are_24_hours());
    span.map_or_else(|_| "for ever".to_owned(), |span| format!("{span:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_column_is_left_out_and_no_line_ends_in_spaces() {
        let columns = [
            Column::text("name", |row: &(&str, u32)| row.0.to_owned()),
            Column::text("never", |_| String::new()),
            Column::number("count", |row| row.1.to_string()),
        ];
        let text = table(ColorMode::Plain, &columns, &[("dispatch", 7), ("mail", 12345)]);
        assert_eq!(text, " NAME      COUNT\n dispatch      7\n mail      12345\n");
    }

    #[test]
    fn a_duration_is_written_in_its_two_largest_units() {
        let formatted = [0, 5_000, 61_000, 3_600_000, 270_000_000, -5].map(format_duration);
        assert_eq!(formatted, ["0s", "5s", "1m 1s", "1h", "3d 3h", "0s"]);
    }
}
