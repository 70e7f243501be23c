//! The command that does what a page shows or a form does.

use shared::ShopId;

use crate::aws::Stack;
use crate::command_line::command_line;

/// A command line, word by word.
#[derive(Debug, Clone)]
pub struct CommandLine {
    /// The command and its arguments.
    words: Vec<String>,
    flags: Vec<String>,
    /// How the console reaches its stack.
    connection: Vec<String>,
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
            self.flags.push(format!("{flag}={value}"));
        } else if !value.is_empty() {
            self.flags.extend([flag.to_owned(), value.to_owned()]);
        }
        self
    }

    /// A flag without a value, if it is set.
    pub fn with_flag(mut self, flag: &str, is_set: bool) -> Self {
        self.flags.extend(is_set.then(|| flag.to_owned()));
        self
    }

    /// The shop that it names; empty where that is the default one, or none.
    pub fn shop(&self) -> &str {
        let at = self.flags.iter().position(|flag| flag == "--shop");
        at.and_then(|at| self.flags.get(at + 1)).map_or("", String::as_str)
    }

    /// As it is copied into a shell.
    pub fn shown(&self) -> String {
        self.typed(&self.connection).into_iter().map(quoted).collect::<Vec<_>>().join(" ")
    }

    /// As an audit item keeps it: which stack it is about, the item's table tells.
    pub fn audited(&self) -> String {
        let words: Vec<_> = self.typed(&[]).into_iter().map(Into::into).collect();
        format!("{}, in the console", command_line(&words))
    }

    /// All words in their order. A shop's order may have an id that begins with a hyphen: it stands last, after `--`, so
    /// that it is no flag.
    fn typed<'a>(&'a self, connection: &'a [String]) -> Vec<&'a str> {
        let dashed = self.words.iter().position(|word| word.starts_with('-'));
        let (plain, dashed) = self.words.split_at(dashed.unwrap_or(self.words.len()));
        let mut typed = vec!["waybill"];
        typed.extend(plain.iter().chain(&self.flags).chain(connection).map(String::as_str));
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
