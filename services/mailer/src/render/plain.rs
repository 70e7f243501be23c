//! Layout of plain text: columns and folding.

use std::fmt;

/// The maximum width of a line, in columns.
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
pub fn row(lead: &str, body: &str, end: &str) -> String {
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

/// Folds text at spaces.
fn fold(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        // A word wider than `columns` is not split, because it is usually a link.
        let word_width = width(word);
        if used > 0 && used + 1 + word_width > columns {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
        }
        used += word_width;
    }
    lines
}

/// The width of `text` in columns of a fixed-width font.
fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// East Asian characters and emoji take two columns, combining and invisible characters none.
fn char_width(c: char) -> usize {
    // Only roughly UAX #11: a wrong guess costs a column of alignment in one line.
    match c {
        '\u{300}'..='\u{36f}'
        | '\u{591}'..='\u{5bd}'
        | '\u{64b}'..='\u{65f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2066}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f900}'..='\u{1f9ff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
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
