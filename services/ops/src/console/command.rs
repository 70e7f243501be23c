//! The command that does what a page shows or a form does.

use std::fmt;

use shared::ShopId;

use crate::aws::Stack;
use crate::command_line::command_line;

/// A command line, word by word.
#[derive(Debug, Clone)]
pub struct CommandLine {
    /// The command and its arguments.
    words: Vec<String>,
    flags: Vec<Word>,
    /// How the console reaches its stack.
    connection: Vec<String>,
}

#[derive(Clone)]
struct Word {
    typed: String,
    /// What pages show in its place.
    placeholder: Option<&'static str>,
}

impl Word {
    const fn new(typed: String) -> Self {
        Self { typed, placeholder: None }
    }

    fn shown(&self) -> &str {
        self.placeholder.unwrap_or(&self.typed)
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown())
    }
}

impl CommandLine {
    /// The command and its arguments, with `--shop` and what else of the console's own command line names the stack.
    pub fn new<W: Into<String>>(stack: &Stack, words: impl IntoIterator<Item = W>) -> Self {
        let shop = stack.shop.as_ref().map_or("", ShopId::as_str);
        let connection = stack.connection_flags.clone();
        Self { connection, ..Self::from_words(words).with("--shop", shop) }
    }

    fn from_words<W: Into<String>>(words: impl IntoIterator<Item = W>) -> Self {
        Self {
            words: words.into_iter().map(Into::into).collect(),
            flags: Vec::new(),
            connection: Vec::new(),
        }
    }

    /// A flag and its value; nothing where the value is empty.
    pub fn with(mut self, flag: &str, value: &str) -> Self {
        if value.starts_with('-') {
            // As a word of its own it would be taken for a flag.
            self.flags.push(Word::new(format!("{flag}={value}")));
        } else if !value.is_empty() {
            self.flags.extend([flag, value].map(|word| Word::new(word.to_owned())));
        }
        self
    }

    /// `--edit` and its filter, which may quote a customer. Pages show a placeholder: with an address masked in it, the
    /// filter would write the mask. The audit item has the digest of the filter as it is, and its text with what may be a
    /// customer's masked.
    pub fn with_edit(mut self, filter: String) -> Self {
        let filter = Word { typed: filter, placeholder: Some("FILTER") };
        self.flags.extend([Word::new("--edit".to_owned()), filter]);
        self
    }

    /// A flag without a value, if it is set.
    pub fn with_flag(mut self, flag: &str, is_set: bool) -> Self {
        self.flags.extend(is_set.then(|| Word::new(flag.to_owned())));
        self
    }

    /// The shop that it names; empty where that is the default one, or none.
    pub fn shop(&self) -> &str {
        let at = self.flags.iter().position(|flag| flag.typed == "--shop");
        at.and_then(|at| self.flags.get(at + 1)).map_or("", |shop| &shop.typed)
    }

    /// As it is copied into a shell.
    pub fn shown(&self) -> String {
        self.all(Word::shown, &self.connection)
            .into_iter()
            .map(quoted)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// As an audit item keeps it: which stack it is about, the item's table tells.
    pub fn audited(&self) -> String {
        let words: Vec<_> = self.all(|word| &word.typed, &[]).into_iter().map(Into::into).collect();
        format!("{}, in the console", command_line(&words))
    }

    /// All words in their order, a flag's as `text` has them. A shop's order may have an id that begins with a hyphen: it stands last, after `--`, so
    /// that it is no flag.
    fn all<'a>(
        &'a self,
        text: impl Fn(&'a Word) -> &'a str,
        connection: &'a [String],
    ) -> Vec<&'a str> {
        let dashed = self.words.iter().position(|word| word.starts_with('-'));
        let (plain, dashed) = self.words.split_at(dashed.unwrap_or(self.words.len()));
        let mut typed = vec!["waybill"];
        typed.extend(plain.iter().map(String::as_str));
        typed.extend(self.flags.iter().map(text));
        typed.extend(connection.iter().map(String::as_str));
        if !dashed.is_empty() {
            typed.push("--");
            typed.extend(dashed.iter().map(String::as_str));
        }
        typed
    }
}

fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._:/-=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else if word.chars().any(char::is_control) {
        escaped(word)
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// With escape sequences in place of control characters: these would act on the terminal into which they are pasted,
/// quoted or not.
fn escaped(word: &str) -> String {
    let escaped = word.chars().map(|c| match c {
        '\'' | '\\' => format!("\\{c}"),
        c if c.is_ascii_control() => format!("\\x{:02x}", u32::from(c)),
        c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    });
    format!("$'{}'", escaped.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_a_shell_takes_it_and_kept_without_reason_and_address() {
        let command = CommandLine::from_words(["resend", "R 7's", "order.confirmed"])
            .with("--to", "jo@example.com")
            .with("--scope", "")
            .with("--reason", "Jo asked")
            .with_flag("--yes", true);
        assert_eq!(
            command.shown(),
            r"waybill resend 'R 7'\''s' order.confirmed --to jo@example.com --reason 'Jo asked' --yes"
        );
        let connection = ["--stack".to_owned(), "shop 2".to_owned()].to_vec();
        let command = CommandLine { connection, ..command };
        assert!(command.shown().ends_with(" --yes --stack 'shop 2'"), "{}", command.shown());
        let kept = command.audited();
        assert!(kept.ends_with("--to j***@***.com --yes, in the console"), "{kept}");
    }

    #[test]
    fn a_filter_that_may_quote_a_customer_is_shown_nowhere_and_kept_as_its_own_digest() {
        let edit = |filter: &str| {
            CommandLine::from_words(["dlq", "replay", "mail"]).with_edit(filter.to_owned())
        };
        let (one, other) =
            (edit(".email = \"a@shop.example\""), edit(".email = \"b@shop.example\""));
        assert_eq!(one.shown(), "waybill dlq replay mail --edit FILTER");
        assert!(!format!("{one:?}").contains("shop.example"), "{one:?}");
        let typed = ["waybill", "dlq", "replay", "mail", "--edit", ".email = \"a@shop.example\""];
        let typed = command_line(&typed.map(Into::into));
        assert_eq!(
            one.audited(),
            format!("{typed}, in the console"),
            "the command has the same digest"
        );
        assert_ne!(one.audited(), other.audited(), "masked, they would be the same filter");
    }

    #[test]
    fn nothing_that_a_shop_or_a_link_names_becomes_a_flag_or_reaches_the_terminal() {
        let command = CommandLine::from_words(["resend", "--show-pii", "order.confirmed"])
            .with("--scope", "-p1")
            .with_flag("--yes", true);
        assert_eq!(
            command.shown(),
            "waybill resend --scope=-p1 --yes -- --show-pii order.confirmed"
        );
        let command = CommandLine::from_words(["dlq", "show", "mail"])
            .with("--failed-for", "it's \\ \u{1b}[201~\nrm \u{9b}");
        assert_eq!(
            command.shown(),
            r"waybill dlq show mail --failed-for $'it\'s \\ \x1b[201~\x0arm \u009b'"
        );
    }
}
