//! Layout of plain text: columns and folding.

use std::borrow::Cow;
use std::fmt;

use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::localizer::{END, ISOLATE};

/// The widest a line of prose or a row gets, in columns.
const COLUMNS: usize = 72;
/// The indentation of rows.
const INDENT: usize = 2;

/// Ends the label of a fact, until its column is known. No text of an event holds a control character.
const COLUMN: char = '\u{1f}';

/// Cleans up a template's output: removes trailing spaces and repeated empty lines, lays out facts, and folds prose. A
/// line that starts with a space already has its layout and is not folded.
pub fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut tidy = String::with_capacity(text.len() + text.len() / 16);
    let mut empty_before = true;
    for block in lines.chunk_by(|a, b| a.contains(COLUMN) && b.contains(COLUMN)) {
        let label_width = block.iter().filter_map(|line| label(line)).map(width).max();
        for line in block {
            if line.is_empty() && empty_before {
                continue;
            }
            empty_before = line.is_empty();
            push_line(&mut tidy, line, label_width.unwrap_or(0));
            tidy.push('\n');
        }
    }
    tidy.truncate(tidy.trim_end().len());
    tidy.push('\n');
    tidy
}

fn label(line: &str) -> Option<&str> {
    line.split_once(COLUMN).map(|(label, _)| label)
}

fn push_line(tidy: &mut String, line: &str, label_width: usize) {
    if let Some((label, value)) = line.split_once(COLUMN) {
        tidy.push_str(label);
        tidy.push_str(&" ".repeat(label_width - width(label) + 2));
        tidy.push_str(value);
    } else if line.starts_with(' ') {
        tidy.push_str(line);
    } else {
        tidy.push_str(&fold(line, COLUMNS).join("\n"));
    }
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

/// A label and its value, in two columns: `tidy` makes the first as wide as the widest label of the rows that follow each
/// other.
pub fn fact(label: impl fmt::Display, value: impl fmt::Display) -> String {
    format!("{:INDENT$}{label}{COLUMN}{value}", "")
}

/// A heading, underlined.
pub fn heading(title: impl AsRef<str>) -> String {
    let title = title.as_ref();
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

/// Folds at spaces, and between the letters of Chinese and Japanese, which have none. A word that is wider than
/// `columns`, such as a link, stays in one piece: broken, it would no longer be a link.
fn fold(text: &str, columns: usize) -> Vec<Cow<'_, str>> {
    let options = Options::new(columns)
        .break_words(false)
        .word_separator(WordSeparator::Custom(words))
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    isolate_in_each_line(textwrap::wrap(text, options))
}

/// An isolate ends with its line (UAX #9, paragraph separators), so a text that goes on in the next line is opened there
/// again. Otherwise what follows on the first line, such as an amount, would be a part of it.
fn isolate_in_each_line<'t>(lines: Vec<Cow<'t, str>>) -> Vec<Cow<'t, str>> {
    let mut is_open = false;
    let isolate = |line: Cow<'t, str>| {
        let was_open = is_open;
        is_open = line_leaves_open(&line, was_open);
        match (was_open, is_open) {
            (false, false) => line,
            (false, true) => Cow::Owned(format!("{line}{END}")),
            (true, false) => Cow::Owned(format!("{ISOLATE}{line}")),
            (true, true) => Cow::Owned(format!("{ISOLATE}{line}{END}")),
        }
    };
    lines.into_iter().map(isolate).collect()
}

fn line_leaves_open(line: &str, is_open: bool) -> bool {
    line.chars().fold(is_open, |is_open, c| match c {
        ISOLATE => true,
        END => false,
        _ => is_open,
    })
}

/// The pieces that stay in one line, each with the spaces behind it.
fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut rest = line;
    Box::new(std::iter::from_fn(move || {
        let mut letters = rest.char_indices().zip(rest.chars().skip(1));
        let end = letters.find(|((_, before), after)| may_break(*before, *after));
        let end = end.map_or(rest.len(), |((at, before), _)| at + before.len_utf8());
        let (word, after) = rest.split_at(end);
        rest = after;
        (!word.is_empty()).then(|| Word::from(word))
    }))
}

/// Whether a line may end between these (UAX #14, of which this is as much as mails need).
fn may_break(before: char, after: char) -> bool {
    if before == ' ' {
        return after != ' ';
    }
    let is_wide = |c: char| c.width() == Some(2);
    let opens = |c: char| "（「『【〈《〔［｛“‘".contains(c);
    let stays_behind =
        |c: char| "）」』】〉》〕］｝”’、。，．：；？！…・ー々ゝ゛゜っゃゅょッャュョ".contains(c);
    (is_wide(before) || is_wide(after))
        && !opens(before)
        && !stays_behind(after)
        && after != ' '
        && !is_no_break(before)
        && !is_no_break(after)
}

/// Characters that join what is beside them, and marks without a width.
fn is_no_break(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{202f}') || c.width() == Some(0)
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
    fn a_text_that_is_folded_is_isolated_in_each_line() {
        let name = format!("{ISOLATE}{}{END}", ["Stoneware"; 12].join(" "));
        let row = row("1", &name, "5");
        assert!(row.lines().count() > 1, "{row}");
        for line in row.lines() {
            let (start, end) = (line.find(ISOLATE), line.find(END));
            assert!(start.is_some_and(|start| end.is_some_and(|end| start < end)), "{line:?}");
        }
        assert!(row.lines().next().is_some_and(|first| first.ends_with('5')), "{row}");
    }

    #[test]
    fn a_language_without_spaces_is_folded_between_its_letters() {
        let text = "ご注文いただいた商品を発送いたしました。".repeat(5);
        let folded = tidy(&text);
        assert!(folded.lines().all(|line| width(line) <= COLUMNS), "{folded}");
        assert!(folded.lines().all(|line| !line.starts_with('。')), "{folded}");
        assert_eq!(folded.replace('\n', ""), text);
        let link = format!(
            "詳しくは{}をご覧ください。",
            format_args!("https://shop.example/{}", "x".repeat(60))
        );
        assert!(
            tidy(&link).lines().any(|line| line.starts_with("https://") && line.ends_with('x'))
        );
    }

    #[test]
    fn the_values_of_facts_that_follow_each_other_stand_in_one_column() {
        let facts = [("Carrier", "DHL"), ("追跡番号", "1"), ("Sendungsverfolgung", "2")];
        let text: Vec<String> = facts.iter().map(|(label, value)| fact(label, value)).collect();
        let expected = "  Carrier             DHL\n  追跡番号            1\n  Sendungsverfolgung  2\n\n  An  3\n";
        assert_eq!(tidy(&format!("{}\n\n{}", text.join("\n"), fact("An", "3"))), expected);
    }

    #[test]
    fn an_empty_text_is_one_empty_line() {
        assert_eq!(tidy(""), "\n");
    }
}
