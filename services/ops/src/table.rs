//! Tables that fit the terminal.
//!
//! A value is never broken into pieces: ids and commands are there to be copied. Where a table is wider
//! than the terminal, its last columns move to an indented line below each row.

use comfy_table::{Cell, CellAlignment, Table};
use unicode_width::UnicodeWidthStr;

use crate::format::printable;
use crate::style::{ColorMode, Style, wrapped};

/// What stands before a value below its row.
const INDENT: &str = "    ";

/// What stands between two values below a row.
const GAP: &str = "   ";

/// A column of a table whose rows are `R`.
pub struct Column<R> {
    title: &'static str,
    value: fn(&R) -> String,
    style: fn(&R) -> Option<Style>,
    alignment: CellAlignment,
    /// The value that says nothing where every row has it.
    usual: &'static str,
}

impl<R> Column<R> {
    pub const fn text(title: &'static str, value: fn(&R) -> String) -> Self {
        Self { title, value, style: |_| None, alignment: CellAlignment::Left, usual: "" }
    }

    pub const fn number(title: &'static str, value: fn(&R) -> String) -> Self {
        Self { title, value, style: |_| None, alignment: CellAlignment::Right, usual: "" }
    }

    pub const fn styled(mut self, style: fn(&R) -> Option<Style>) -> Self {
        self.style = style;
        self
    }

    /// Leaves the column out where every row has the value `usual`, or none.
    pub const fn unless_all(mut self, usual: &'static str) -> Self {
        self.usual = usual;
        self
    }

    fn says_nothing_of(&self, row: &R) -> bool {
        let value = self.value(row);
        value.is_empty() || value == self.usual
    }

    /// The value on one line, without anything that a terminal would act on.
    fn value(&self, row: &R) -> String {
        printable(&(self.value)(row).replace('\n', " "), &[])
    }

    fn cell(&self, colors: ColorMode, row: &R) -> Cell {
        let cell = Cell::new(self.value(row)).set_alignment(self.alignment);
        colors.cell((self.style)(row), cell)
    }

    fn title(&self, colors: ColorMode) -> Cell {
        let cell = Cell::new(self.title.to_uppercase()).set_alignment(self.alignment);
        colors.cell(Some(Style::Bold), cell)
    }
}

/// The rows as a table, without the columns that say nothing of any row. Where lines may have any
/// length, each row is one line.
pub fn table<R>(colors: ColorMode, columns: &[Column<R>], rows: &[R]) -> String {
    let used: Vec<&Column<R>> =
        columns.iter().filter(|c| !rows.iter().all(|row| c.says_nothing_of(row))).collect();
    let whole = grid(colors, &used, rows, |_, _| true);
    let ends = ends(&whole);
    match colors.columns() {
        Some(width) if ends.last().is_some_and(|end| *end > width) => {
            // The first column in any case, however long its values are.
            let fitting = ends.iter().take_while(|end| **end <= width).count().max(1);
            with_values_below(colors, &used, fitting, ends[fitting - 1] + 2, rows)
        }
        _ => lines(&whole).map(|line| format!("{line}\n")).collect(),
    }
}

/// The column of the screen at which each column of the table ends.
fn ends(grid: &Table) -> Vec<usize> {
    let mut end = 0;
    let widths = grid.column_max_content_widths().into_iter().map(usize::from);
    let ends = widths.map(|content| {
        // A space before and after each value; the one after the last is trimmed.
        end += content + 2;
        end - 1
    });
    ends.collect()
}

/// A table whose cells stay empty where `is_beside` is false of a column's index and a row.
fn grid<R>(
    colors: ColorMode,
    columns: &[&Column<R>],
    rows: &[R],
    is_beside: impl Fn(usize, &R) -> bool,
) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    // Or else comfy-table asks the terminal itself.
    if colors.has_colours() {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(columns.iter().map(|column| column.title(colors)));
    for row in rows {
        table.add_row(columns.iter().enumerate().map(|(i, column)| match is_beside(i, row) {
            true => column.cell(colors, row),
            false => Cell::new(""),
        }));
    }
    table
}

/// The header and one line for each row; comfy-table pads the last column.
fn lines(grid: &Table) -> impl Iterator<Item = String> {
    grid.lines().map(|line| line.trim_end().to_owned())
}

/// A table whose first `fitting` columns stand on each row's line, and the others below it. The first of
/// those, which begins at the screen's column `start`, moves only where its value is too long.
fn with_values_below<R>(
    colors: ColorMode,
    used: &[&Column<R>],
    fitting: usize,
    start: usize,
    rows: &[R],
) -> String {
    let width = colors.columns().unwrap_or(usize::MAX);
    let next = used[fitting];
    let fits = |row: &R| start + next.value(row).width() <= width;
    let shares_the_line = start + next.title.width() <= width
        && rows.iter().any(|row| !next.value(row).is_empty() && fits(row));
    let beside = &used[..fitting + usize::from(shares_the_line)];
    let grid = grid(colors, beside, rows, |i, row| i < fitting || fits(row));
    let mut lines = lines(&grid);
    let mut text = format!("{}\n", lines.next().unwrap_or_default());
    // One kind of value is named once, above; several are named beside each.
    let is_named = used.len() - fitting > 1;
    if !is_named && !shares_the_line {
        let title = colors.apply(Style::Bold, &next.title.to_uppercase());
        text.push_str(&format!("{INDENT}{title}\n"));
    }
    for (line, row) in lines.zip(rows) {
        let moved = if shares_the_line && fits(row) { fitting + 1 } else { fitting };
        text.push_str(&format!("{line}\n"));
        text.push_str(&values_below(colors, &used[moved..], row, is_named));
    }
    text
}

/// The values of a row, as many on a line as fit.
fn values_below<R>(colors: ColorMode, columns: &[&Column<R>], row: &R, is_named: bool) -> String {
    let width = colors.columns().unwrap_or(usize::MAX) - INDENT.len();
    let mut text = String::new();
    let mut taken = 0;
    for column in columns {
        let value = column.value(row);
        if value.is_empty() {
            continue;
        }
        let value = if is_named { format!("{}: {value}", column.title) } else { value };
        let beside = taken + GAP.len() + value.width();
        let pieces = wrapped(&value, width, "  ");
        for (i, piece) in pieces.iter().enumerate() {
            let is_beside = i == 0 && taken > 0 && beside <= width;
            let before = match (is_beside, text.is_empty()) {
                (true, _) => GAP.to_owned(),
                (false, true) => INDENT.to_owned(),
                (false, false) => format!("\n{INDENT}"),
            };
            // Nothing stands beside a value of several lines.
            taken = match pieces.len() {
                1 if is_beside => beside,
                1 => piece.width(),
                _ => width,
            };
            let style = (column.style)(row);
            let piece = style.map_or_else(|| piece.to_string(), |style| colors.apply(style, piece));
            text.push_str(&format!("{before}{piece}"));
        }
    }
    if text.is_empty() { text } else { text + "\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (&'static str, u32, &'static str, &'static str);

    const ROWS: [Row; 2] = [
        ("shipment.shipped", 1, "refused: MessageRejected, which is for good", "0107-abc-000000"),
        ("order.confirmed", 12, "", "0107-def-000000"),
    ];

    fn columns() -> [Column<Row>; 5] {
        [
            Column::text("mail", |row: &Row| row.0.to_owned()),
            Column::number("count", |row| row.1.to_string()),
            Column::text("never", |_| String::new()),
            Column::text("reason", |row| row.2.to_owned()),
            Column::text("id", |row| row.3.to_owned()),
        ]
    }

    #[test]
    fn an_empty_column_is_left_out_and_no_line_ends_in_spaces() {
        let text = table(ColorMode::Plain, &columns()[..3], &ROWS);
        assert_eq!(
            text,
            " MAIL              COUNT\n shipment.shipped      1\n order.confirmed      12\n"
        );
    }

    #[test]
    fn a_column_that_has_its_usual_value_everywhere_is_left_out_and_another_is_whole() {
        let shown = |rows: &[Row]| {
            let columns = [
                Column::text("shop", |row: &Row| row.0.to_owned()).unless_all("default"),
                Column::text("id", |row| row.3.to_owned()),
            ];
            table(ColorMode::Plain, &columns, rows)
        };
        let (own, other) = (("default", 1, "", "a"), ("north", 1, "", "b"));
        assert_eq!(shown(&[own, own]), " ID\n a\n a\n");
        assert_eq!(shown(&[own, other]), " SHOP     ID\n default  a\n north    b\n");
    }

    #[test]
    fn what_does_not_fit_stands_below_its_row_in_one_piece() {
        let at = |width| table(ColorMode::at_width(width), &columns(), &ROWS);
        let widths = [100, 70, 40].map(|width| format!("{width}:\n{}", at(width)));
        insta::assert_snapshot!(widths.join("\n"));
        for width in [100, 90, 80, 70, 60, 50] {
            assert!(at(width).lines().all(|line| line.width() <= usize::from(width)), "{width}");
        }
    }

    #[test]
    fn only_a_value_that_is_too_long_leaves_its_row() {
        let columns = &columns()[..4];
        let rows = [ROWS[0], ("order.confirmed", 12, "Throttled", "")];
        insta::assert_snapshot!(table(ColorMode::at_width(40), columns, &rows));
    }

    #[test]
    fn colours_take_no_room() {
        let coloured = ColorMode::Terminal { columns: 50, has_colours: true };
        let text = table(coloured, &columns(), &ROWS);
        assert!(text.contains("\u{1b}[1m"), "{text}");
        assert_eq!(
            text.lines().count(),
            table(ColorMode::at_width(50), &columns(), &ROWS).lines().count()
        );
    }
}
