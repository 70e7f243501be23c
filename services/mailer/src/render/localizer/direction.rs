//! Text that is written the other way round than the mail.
//!
//! Every text of a customer or a shop comes between U+2068 and U+2069, whatever it holds: who writes it does not know in
//! which mail it will stand. When the mail is whole, the pairs that it does not need are taken out.

/// Which way a language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// As English.
    LeftToRight,
    /// As Arabic.
    RightToLeft,
}

/// Opens an isolate whose direction is that of its first letter.
pub const ISOLATE: char = '\u{2068}';
/// Closes it.
pub const END: char = '\u{2069}';

/// Takes the isolates out of a mail that its text does not need: in a mail from left to right, all but those of texts with
/// a right-to-left letter; in one from right to left, all but those with a letter or digit of the other direction, such as
/// a tracking number. What is left keeps the text from reordering the punctuation and numbers around it (UAX #9). HTML
/// uses these characters as well, because Gmail, Outlook and Yahoo remove the element `<bdi>`.
pub fn settle(text: &str, direction: Direction) -> String {
    let mut settled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once(ISOLATE) {
        settled.push_str(before);
        let Some((inside, after)) = from.split_once(END) else {
            rest = from;
            continue;
        };
        if needs_isolation(inside, direction) {
            settled.extend([ISOLATE]);
            settled.push_str(inside);
            settled.extend([END]);
        } else {
            settled.push_str(inside);
        }
        rest = after;
    }
    settled.push_str(rest);
    settled
}

fn needs_isolation(text: &str, direction: Direction) -> bool {
    match direction {
        Direction::LeftToRight => text.contains(is_right_to_left),
        Direction::RightToLeft => {
            text.contains(|c: char| c.is_alphanumeric() && !is_right_to_left(c))
        }
    }
}

/// The blocks of right-to-left scripts (Hebrew to Arabic Extended-A, the presentation forms, the historic and African ones
/// beyond the first plane) and the marks that act like them.
fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}'
        | '\u{200f}'
        | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_written_the_other_way_round_is_isolated() {
        let text =
            "\u{2068}Zoë\u{2069} \u{2068}نועה\u{2069} \u{2068}#1\u{2069} \u{2068}...\u{2069}";
        assert!(!is_right_to_left('\u{feff}'), "a byte order mark");
        let english = "Zoë \u{2068}نועה\u{2069} #1 ...";
        assert_eq!(settle(text, Direction::LeftToRight), english);
        let arabic = "\u{2068}Zoë\u{2069} نועה \u{2068}#1\u{2069} ...";
        assert_eq!(settle(text, Direction::RightToLeft), arabic);
    }

    #[test]
    fn an_isolate_without_an_end_is_taken_out() {
        assert_eq!(settle("a\u{2068}b", Direction::LeftToRight), "ab");
    }
}
