//! Who did what, why, and what came of it: an item in the ledger table for each command that
//! changes something, written before the first change and completed after the last.

use std::collections::HashMap;
use std::ffi::OsString;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::aws::{Stack, refused};
use crate::error::CliError;
use crate::output::rfc3339;
use crate::pii::without_addresses;

/// The partition of the ledger table that holds the audit items. No order id begins with `#`.
pub const PARTITION: &str = "#audit";

/// As long as the ledger's own records by default.
const KEPT_SECONDS: i64 = 400 * 24 * 60 * 60;

/// How long STS may take to say who this is.
const IDENTITY_WITHIN: Duration = Duration::from_secs(2);

/// Flags of commands that change something.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Audit")]
pub struct Operator {
    /// Who does it (default: WAYBILL_OPERATOR, or the user of this machine). What AWS says of the
    /// caller is written beside it
    #[arg(long, env = "WAYBILL_OPERATOR", hide_env_values = true, value_name = "NAME")]
    pub operator: Option<String>,
}

/// Reads `--reason`.
///
/// # Errors
/// A sentence, for one that says nothing.
pub fn reason(typed: &str) -> Result<String, String> {
    let reason = typed.trim();
    if reason.is_empty() {
        Err("expected why, in a few words".to_owned())
    } else {
        Ok(reason.to_owned())
    }
}

impl Operator {
    fn name(&self) -> String {
        let user = || std::env::var("USER").or_else(|_| std::env::var("USERNAME")).ok();
        self.operator.clone().or_else(user).unwrap_or_else(|| "unknown".to_owned())
    }
}

/// An audit item that was begun.
#[derive(Debug)]
pub struct Audit<'a> {
    stack: &'a Stack,
    sort_key: String,
}

/// What is written before the first change.
#[derive(Debug)]
pub struct Intent<'a> {
    /// The command, such as `dlq replay mail`.
    pub action: String,
    /// Why, where it was said.
    pub reason: Option<&'a str>,
    /// What it is about and how much: counts and flags, no personal data.
    pub plan: Value,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It did all it was to do, or said in its counts what it did not.
    Completed,
    /// The operator stopped it.
    Interrupted,
    /// A service did not do its part.
    Failed,
}

impl<'a> Audit<'a> {
    /// Writes the item. Nothing may be changed before this has returned.
    ///
    /// # Errors
    /// [`CliError::Service`] when the ledger table does not take it: then nothing is to be done.
    pub async fn begin(
        stack: &'a Stack,
        who: &Operator,
        intent: Intent<'_>,
    ) -> Result<Self, CliError> {
        let now = Timestamp::now();
        let random = uuid::Uuid::new_v4().simple().to_string();
        let sort_key = format!("{now:.3}#{}", &random[..8]);
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let mut item = key(&sort_key);
        item.extend([
            ("action".to_owned(), text(&intent.action)),
            ("command".to_owned(), text(&stack.command)),
            ("operator".to_owned(), text(&without_addresses(&who.name()))),
            ("reason".to_owned(), text(&without_addresses(intent.reason.unwrap_or_default()))),
            ("plan".to_owned(), text(&intent.plan.to_string())),
            ("state".to_owned(), text("begun")),
            ("begun_at".to_owned(), text(&rfc3339(now.as_millisecond()))),
            (
                "expires_at".to_owned(),
                AttributeValue::N((now.as_second() + KEPT_SECONDS).to_string()),
            ),
        ]);
        if let Some(identity) = identity(stack).await {
            item.insert("identity".to_owned(), AttributeValue::S(identity));
        }
        let put = stack.dynamodb.put_item().table_name(stack.ledger_table()).set_item(Some(item));
        put.send().await.map_err(refused("write the audit item; nothing was done"))?;
        Ok(Self { stack, sort_key })
    }

    /// Completes the item.
    ///
    /// # Errors
    /// [`CliError::Service`] when the ledger table does not take it; what was done is done.
    pub async fn end(self, state: State, outcome: &Value) -> Result<(), CliError> {
        let word = match state {
            State::Completed => "completed",
            State::Interrupted => "interrupted",
            State::Failed => "failed",
        };
        let update = self
            .stack
            .dynamodb
            .update_item()
            .table_name(self.stack.ledger_table())
            .set_key(Some(key(&self.sort_key)))
            .update_expression("SET #state = :state, outcome = :outcome, ended_at = :now")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", AttributeValue::S(word.to_owned()))
            .expression_attribute_values(":outcome", AttributeValue::S(outcome.to_string()))
            .expression_attribute_values(
                ":now",
                AttributeValue::S(rfc3339(Timestamp::now().as_millisecond())),
            );
        update.send().await.map_err(refused("complete the audit item; what was done is done"))?;
        Ok(())
    }

    /// Completes the item as `result` says.
    ///
    /// # Errors
    /// That of `result`, or else that of [`Audit::end`].
    pub async fn complete<T>(
        self,
        result: Result<T, CliError>,
        outcome: &Value,
    ) -> Result<T, CliError> {
        let state = match &result {
            Ok(_) => State::Completed,
            Err(CliError::Interrupted(_)) => State::Interrupted,
            Err(_) => State::Failed,
        };
        let ended = self.end(state, outcome).await;
        let value = result?;
        ended.map(|()| value)
    }
}

fn key(sort_key: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("order_id".to_owned(), AttributeValue::S(PARTITION.to_owned())),
        ("notification".to_owned(), AttributeValue::S(sort_key.to_owned())),
    ])
}

/// Flags whose values may quote a customer: a filter by name, or a file's path.
const QUOTING: [&str; 3] = ["--filter", "--edit", "--save-to"];

/// The command whose own word is a file's path. Flags may stand before it, so of every word behind
/// the command the digest is kept.
const OF_A_FILE: &str = "publish";

/// What was typed, its first word being the command's name. The ledger table holds no personal data:
/// of filters and paths it keeps the SHA-256, which tells whether two commands used the same; the
/// reason stands beside it; addresses are masked.
#[must_use]
pub fn command_line(typed: &[OsString]) -> String {
    let mut words = vec!["waybill".to_owned()];
    let mut typed = typed.iter().skip(1).map(|word| word.to_string_lossy().into_owned());
    while let Some(word) = typed.next() {
        let (flag, inline) = match word.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag, Some(value.to_owned())),
            _ => (word.as_str(), None),
        };
        if QUOTING.contains(&flag) {
            words.push(format!(
                "{flag} sha256:{}",
                digest(&inline.or_else(|| typed.next()).unwrap_or_default())
            ));
        } else if flag == "--reason" {
            let _ = inline.or_else(|| typed.next());
        } else if !word.starts_with('-') && words.iter().any(|before| before == OF_A_FILE) {
            words.push(format!("sha256:{}", digest(&word)));
        } else {
            words.push(if word.contains(' ') { format!("'{word}'") } else { word });
        }
    }
    without_addresses(&words.join(" "))
}

fn digest(text: &str) -> String {
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Whom AWS takes the caller for; unknown where there is no STS to ask.
async fn identity(stack: &Stack) -> Option<String> {
    let sts = aws_sdk_sts::Client::new(&stack.config);
    let answer = tokio::time::timeout(IDENTITY_WITHIN, sts.get_caller_identity().send()).await;
    answer.ok()?.ok()?.arn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_kept_without_what_a_filter_or_a_reason_quotes() {
        let typed = [
            "waybill",
            "dlq",
            "drop",
            "mail",
            "--filter",
            ".body.name == \"Zoë Krüger\"",
            "--edit=.name = \"Zoë\"",
            "--reason",
            "Zoë asked",
            "--yes-delete=2",
            "jo@example.com",
        ];
        let kept = command_line(&typed.map(OsString::from));
        assert!(!kept.contains("Zo"), "{kept}");
        assert!(kept.starts_with("waybill dlq drop mail --filter sha256:"), "{kept}");
        assert!(kept.ends_with(" --yes-delete=2 j***@***.com"), "{kept}");
    }

    #[test]
    fn the_path_of_a_published_file_is_kept_as_its_digest_alone() {
        let typed = ["waybill", "publish", "--operator=kim", "/home/kim/Zoë.jsonl"];
        let kept = command_line(&typed.map(OsString::from));
        assert!(kept.starts_with("waybill publish --operator=kim sha256:"), "{kept}");
        assert!(!kept.contains("Zo"), "{kept}");
    }

    #[cfg(unix)]
    #[test]
    fn a_word_that_is_no_unicode_is_kept_as_far_as_it_is() {
        use std::os::unix::ffi::OsStringExt;
        let typed = ["waybill".into(), "erase".into(), OsString::from_vec(b"10\xff01".to_vec())];
        assert_eq!(command_line(&typed), "waybill erase 10\u{fffd}01");
    }

    #[test]
    fn a_reason_that_says_nothing_is_refused() {
        assert!(reason("  ").is_err());
        assert_eq!(reason(" sender verified "), Ok("sender verified".to_owned()));
    }
}
