//! Texts as the contract has them. What it would take with a warning only is mended or left out here.

use shared::contract::text::{Line, MAX_LINE_LEN};
use shared::{EmailAddress, HttpUrl, Language, Locale, Sku};

/// One line, cut where the contract would cut it.
pub(crate) fn line(text: &str) -> Option<String> {
    let line = if text.chars().count() > MAX_LINE_LEN {
        let beginning: String = text.chars().take(MAX_LINE_LEN - 1).collect();
        Line::parse(&format!("{}…", beginning.trim_end()))
    } else {
        Line::parse(text)
    };
    line.ok().map(|line| line.as_str().to_owned())
}

/// The texts that are there, with spaces between them.
pub(crate) fn joined(parts: &[Option<&str>]) -> Option<String> {
    let parts: Vec<&str> = parts.iter().flatten().copied().collect();
    line(&parts.join(" "))
}

/// What a page of HTML shows of a text: `Caf&eacute; &amp; Tee` is `Café & Tee`, and tags are none of it.
pub(crate) fn of_html(html: &str) -> Option<String> {
    let mut shown = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        shown.push_str(before);
        // `<3` and `a < b` are no tags.
        let is_tag = after.starts_with(|c: char| c.is_ascii_alphabetic() || "/!".contains(c));
        rest = match after.split_once('>').filter(|_| is_tag) {
            Some((_, after)) => {
                shown.push(' ');
                after
            }
            None => {
                shown.push('<');
                after
            }
        };
    }
    shown.push_str(rest);
    line(&html_escape::decode_html_entities(&shown))
}

pub(crate) fn sku(text: &str) -> Option<String> {
    Sku::parse(text).ok().map(|sku| sku.as_str().to_owned())
}

/// A link that may stand in a mail.
pub(crate) fn link(text: &str) -> Option<String> {
    HttpUrl::parse(text.trim()).ok().map(|url| url.as_str().to_owned())
}

/// An address that SES can be asked to mail.
pub(crate) fn email(text: &str) -> Option<String> {
    EmailAddress::parse(text).ok().map(|address| address.expose().to_owned())
}

/// Language, script and region of a tag such as `de_DE_formal`, if there are mails in it.
pub(crate) fn locale(tag: &str) -> Option<String> {
    let tag = tag.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
    let ends = tag.rmatch_indices('-').map(|(end, _)| end);
    let locale =
        std::iter::once(tag.len()).chain(ends).find_map(|end| Locale::parse(&tag[..end]).ok())?;
    Language::for_locale(&locale)?;
    let parts = [Some(locale.language()), locale.script(), locale.region()];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_read_as_a_page_shows_it() {
        for (html, shown) in [
            ("Caf&eacute; &amp; Tee", "Café & Tee"),
            ("T&#8211;Shirt &quot;Blau&quot;", "T–Shirt \"Blau\""),
            ("<p>FOR <b>B.</b></p>", "FOR B."),
            ("I <3 you, 1 < 2", "I <3 you, 1 < 2"),
        ] {
            assert_eq!(of_html(html).as_deref(), Some(shown));
        }
        assert_eq!(of_html("<br>&nbsp;"), None);
    }

    #[test]
    fn a_locale_is_known_by_its_beginning() {
        for (tag, locale) in [
            ("de_DE_formal", Some("de-DE")),
            ("de_DE_formalissimo", Some("de-DE")),
            ("pt_PT_ao90", Some("pt-PT")),
            ("de", Some("de")),
            ("zh-hans-cn", Some("zh-Hans-CN")),
            ("en_GB.UTF-8", Some("en-GB")),
            ("xx", None),
            ("", None),
            ("all", None),
        ] {
            assert_eq!(super::locale(tag).as_deref(), locale, "{tag}");
        }
    }

    #[test]
    fn a_long_text_is_cut_by_character() {
        let long = "ä".repeat(600);
        assert_eq!(line(&long).map(|line| line.chars().count()), Some(MAX_LINE_LEN));
        assert_eq!(line(" \u{200b}"), None);
    }
}
