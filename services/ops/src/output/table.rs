//! Tables.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};

use super::colors::{ColorMode, Style};

/// A column of a table over rows `R`.
pub struct Column<R> {
    title: &'static str,
    value: fn(&R) -> String,
    style: fn(&R) -> Option<Style>,
    alignment: CellAlignment,
}

impl<R> Column<R> {
    /// A column of text.
    pub const fn text(title: &'static str, value: fn(&R) -> String) -> Self {
        Self { title, value, style: |_| None, alignment: CellAlignment::Left }
    }

    /// A column of numbers.
    pub const fn number(title: &'static str, value: fn(&R) -> String) -> Self {
        Self { title, value, style: |_| None, alignment: CellAlignment::Right }
    }

    /// The same with a tone for each row.
    #[must_use]
    pub const fn styled(mut self, style: fn(&R) -> Option<Style>) -> Self {
        self.style = style;
        self
    }
}

/// A table of the rows, each line ended. On a terminal it keeps to its width; elsewhere a row is a
/// line. A column that is empty in every row is left out.
pub fn table<R>(colors: ColorMode, columns: &[Column<R>], rows: &[R]) -> String {
    let used: Vec<&Column<R>> =
        columns.iter().filter(|c| rows.iter().any(|row| !(c.value)(row).is_empty())).collect();
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    match colors {
        ColorMode::Plain => table.force_no_tty(),
        ColorMode::Colour => {
            table.set_content_arrangement(ContentArrangement::Dynamic).enforce_styling()
        }
    };
    table.set_header(
        used.iter().map(|c| {
            Style::Bold.cell(Cell::new(c.title.to_uppercase()).set_alignment(c.alignment))
        }),
    );
    for row in rows {
        table.add_row(used.iter().map(|column| cell(column, row)));
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn cell<R>(column: &Column<R>, row: &R) -> Cell {
    let cell = Cell::new((column.value)(row)).set_alignment(column.alignment);
    match (column.style)(row) {
        Some(style) => style.cell(cell),
        None => cell,
    }
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
}
