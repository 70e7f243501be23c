//! Which messages of a dead-letter queue a page is about, in its link as in the command's flags.

use clap::ValueEnum;
use shared::{Kind, OrderId};

use super::command::CommandLine;
use super::link::{Link, link};
use super::request::Fields;
use super::scans::Queues;
use crate::dlq::{Selection, Verdict};
use crate::error::CliError;

/// What the form's kind is called of messages that have none: their bodies cannot be parsed.
pub const UNPARSEABLE: &str = "unparseable";

/// The flags that a page's form has, as they were typed.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    pub queue: String,
    pub failed_for: String,
    pub kind: String,
    pub order: String,
    pub verdict: String,
    pub message: String,
}

impl Choice {
    pub fn new(fields: &Fields) -> Self {
        let value = |name| fields.get(name).to_owned();
        Self {
            queue: value("queue"),
            failed_for: value("failed_for"),
            kind: value("kind"),
            order: value("order"),
            verdict: value("verdict"),
            message: value("message"),
        }
    }

    /// What the command makes of these flags.
    ///
    /// # Errors
    /// [`CliError::Input`] for a kind, an order's id or a verdict that is none.
    pub fn selection(&self) -> Result<Selection, CliError> {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let wrong = |what: &str| {
            CliError::input(format!("The filter names no {what}. Choose another one."))
        };
        if self.is_unparseable() && ![UNPARSEABLE, ""].contains(&&*self.verdict) {
            return Err(CliError::input(
                "A message whose body cannot be parsed is not replayed at all, so it has no other result of a replay. \
                 Choose one of the two.",
            ));
        }
        Ok(Selection {
            failed_for: given(&self.failed_for),
            kind: given(&self.kind)
                .filter(|_| !self.is_unparseable())
                .map(|kind| Kind::parse(&kind))
                .transpose()
                .map_err(|_| wrong("kind"))?,
            order: given(&self.order)
                .map(|order| OrderId::parse(&order))
                .transpose()
                .map_err(|_| wrong("order's id"))?,
            verdict: given(self.verdict_flag())
                .map(|verdict| Verdict::from_str(&verdict, false))
                .transpose()
                .map_err(|_| wrong("result of a replay"))?
                .into_iter()
                .collect(),
            message: given(&self.message).into_iter().collect(),
            ..Selection::default()
        })
    }

    fn is_unparseable(&self) -> bool {
        self.kind == UNPARSEABLE
    }

    /// The command selects by its verdict what has no kind.
    fn verdict_flag(&self) -> &str {
        if self.is_unparseable() { UNPARSEABLE } else { &self.verdict }
    }

    /// The same messages on another page; `more` are parameters of that page's own.
    pub fn link<'a>(
        &'a self,
        path: &str,
        more: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> String {
        link(path, self.parameters().into_iter().chain(more))
    }

    /// The names and values of its form's fields.
    pub fn parameters(&self) -> [(&str, &str); 6] {
        [
            ("queue", &self.queue),
            ("failed_for", &self.failed_for),
            ("kind", &self.kind),
            ("order", &self.order),
            ("verdict", &self.verdict),
            ("message", &self.message),
        ]
    }

    /// The command line with these flags.
    pub fn flags(&self, command: CommandLine) -> CommandLine {
        command
            .with("--failed-for", &self.failed_for)
            .with("--kind", if self.is_unparseable() { "" } else { &self.kind })
            .with("--order", &self.order)
            .with("--verdict", self.verdict_flag())
            .with("--message", &self.message)
    }

    /// The page of these messages.
    pub fn to_messages(&self) -> Link {
        let href = self.link("/dead-letters/queue", []);
        Link { label: "Back to the messages".to_owned(), href }
    }

    /// Its queue, for whoever receives the messages.
    pub fn queues(&self) -> Queues {
        Queues::One(self.queue.clone())
    }

    /// Whether it leaves any message of the queue out.
    pub fn is_part(&self) -> bool {
        self.parameters()[1..].iter().any(|(_, value)| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Stack;

    #[test]
    fn what_cannot_be_parsed_is_chosen_among_the_kinds_and_is_the_commands_verdict() {
        let choice = Choice { kind: UNPARSEABLE.to_owned(), ..Choice::default() };
        let selection = choice.selection().unwrap();
        assert_eq!((selection.kind, selection.verdict), (None, vec![Verdict::Unparseable]));
        let command = CommandLine::new(&Stack::unreachable(), ["dlq", "show", "mail"]);
        let shown = choice.flags(command).shown();
        assert!(shown.contains(" --verdict unparseable") && !shown.contains("--kind"), "{shown}");
        let both = Choice { verdict: "stale".to_owned(), ..choice };
        assert!(both.selection().unwrap_err().to_string().contains("Choose one of the two"));
    }
}
