//! Examples of every command, for its help and its manual page.

use clap::Command;

/// What an example is for, and its command line after `waybill`.
type Example = (&'static str, &'static str);

/// The examples of each command, by its words.
const EXAMPLES: [(&str, &[Example]); 29] = [
    (
        "",
        &[
            ("whether anything needs attention", "status"),
            ("what became of an order's mails", "order 1001"),
            (
                "the same on the one-machine stack",
                "order 1001 --endpoint-url http://127.0.0.1:8080",
            ),
        ],
    ),
    (
        "status",
        &[
            ("whether anything needs attention", "status"),
            ("another stack, in another region", "status --stack shop --region eu-central-1"),
            ("for a script: the exit code is 1 if anything does", "status --output json"),
        ],
    ),
    (
        "order",
        &[
            ("what happened to an order, and what happens next", "order 1001"),
            ("with the customer's address in clear", "order 1001 --show-pii"),
        ],
    ),
    ("shop", &[("every shop with settings", "shop list")]),
    ("shop list", &[("every shop with settings", "shop list")]),
    ("shop show", &[("the settings of one shop", "shop show north")]),
    (
        "shop check",
        &[("whether a file holds valid settings", "shop check north.json --shop north")],
    ),
    (
        "shop put",
        &[
            ("a new shop, or new settings", "shop put north north.json --reason 'new logo'"),
            ("only if nobody changed them since", "shop put north north.json --version 3"),
        ],
    ),
    ("dlq", &[("what is in the dead-letter queues, and why", "dlq list")]),
    (
        "dlq list",
        &[
            ("what is in the dead-letter queues, and why", "dlq list"),
            ("what SES refused in the last two hours", "dlq list --reason refused --since 2h"),
        ],
    ),
    (
        "dlq show",
        &[
            ("the messages of the mail queue, and what a replay would do", "dlq show mail"),
            ("the events that intake did not take", "dlq show inbox --body"),
            ("the webhooks of a shop's system that failed", "dlq show deliveries --body"),
            (
                "by a jq filter",
                "dlq show mail --filter '.body.event.data.order.lines | length > 5'",
            ),
        ],
    ),
    (
        "dlq replay",
        &[
            ("the plan only", "dlq replay mail --dry-run"),
            ("one order's messages", "dlq replay mail --order 1001"),
            (
                "in a script, ten a second",
                "dlq replay mail --yes --rate 10 --reason 'sender verified again'",
            ),
            (
                "repair what a bad version wrote, and look at the changes",
                "dlq replay mail --edit '.v |= tonumber' --dry-run",
            ),
            (
                "repair an event that intake did not take",
                "dlq replay inbox --order 1001 --edit '.data.order.number = \"1001\"'",
            ),
            (
                "webhooks that the connector understands since a deploy",
                "dlq replay deliveries --failed-for untranslatable",
            ),
            ("call the shop's own system again", "dlq replay mail-hook --shop north"),
        ],
    ),
    (
        "dlq drop",
        &[
            ("what would be deleted", "dlq drop mail --verdict already-sent"),
            (
                "delete exactly 12, which are kept in a file",
                "dlq drop mail --verdict already-sent --yes-delete-12 --reason sent",
            ),
        ],
    ),
    (
        "resend",
        &[
            (
                "a mail that failed, or waits",
                "resend 1001 order.confirmed --reason 'sender verified again'",
            ),
            (
                "of several parcels, this one's",
                "resend 1001 shipment.shipped --scope 1001-A --reason 'asked for it'",
            ),
            (
                "one that bounced, to the customer's corrected address",
                "resend 1001 order.confirmed --to jo@new.example --reason 'new address'",
            ),
            (
                "a copy of one that the customer has deleted; the address from standard input",
                "resend 1001 order.confirmed --copy-to - --reason 'ticket 4711'",
            ),
        ],
    ),
    (
        "settle",
        &[
            (
                "SES has not accepted it: send it",
                "settle 1007 order.refunded not-sent --reason 'not in the SES console'",
            ),
            ("SES has", "settle 1007 order.refunded sent --scope 1007-R1 --reason 'it arrived'"),
        ],
    ),
    (
        "settle-many",
        &[
            (
                "what an outage of SES left in doubt",
                "settle-many not-sent --since 12h --doubt NoAnswer --dry-run",
            ),
            (
                "SES has accepted none of them: send them",
                "settle-many not-sent --since 12h --yes --reason 'AWS case 4711'",
            ),
        ],
    ),
    (
        "sweep",
        &[
            (
                "which events of the last day nobody has decided about",
                "sweep --since 24h --dry-run",
            ),
            (
                "after the ledger was restored from a backup",
                "sweep --since 2026-11-20 --yes --reason 'ledger restored'",
            ),
        ],
    ),
    ("suppression", &[("whom SES does not mail", "suppression list")]),
    (
        "suppression list",
        &[
            ("whom SES does not mail", "suppression list"),
            ("the addresses in clear", "suppression list --show-pii"),
        ],
    ),
    (
        "suppression remove",
        &[(
            "mail an address again",
            "suppression remove jo@example.com --reason 'the mailbox works again'",
        )],
    ),
    (
        "erase",
        &[
            ("where the order is", "erase 1001"),
            ("remove it", "erase 1001 --yes --reason 'ticket 4711'"),
        ],
    ),
    (
        "publish",
        &[
            ("a file of events", "publish events.jsonl --reason 'import of 20 November'"),
            ("what another program writes", "publish -"),
        ],
    ),
    (
        "reconcile",
        &[
            ("what the webhooks of the last two days lost", "reconcile --shop north --since 2d"),
            (
                "bring it back",
                "reconcile --shop north --since 2d --publish --reason 'webhook was off'",
            ),
            (
                "every night, in a script",
                "reconcile --shop north --since 2d --publish --yes --output json",
            ),
        ],
    ),
    (
        "preview",
        &[
            ("the text of the sample mails", "preview order.confirmed"),
            (
                "as files for a browser, with the shop's own brand",
                "preview shipment.shipped --brand infra/brand.json --out mails",
            ),
            ("in German", "preview shipment.shipped --locale de-DE"),
            (
                "a shop's settings, before they are put",
                "preview shipment.shipped --shop-settings north.json --out mails",
            ),
            ("as the shop's settings are now", "preview --shop north --out mails"),
            ("every kind in every language, side by side", "preview --all --out mails"),
            ("an order's own mail", "preview order.confirmed --order 1001 --out mails"),
            ("your own events", "preview --events events.json --out mails"),
        ],
    ),
    (
        "doctor",
        &[
            ("the whole deployment", "doctor"),
            ("only what is not as it should be", "doctor --quiet"),
        ],
    ),
    (
        "console",
        &[
            ("the pages of this command, for a browser", "console --open"),
            ("for whoever only looks", "console --read-only"),
        ],
    ),
    ("audit", &[("the last hundred changes", "audit --limit 100")]),
    (
        "completions",
        &[
            ("for bash, in the current shell", "completions bash"),
            ("for other shells", "completions zsh"),
        ],
    ),
    ("man", &[("the main page", "man"), ("a page for each command", "man --out man/man1")]),
];

/// The examples of the command with these words; empty where it has none.
fn examples(words: &str) -> &'static [Example] {
    let of_command = EXAMPLES.iter().find(|(command, _)| *command == words);
    of_command.map_or(&[], |(_, examples)| examples)
}

/// Adds the examples to the help of `command` and of all commands below it. `words` leads to it, such as
/// `dlq replay`; empty for the main one.
pub fn with_examples(command: Command, words: &str) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let command = names.iter().fold(command, |command, name| {
        let below = format!("{words} {name}");
        command.mut_subcommand(name, |sub| with_examples(sub, below.trim_start()))
    });
    match examples(words) {
        [] => command,
        examples => command.after_help(text(examples)),
    }
}

/// The command line stands on a line of its own, to be copied.
fn text(examples: &[Example]) -> String {
    let one = |(purpose, command): &Example| format!("  # {purpose}\n  waybill {command}");
    let all: Vec<String> = examples.iter().map(one).collect();
    format!("Examples:\n{}", all.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{arguments, command, parse};

    /// The words of a command line, as a shell splits it: these quote with single quotes only.
    fn words(line: &str) -> Vec<std::ffi::OsString> {
        let mut words = vec!["waybill".to_owned()];
        for (i, part) in line.split('\'').enumerate() {
            match i % 2 {
                0 => words.extend(part.split_whitespace().map(str::to_owned)),
                _ => words.push(part.to_owned()),
            }
        }
        words.into_iter().map(Into::into).collect()
    }

    #[test]
    fn each_example_is_a_command_line_of_its_command_and_fits_80_columns() {
        for (of, examples) in EXAMPLES {
            for (_, line) in examples {
                let parsed = parse(arguments(words(line)));
                assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
                assert!(line.starts_with(of), "{line} is no example of {of}");
                assert!(format!("  waybill {line}").len() <= 80, "{line} is too long");
            }
        }
    }

    #[test]
    fn every_command_has_examples_in_its_help() {
        fn check(command: &Command, path: &str) {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.starts_with("Examples:\n  # "), "{path} has no examples");
            for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
                check(sub, &format!("{path} {}", sub.get_name()));
            }
        }
        check(&command(), "waybill");
    }
}
