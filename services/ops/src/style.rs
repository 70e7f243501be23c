//! Where text for people is printed: in colours or not, and how wide.

use std::borrow::Cow;

use comfy_table::{Attribute, Cell, Color, Table};
use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter};

/// Whether text is coloured, and how long its lines may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorMode {
    /// No colours, and lines of any length: for files and pipes, where a program reads line by line.
    Plain,
    /// A terminal of so many columns.
    Terminal { columns: u16, has_colours: bool },
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
    /// The terminal that `table` would be printed to. Colours only if `NO_COLOR` is unset
    /// (<https://no-color.org>).
    pub fn terminal(table: &Table) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        // A terminal that nobody has told its size says 0.
        let columns = table.width().filter(|width| *width > 0).unwrap_or(u16::MAX);
        Self::Terminal { columns, has_colours: !no_color }
    }

    /// How many columns a line may take; `None` where any number.
    pub fn columns(self) -> Option<usize> {
        match self {
            Self::Plain => None,
            Self::Terminal { columns, .. } => Some(usize::from(columns)),
        }
    }

    pub const fn has_colours(self) -> bool {
        matches!(self, Self::Terminal { has_colours: true, .. })
    }

    pub fn apply(self, style: Style, text: &str) -> String {
        match self.has_colours() {
            false => text.to_owned(),
            true => format!("\u{1b}[{}m{text}\u{1b}[0m", style.code()),
        }
    }

    /// A heading on a line of its own.
    pub fn heading(self, text: &str) -> String {
        format!("{}\n", self.apply(Style::Bold, text))
    }

    /// The text in lines that fit, each but the first after `indent`, each ending in a newline. No word
    /// is broken, and no command in backticks: it is there to be copied.
    pub fn wrap(self, text: &str, indent: &str) -> String {
        let Some(columns) = self.columns() else { return format!("{text}\n") };
        wrapped(text, columns, indent).iter().map(|line| format!("{line}\n")).collect()
    }

    /// The style as a table's cell has it.
    pub(crate) fn cell(self, style: Option<Style>, cell: Cell) -> Cell {
        match style.filter(|_| self.has_colours()) {
            Some(style) => style.cell(cell),
            None => cell,
        }
    }
}

/// The text in lines of at most `columns`, but for longer words; see [`ColorMode::wrap`].
pub fn wrapped<'t>(text: &'t str, columns: usize, indent: &'t str) -> Vec<Cow<'t, str>> {
    let options = Options::new(columns)
        .subsequent_indent(indent)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation)
        .word_separator(WordSeparator::Custom(whole_commands));
    textwrap::wrap(text, options)
}

/// The words of a line; what stands between backticks is one word.
fn whole_commands(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut words = Vec::new();
    let (mut start, mut is_command, mut after_space) = (0, false, false);
    for (at, c) in line.char_indices() {
        if after_space && c != ' ' {
            words.push(Word::from(&line[start..at]));
            start = at;
        }
        is_command ^= c == '`';
        after_space = c == ' ' && !is_command;
    }
    words.push(Word::from(&line[start..]));
    Box::new(words.into_iter())
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

#[cfg(test)]
impl ColorMode {
    /// A terminal without colours, for snapshots.
    pub const fn at_width(columns: u16) -> Self {
        Self::Terminal { columns, has_colours: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_in_backticks_is_broken_by_no_width() {
        let text =
            "Attention: 2 events are late: `waybill doctor`, then `waybill sweep --since 24h`.";
        let lines = ColorMode::at_width(40).wrap(text, "  ");
        assert_eq!(
            lines,
            "Attention: 2 events are late:\n  `waybill doctor`, then\n  `waybill sweep --since 24h`.\n"
        );
        assert!(
            ColorMode::at_width(10).wrap(text, "").contains("\n`waybill sweep --since 24h`.\n")
        );
        assert_eq!(ColorMode::Plain.wrap(text, "  "), format!("{text}\n"));
    }
}
