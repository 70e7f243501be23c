//! Layout of plain text: columns and folding.

use std::borrow::Cow;
use std::fmt;

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

/// The widest a line of prose or a row gets, in columns.
const COLUMNS: usize = 72;
/// The indentation of rows.
const INDENT: usize = 2;

/// Cleans up a template's output: removes trailing spaces and repeated empty lines, and folds prose. A line
/// that starts with a space already has its layout and is not folded.
pub fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len() + text.len() / 16);
    let mut empty_before = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() && empty_before {
            continue;
        }
        empty_before = line.is_empty();
        if line.starts_with(' ') {
            tidy.push_str(line);
        } else {
            tidy.push_str(&fold(line, COLUMNS).join("\n"));
        }
        tidy.push('\n');
    }
    tidy.truncate(tidy.trim_end().len());
    tidy.push('\n');
    tidy
}

/// A row of a list: `lead` (a quantity), `body`, folded beside it, and `end` (an amount), aligned right.
pub fn row(lead: &str, body: impl AsRef<str>, end: &str) -> String {
    let body = body.as_ref();
    let margin = margin(lead);
    let room = COLUMNS.saturating_sub(margin + width(end) + 2).max(16);
    let lines = fold(body, room);
    let mut row = format!("{:INDENT$}{lead}", "");
    pad(&mut row, margin);
    for (i, line) in lines.iter().enumerate() {
        if i > 0 {
            row.push('\n');
            row.push_str(&" ".repeat(margin));
        }
        row.push_str(line);
        if i == 0 && !end.is_empty() {
            let used = margin + width(line);
            let gap = COLUMNS.saturating_sub(used + width(end)).max(2);
            row.push_str(&" ".repeat(gap));
            row.push_str(end);
        }
    }
    row
}

/// A label and its value, in two columns.
pub fn fact(label: &str, value: impl fmt::Display) -> String {
    const LABEL: usize = 17;
    format!("{:INDENT$}{label:<LABEL$}{value}", "")
}

/// A heading, underlined.
pub fn heading(title: &str) -> String {
    format!("{title}\n{}", "-".repeat(width(title)))
}

/// A further line of a row with the same `lead`.
pub fn continuation(lead: &str, text: &str) -> String {
    format!("\n{:1$}{text}", "", margin(lead))
}

/// The column in which the body of a row starts.
fn margin(lead: &str) -> usize {
    INDENT + width(lead) + if lead.is_empty() { 0 } else { 2 }
}

fn pad(row: &mut String, columns: usize) {
    let missing = columns.saturating_sub(width(row));
    row.push_str(&" ".repeat(missing));
}

/// Folds at spaces. A word that is wider than `columns`, such as a link, stays in one piece: broken, it
/// would no longer be a link.
fn fold(text: &str, columns: usize) -> Vec<Cow<'_, str>> {
    let options = Options::new(columns)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options)
}

/// How many columns `text` takes in a monospaced font: East Asian letters and emoji take two, marks that
/// combine and invisible characters none (UAX #11).
fn width(text: &str) -> usize {
    text.width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_end_in_one_column_whatever_the_script() {
        for title in ["Mug", "有田焼の湯呑み", "ספל", &"a long title ".repeat(9)] {
            let row = row("2 x", title, "€49.80");
            let first = row.lines().next().expect("a line");
            assert_eq!(width(first), COLUMNS, "{row}");
            assert!(row.lines().all(|line| width(line) <= COLUMNS), "{row}");
        }
    }

    #[test]
    fn prose_is_folded_but_a_link_and_a_laid_out_line_are_not() {
        let link = format!("https://shop.example/{}", "x".repeat(80));
        let prose = "word ".repeat(30);
        let text = tidy(&format!("{prose}\n\n\n\n{link}\n  {prose}\n\n"));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].len() <= COLUMNS && lines[1].len() <= COLUMNS);
        assert!(lines.contains(&link.as_str()));
        assert!(lines.iter().any(|l| l.starts_with("  word") && l.len() > COLUMNS));
        assert!(!text.contains("\n\n\n") && text.ends_with("word\n"));
    }

    #[test]
    fn an_empty_text_is_one_empty_line() {
        assert_eq!(tidy(""), "\n");
    }
}
