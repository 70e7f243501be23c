//! Whether each change of the ledger that a shop would act on is on the bus of mail events, and nothing else is.
//!
//! Two independent records are compared: the ledger's stream, read here by a rule of its own, and the `PutEvents` calls that
//! the bus took.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use local::Stack;
use local::aws::clients;
use serde_json::Value;
use shared::mail_event::{MailId, MailOutcome};

use super::oracle::Finding;

/// After this time without another difference, the publisher is not going to tell the rest: nothing goes wrong any more.
const TIMEOUT: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// A change: the mail, the state that it entered, and when, in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct MailChange {
    mail: String,
    state: String,
    since: String,
}

/// The changes whose events the bus took.
#[derive(Debug, Default)]
pub struct PublishedChanges(Mutex<BTreeSet<MailChange>>);

impl PublishedChanges {
    /// Records a `PutEvents` call that was carried out, by its body.
    pub fn record(&self, body: &[u8]) {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let entries = body["Entries"].as_array().into_iter().flatten();
        let changes = entries.filter_map(|entry| MailChange::of_event(entry["Detail"].as_str()?));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(changes);
    }

    fn get(&self) -> BTreeSet<MailChange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl MailChange {
    fn of_event(event: &str) -> Option<Self> {
        let event: Value = serde_json::from_str(event).ok()?;
        let parts: Vec<&str> = event["id"].as_str()?.split('.').collect();
        let [mail, state, _attempt, since] = parts[..] else { return None };
        let [mail, state, since] = [mail, state, since].map(str::to_owned);
        Some(Self { mail, state, since })
    }

    fn finding(&self) -> Finding {
        let Self { mail, state, since } = self;
        (mail.clone(), format!("{state} since {since}"))
    }
}

/// What the ledger's stream and the bus say differently.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// How many changes there were.
    pub changes: usize,
    /// Changes to another state that the bus has no event for.
    pub untold: Vec<Finding>,
    /// Events about what the ledger never said.
    pub invented: Vec<Finding>,
}

/// Compares both, once the publisher has had the time for what was left.
///
/// Mails may still change meanwhile. So an event counts as invented only if it was there before the stream was read, and a
/// change as untold only if it is not there after that.
pub async fn compare(stack: &Stack, published: &PublishedChanges) -> Differences {
    let mut last = Differences::default();
    let mut changed = Instant::now();
    loop {
        let told_before = published.get();
        let history = History::read(stack).await.unwrap_or_default();
        let differences = history.compare(&told_before, &published.get());
        let is_whole = differences.changes > 0 && differences.untold.is_empty();
        if differences != last {
            last = differences;
            changed = Instant::now();
        }
        if is_whole || changed.elapsed() > TIMEOUT {
            return last;
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// What the ledger's stream says.
#[derive(Debug, Default)]
struct History {
    /// Each change from one state to another that is told.
    entered: BTreeSet<MailChange>,
    /// All that a record ever said of a mail: also that a bounce became final, within its state.
    said: BTreeSet<MailChange>,
}

impl History {
    /// Reads the whole stream; `None` when it does not answer.
    async fn read(stack: &Stack) -> Option<Self> {
        let streams = clients::dynamodb_streams(&stack.endpoints.dynamodb, "eu-central-2");
        let arn = stack.resources.ledger_stream_arn.as_deref()?;
        let described = streams.describe_stream().stream_arn(arn).send().await.ok()?;
        let mut history = Self::default();
        for shard in described.stream_description?.shards.unwrap_or_default() {
            let request = streams.get_shard_iterator().stream_arn(arn);
            let request = request.set_shard_id(shard.shard_id);
            let request = request.shard_iterator_type("TRIM_HORIZON".into());
            let mut next = request.send().await.ok()?.shard_iterator;
            while let Some(iterator) = next {
                let answer = streams.get_records().shard_iterator(iterator).send().await.ok()?;
                let records = answer.records.unwrap_or_default();
                // An open shard has a next iterator at its end too.
                next = answer.next_shard_iterator.filter(|_| !records.is_empty());
                for change in records.iter().filter_map(|record| record.dynamodb()) {
                    let text =
                        |name: &str| Some(change.new_image()?.get(name)?.as_s().ok()?.as_str());
                    let since =
                        change.new_image().and_then(|image| image.get("since")?.as_n().ok());
                    let was = change.old_image().and_then(|image| image.get("state")?.as_s().ok());
                    history.add(&text, since, was.map(String::as_str));
                }
            }
        }
        Some(history)
    }

    /// What it says otherwise than the events that the bus had taken before it was read, and after.
    fn compare(
        &self,
        told_before: &BTreeSet<MailChange>,
        told_after: &BTreeSet<MailChange>,
    ) -> Differences {
        let finding =
            |changes: Vec<&MailChange>| changes.into_iter().map(MailChange::finding).collect();
        Differences {
            changes: self.entered.len(),
            untold: finding(self.entered.difference(told_after).collect()),
            invented: finding(told_before.difference(&self.said).collect()),
        }
    }

    /// Adds one record, of which `text` has the texts of the new image.
    fn add<'r>(
        &mut self,
        text: &impl Fn(&str) -> Option<&'r str>,
        since: Option<&String>,
        was: Option<&str>,
    ) {
        let keys = (text("order_key"), text("notification"));
        let ((Some(order), Some(notification)), Some(state), Some(since)) =
            (keys, text("state"), since)
        else {
            return;
        };
        if !MailOutcome::ALL.iter().any(|outcome| outcome.as_str() == state) {
            return;
        }
        let mail = MailId::new(order, notification).to_string();
        let change = MailChange { mail, state: state.to_owned(), since: since.clone() };
        if was != Some(state) {
            self.entered.insert(change.clone());
        }
        self.said.insert(change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_known_by_its_events_id_whatever_else_a_call_has() {
        let published = PublishedChanges::default();
        published.record(
            br#"{"Entries":[{"Detail":"{\"id\":\"AAAA.sent.1.5\"}"},{"Detail":"no JSON"},{"Detail":"{\"id\":\"x\"}"}]}"#,
        );
        published.record(b"no JSON");
        let found: Vec<Finding> = published.get().iter().map(MailChange::finding).collect();
        assert_eq!(found, [("AAAA".to_owned(), "sent since 5".to_owned())]);
    }

    #[test]
    fn what_enters_a_state_that_is_told_has_to_be_told_and_what_stays_in_it_may_be() {
        let mut history = History::default();
        let (first, later) = ("1".to_owned(), "2".to_owned());
        let text = |state: &'static str| {
            move |name: &str| match name {
                "order_key" => Some("default/1"),
                "notification" => Some("order.confirmed##customer"),
                "state" => Some(state),
                _ => None,
            }
        };
        history.add(&text("planned"), Some(&first), None);
        history.add(&text("bounced"), Some(&first), Some("sending"));
        history.add(&text("bounced"), Some(&later), Some("bounced"));
        history.add(&text("sent"), None, Some("sending"));
        assert_eq!((history.entered.len(), history.said.len()), (1, 2));
    }

    #[test]
    fn what_changes_while_the_stream_is_read_is_neither_untold_nor_invented() {
        let change = |mail: &str| MailChange {
            mail: mail.to_owned(),
            state: "sent".to_owned(),
            since: "1".to_owned(),
        };
        let set = |mails: &[&str]| mails.iter().map(|mail| change(mail)).collect::<BTreeSet<_>>();
        let history = History { entered: set(&["a", "read"]), said: set(&["a", "read"]) };
        let found = |before: &[&str], after: &[&str]| {
            let Differences { untold, invented, .. } = history.compare(&set(before), &set(after));
            (untold.len(), invented.len())
        };
        assert_eq!(found(&["a"], &["a", "read", "since"]), (0, 0));
        assert_eq!(found(&["a", "never"], &["a", "never"]), (1, 1));
    }
}
