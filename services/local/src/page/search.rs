//! Full-text search: a mail is found by words of everything that a person sees of it.

use mail_parser::decoders::html::html_to_text;

use crate::ses::Mail;

/// The words of a search, as [`has_words`] compares them.
pub fn words(search: &str) -> Vec<String> {
    fold(search).split_whitespace().map(str::to_owned).collect()
}

/// Whether each word of `search` is somewhere in the mail, in any order and in any case: in subject,
/// addresses, kind, shop, order, state or body. A word may be a part of one.
pub fn has_words(mail: &Mail, search: &str) -> bool {
    let text = fold(&text(mail));
    words(search).iter().all(|word| text.contains(word.as_str()))
}

fn text(mail: &Mail) -> String {
    let content = &mail.content;
    let mut parts = vec![content.shown_subject().into_owned()];
    let people = std::iter::once(&content.from).chain(content.recipients());
    parts.extend(people.map(|address| address.email.clone()));
    parts.extend(content.kind());
    parts.extend(content.shop().map(str::to_owned));
    parts.extend(content.order());
    parts.extend(mail.outcomes.iter().map(|(_, outcome)| outcome.as_str().to_owned()));
    parts.push(match (&content.text, &content.html) {
        (Some(text), _) => text.clone(),
        (None, Some(html)) => html_to_text(html),
        (None, None) => String::new(),
    });
    // By lines: no word is found across two parts.
    parts.join("\n")
}

/// In lower case, and without characters that nobody sees: the mailer breaks what a mail client would
/// turn into a link by one of them.
fn fold(text: &str) -> String {
    let folded = text.to_lowercase();
    let is_invisible =
        |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    if folded.is_ascii() { folded } else { folded.replace(is_invisible, "") }
}
