//! Plain text: columns and folding.

use std::fmt;

/// The widest a line of prose or a row gets, in columns.
const COLUMNS: usize = 72;
/// How far rows are moved in.
const INDENT: usize = 2;

/// Puts a template's output in order: no space at a line's end, never two empty lines in a row,
/// prose folded. A line that starts with a space has its layout already and is left alone.
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

/// A row of a list: `lead` (a quantity), `body` folded beside it, `end` (an amount) at the right.
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

/// A fact: `label`, then `value` in a column of its own.
pub fn fact(label: &str, value: impl fmt::Display) -> String {
    const LABEL: usize = 17;
    format!("{:INDENT$}{label:<LABEL$}{value}", "")
}

/// One more line of a row, beside the same `lead`.
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

/// Folds at spaces. A word that is wider than `columns`, such as a link, stays in one piece.
fn fold(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
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

/// How many columns `text` takes where letters have one width.
fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// East Asian letters and emoji take two columns, marks that combine and invisible ones none.
/// Rough on purpose: a wrong guess costs a column of alignment.
fn char_width(c: char) -> usize {
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
