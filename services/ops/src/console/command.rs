//! The command that does what a page shows or a form does.

use crate::aws::Stack;
use crate::command_line::command_line;

/// A command line, word by word.
#[derive(Debug, Clone)]
pub struct CommandLine(Vec<String>);

impl CommandLine {
    /// The words after `waybill`, with the `--shop` of the console's own command line.
    pub fn new<W: Into<String>>(stack: &Stack, words: impl IntoIterator<Item = W>) -> Self {
        let words: Vec<String> = words.into_iter().map(Into::into).collect();
        match &stack.shop {
            Some(shop) => Self(words).with("--shop", shop.as_str()),
            None => Self(words),
        }
    }

    /// A flag and its value; nothing where the value is empty.
    pub fn with(mut self, flag: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.0.extend([flag.to_owned(), value.to_owned()]);
        }
        self
    }

    /// A flag without a value, if it is set.
    pub fn with_flag(mut self, flag: &str, is_set: bool) -> Self {
        self.0.extend(is_set.then(|| flag.to_owned()));
        self
    }

    /// As it is copied into a shell.
    pub fn shown(&self) -> String {
        let words = self.0.iter().map(|word| quoted(word));
        ["waybill".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
    }

    /// As an audit item keeps it.
    pub fn audited(&self) -> String {
        let words = ["waybill"].into_iter().chain(self.0.iter().map(String::as_str));
        let words: Vec<_> = words.map(Into::into).collect();
        format!("{}, in the console", command_line(&words))
    }
}

fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._:/-=@%+,".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_a_shell_takes_it_and_kept_without_reason_and_address() {
        let words = ["resend", "R 7's", "order.confirmed"].map(str::to_owned).to_vec();
        let command = CommandLine(words)
            .with("--to", "jo@example.com")
            .with("--scope", "")
            .with("--reason", "Jo asked")
            .with_flag("--yes", true);
        assert_eq!(
            command.shown(),
            r"waybill resend 'R 7'\''s' order.confirmed --to jo@example.com --reason 'Jo asked' --yes"
        );
        let kept = command.audited();
        assert!(kept.ends_with("--to j***@***.com --yes, in the console"), "{kept}");
    }
}
