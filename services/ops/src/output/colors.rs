//! Colours.

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorMode {
    /// As it is: into a file, a pipe, a snapshot.
    Plain,
    /// With ANSI colours.
    Colour,
}

/// What a colour means. Never the only bearer of the meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A heading.
    Bold,
    /// As it should be.
    Success,
    /// Somebody should look.
    Warning,
    /// Something is wrong.
    Error,
    /// Less important.
    Dim,
}

impl ColorMode {
    /// The text in the colour of `tone`.
    #[must_use]
    pub fn apply(self, style: Style, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => format!("\u{1b}[{}m{text}\u{1b}[0m", style.code()),
        }
    }

    /// A heading on a line of its own.
    #[must_use]
    pub fn heading(self, text: &str) -> String {
        format!("{}\n", self.apply(Style::Bold, text))
    }
}

impl Style {
    const fn code(self) -> u8 {
        match self {
            Self::Bold => 1,
            Self::Success => 32,
            Self::Warning => 33,
            Self::Error => 31,
            Self::Dim => 2,
        }
    }

    /// The same for a cell of a table.
    pub(super) fn cell(self, cell: comfy_table::Cell) -> comfy_table::Cell {
        use comfy_table::{Attribute, Color};
        match self {
            Self::Bold => cell.add_attribute(Attribute::Bold),
            Self::Success => cell.fg(Color::DarkGreen),
            Self::Warning => cell.fg(Color::DarkYellow),
            Self::Error => cell.fg(Color::DarkRed),
            Self::Dim => cell.add_attribute(Attribute::Dim),
        }
    }
}
