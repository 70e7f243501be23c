//! Text that a mail client would turn into a link by itself.
//!
//! Clients link URLs, host names, e-mail addresses and phone numbers in both parts of a mail. A
//! customer's name or address must not become such a link: whoever orders under the name
//! `evil.example` could else have the shop mail it to any address.
//!
//! The break is U+200C ZERO WIDTH NON-JOINER, the same in the HTML, the text and the subject:
//! - It has no width, no glyph and no line break, and screen readers do not read it. What is copied
//!   reads and looks the same; the character goes along, and only where text looked like a link.
//! - Between Latin letters no host name may hold it (RFC 5892 appendix A.1, UTS #46 `CheckJoiners`):
//!   a client that links across it links to nowhere. U+200B and U+2060 are mapped to nothing there,
//!   so the link would work, which phishing has used (“Z-WASP”).
//! - libphonenumber, which Android and Gmail find phone numbers with, skips U+200B, U+2060 and the
//!   soft hyphen inside of one (`PhoneNumberUtil.VALID_PUNCTUATION`), but not U+200C.
//! - `<wbr>` and `<span>` are not copied and do for Gmail, but Apple's data detectors read the text
//!   across elements, and the text part has no elements. `format-detection`, which the page sets
//!   too, is a hint to Apple's clients only.

use std::borrow::Cow;

/// Goes where a link would run on.
const BREAK: char = '\u{200c}';

/// Digits from which on a number may be one to call. Seven are a postal code in Japan or Israel,
/// which should be copied as it is.
const MIN_PHONE_DIGITS: usize = 8;
/// Digits in a row left together in a phone number: shorter than any number that Android links.
const MAX_DIGITS_IN_A_ROW: usize = 4;

/// `text` with a break wherever a client could see a link. It looks and reads the same.
pub fn break_links(text: &str) -> Cow<'_, str> {
    let chars: Vec<char> = text.chars().collect();
    let mut has_break = vec![false; chars.len()];
    mark_joints(&chars, &mut has_break);
    mark_phone_numbers(&chars, &mut has_break);
    if !has_break.contains(&true) {
        return Cow::Borrowed(text);
    }
    let broken = chars.into_iter().zip(has_break);
    Cow::Owned(
        broken.flat_map(|(c, split)| split.then_some(BREAK).into_iter().chain([c])).collect(),
    )
}

/// Whether `text` names a host, a URL, an address or a phone number. A dot alone does not: `J.R.`
/// is a name.
pub fn has_link(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let joins_words = chars.windows(3).any(|w| is_joint(w[1]) && !is_dot(w[1]) && is_inner(w));
    // The shortest top-level domains have two letters.
    let has_host = chars.windows(4).any(|w| {
        is_dot(w[1]) && is_inner(w) && !w[3].is_whitespace() && !is_joint(w[2]) && !is_joint(w[3])
    });
    joins_words
        || has_host
        || chars.windows(2).any(is_double_slash)
        || !phone_numbers(&chars).is_empty()
}

/// Whether `text` names a host or an e-mail address, by the form of its last label: what a shop may say in its own words,
/// such as its opening hours or a phone number to call, is none.
pub fn names_host(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let has_at = chars.windows(3).any(|w| is_at(w[1]) && is_inner(w));
    has_at
        || chars.windows(4).any(|w| {
            w[0].is_alphanumeric() && is_dot(w[1]) && w[2].is_alphabetic() && w[3].is_alphabetic()
        })
}

/// Marks both sides of what holds a link together. One side is not enough: clients that take any
/// character for a letter look for `www.` before it or a top-level domain after it.
fn mark_joints(chars: &[char], has_break: &mut [bool]) {
    for (i, window) in chars.windows(3).enumerate() {
        if is_joint(window[1]) && is_inner(window) {
            has_break[i + 1] = true;
            has_break[i + 2] = true;
        }
    }
    // At the edges too: what stands beside the text there, such as the isolates around right-to-left text,
    // is a part of a host name to clients that take any character for a letter.
    if let [joint, next, ..] = chars
        && is_joint(*joint)
        && !next.is_whitespace()
    {
        has_break[0] = true;
        has_break[1] = true;
    }
    for (i, pair) in chars.windows(2).enumerate() {
        has_break[i + 1] |= is_double_slash(pair);
    }
}

/// Marks each group of digits in a phone number.
fn mark_phone_numbers(chars: &[char], has_break: &mut [bool]) {
    for (start, number) in phone_numbers(chars) {
        let mut in_a_row = 0;
        for (i, c) in number.iter().enumerate() {
            let is_digit = c.is_numeric();
            if in_a_row == MAX_DIGITS_IN_A_ROW || (in_a_row > 0 && !is_digit) {
                has_break[start + i] = true;
                in_a_row = 0;
            }
            in_a_row += usize::from(is_digit);
        }
    }
}

/// The stretches that may be phone numbers, each with its place.
fn phone_numbers(chars: &[char]) -> Vec<(usize, &[char])> {
    let mut start = 0;
    let stretches = chars.split(|c| !c.is_numeric() && !is_phone_punctuation(*c));
    stretches
        .map(|stretch| {
            let place = start;
            start += stretch.len() + 1;
            (place, stretch)
        })
        .filter(|(_, stretch)| {
            stretch.iter().filter(|c| c.is_numeric()).count() >= MIN_PHONE_DIGITS
        })
        .collect()
}

/// Whether the second of `window` stands inside of a word.
fn is_inner(window: &[char]) -> bool {
    !window[0].is_whitespace() && !window[2].is_whitespace()
}

/// What links are held together by, wide forms included: clients fold them (NFKC).
fn is_joint(c: char) -> bool {
    is_dot(c) || is_at(c) || matches!(c, ':' | '\u{ff1a}')
}

fn is_at(c: char) -> bool {
    matches!(c, '@' | '\u{fe6b}' | '\u{ff20}')
}

/// The dots between the labels of a host name (RFC 3490 section 3.1), and U+2024, which folds to one.
fn is_dot(c: char) -> bool {
    matches!(c, '.' | '\u{2024}' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}')
}

/// `//` of a URL, `\\` of a Windows share, which Outlook links.
fn is_double_slash(pair: &[char]) -> bool {
    matches!(pair, ['/', '/'] | ['\\', '\\'])
}

/// What libphonenumber allows between the digits of one number, and the plus before it.
fn is_phone_punctuation(c: char) -> bool {
    matches!(c,
        ' ' | '-' | '+' | '.' | '/' | '(' | ')' | '[' | ']' | '~' | 'x'
        | '\u{a0}' | '\u{ad}' | '\u{200b}' | '\u{2010}'..='\u{2015}' | '\u{2053}' | '\u{2060}'
        | '\u{2212}' | '\u{223c}' | '\u{3000}' | '\u{30fc}' | '\u{ff08}' | '\u{ff09}' | '\u{ff0b}'
        | '\u{ff0d}'..='\u{ff0f}' | '\u{ff3b}' | '\u{ff3d}' | '\u{ff5e}')
}

#[cfg(test)]
mod tests {
    use shared::HttpUrl;

    use super::*;

    const LINKS: [&str; 17] = [
        "https://evil.example/claim",
        "HTTP://EVIL.EXAMPLE",
        "Win! evil-prize.com/claim",
        "www.evil.example",
        "evil.de",
        "i❤.ws",
        "evil。com",
        "evil．com",
        "192.0.2.1/x",
        "me@evil.example",
        "mailto:me",
        "tel:110",
        "//evil/claim",
        r"\\evil\share",
        "0900 1234567",
        "+1 (900) 555-0199",
        "０９００１２３４５６７",
    ];

    const NO_LINKS: [&str; 8] = [
        "Seán O'Hara-Müller",
        "J. R. Smith",
        "Lange Reihe 41, 3. OG links",
        "c/o Krüger: 2nd floor",
        "1420 NW Lovejoy St, Apt 503",
        "〒100-0001",
        "תל אביב 6439101",
        "St. Gallen @ home",
    ];

    #[test]
    fn whatever_looks_like_a_link_is_broken_and_reads_the_same() {
        for link in LINKS {
            let broken = break_links(link);
            assert!(has_link(link) && broken != link, "{link}");
            assert!(!has_link(&broken.replace(BREAK, "\n")), "{broken:?}");
            assert_eq!(broken.replace(BREAK, ""), link);
        }
    }

    #[test]
    fn ordinary_names_and_addresses_are_copied_as_they_are() {
        for text in NO_LINKS {
            assert!(!has_link(text), "{text}");
            assert_eq!(break_links(text), text);
        }
    }

    #[test]
    fn a_shop_s_words_name_a_host_where_they_hold_a_domain_or_an_address() {
        for text in ["Danke, dein laden.example", "hilfe@laden", "www.laden.example", "店。例え"]
        {
            assert!(names_host(text), "{text}");
        }
        for text in
            ["Merci! Bis bald.", "9.30 bis 18:00 Uhr", "Tel. 0800 1234567", "z.B. heute", "…da"]
        {
            assert!(!names_host(text), "{text}");
        }
    }

    #[test]
    fn initials_are_a_name_but_are_broken_all_the_same() {
        assert!(!has_link("J.R. Smith"));
        assert_eq!(break_links("J.R. Smith"), "J\u{200c}.\u{200c}R. Smith");
    }

    #[test]
    fn a_joint_at_the_start_is_broken_off_from_what_stands_before_the_text() {
        assert_eq!(break_links(".httpא"), "\u{200c}.\u{200c}httpא");
        assert_eq!(break_links(". a"), ". a");
    }

    #[test]
    fn no_group_of_a_phone_number_is_long_enough_to_call() {
        let broken = break_links("Call 0900 1234567 now");
        let longest = broken.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
        assert_eq!(longest, Some(4), "{broken:?}");
        assert!(broken.contains("0900\u{200c} 1234\u{200c}567"), "{broken:?}");
    }

    #[test]
    fn a_link_across_the_break_leads_nowhere_unlike_with_other_invisible_characters() {
        assert!(HttpUrl::parse(&format!("http://evil{BREAK}.{BREAK}example/")).is_err());
        for ignored in ['\u{200b}', '\u{2060}'] {
            let link = HttpUrl::parse(&format!("http://evil{ignored}.{ignored}example/"));
            assert_eq!(link.expect("a link").as_str(), "http://evil.example/");
        }
    }
}
