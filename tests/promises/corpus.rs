//! Orders that were thought up to break something: from the shop's request to the text of the mail.
//!
//! `tests/cases/corpus/` has them, a file for each theme, a line for each event with what is right. Lines of one order
//! are published one after the other, each once the one before has ended; those of different orders together.
//!
//! | member of `right` | what must hold |
//! | --- | --- |
//! | `refused` | intake refuses the event for the members at these places |
//! | `warns` | the answer warns of the members at these places, among others |
//! | `warnings` | so many warnings there are |
//! | `skipped` | the event is accepted and mails nobody, for this reason |
//! | `to` | who gets the mail, if not the order's own address |
//! | `copies` | who may get a copy beside them |
//! | `says`, `never` | both parts of the mail say this, and no part, nor the subject, does that |
//! | `html`, `nohtml`, `text_has`, `notext` | one part of the mail holds this, or does not, as it is written |

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use local::run::outcome::{EventStatus, Outcome};
use local::run::publish::{Answer, Published};
use local::ses::Mail;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cases::visible;
use crate::support::{TestStack, without_json_ld};

/// A line of the corpus.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trial {
    what: String,
    event: Option<Value>,
    /// The event as it is written, where that is no JSON, or matters.
    text: Option<String>,
    right: Right,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Right {
    refused: Vec<String>,
    warns: Vec<String>,
    warnings: Option<usize>,
    skipped: Option<String>,
    to: Option<String>,
    copies: Vec<String>,
    says: Vec<String>,
    never: Vec<String>,
    html: Vec<String>,
    nohtml: Vec<String>,
    text_has: Vec<String>,
    notext: Vec<String>,
}

impl Trial {
    /// The event as it is published. A `time` such as `now-2h` is that long ago.
    fn published(&self) -> String {
        let Some(mut event) = self.event.clone() else { return self.text.clone().expect("one") };
        let hours = event["time"].as_str().and_then(|time| time.strip_prefix("now"));
        if let Some(hours) = hours {
            let hours: i64 = hours.trim_end_matches('h').parse().expect("hours");
            event["time"] =
                json!((Timestamp::now() + SignedDuration::from_hours(hours)).to_string());
        }
        event.to_string()
    }

    /// What tells its order from others.
    fn order(&self) -> String {
        let of = |event: &Value| event.pointer("/data/order/id").map(Value::to_string);
        self.event.as_ref().and_then(of).unwrap_or_else(|| self.what.clone())
    }

    fn address(&self) -> String {
        let of = |event: &Value| {
            let address = event.pointer("/data/order/customer/email")?;
            address.as_str().map(str::to_owned)
        };
        let read = || {
            let text = self.published();
            let json = shared::contract::json::parse_strict(text.as_bytes()).expect("JSON");
            let event = shared::Event::parse(&json).expect("accepted");
            event.order.customer.email.expose().to_owned()
        };
        self.right.to.clone().or_else(|| self.event.as_ref().and_then(of)).unwrap_or_else(read)
    }
}

fn corpus() -> Vec<Trial> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/cases/corpus");
    let mut files: Vec<_> = std::fs::read_dir(directory)
        .expect("the corpus")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    let mut trials = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("text");
        for (n, line) in text.lines().enumerate() {
            let trial = serde_json::from_str(line);
            trials.push(trial.unwrap_or_else(|e| panic!("{}:{}: {e}", file.display(), n + 1)));
        }
    }
    trials
}

/// The trials in waves: the first of each order, then the second of each.
fn waves(trials: &[Trial]) -> Vec<Vec<&Trial>> {
    let mut waves: Vec<Vec<&Trial>> = Vec::new();
    let mut published: BTreeMap<String, usize> = BTreeMap::new();
    for trial in trials {
        let wave = published.entry(trial.order()).or_default();
        waves.resize_with(waves.len().max(*wave + 1), Vec::new);
        waves[*wave].push(trial);
        *wave += 1;
    }
    waves
}

/// What is wrong with a trial, a sentence each.
struct Wrong(Vec<String>);

impl Wrong {
    fn unless(&mut self, holds: bool, sentence: impl FnOnce() -> String) {
        if !holds {
            self.0.push(sentence());
        }
    }
}

fn check(
    trial: &Trial,
    published: &Published,
    status: Option<&EventStatus>,
    mails: &[Arc<Mail>],
) -> Wrong {
    let right = &trial.right;
    let mut wrong = Wrong(Vec::new());
    let errors: Vec<&str> = published.errors.iter().map(|error| error.pointer.as_str()).collect();
    let warnings: Vec<&str> = published.warnings.iter().map(|it| it.pointer.as_str()).collect();
    if !right.refused.is_empty() {
        wrong.unless(errors == right.refused, || format!("is refused for {errors:?}"));
        wrong.unless(mails.is_empty(), || "is mailed".to_owned());
        return wrong;
    }
    wrong.unless(published.answer == Answer::Accepted, || {
        format!("is refused: {:?}", published.errors)
    });
    for place in &right.warns {
        wrong.unless(warnings.contains(&place.as_str()), || format!("warns of {warnings:?} only"));
    }
    let count = right.warnings.unwrap_or(warnings.len());
    wrong.unless(warnings.len() == count, || format!("warns of {warnings:?}"));
    let outcome = status.and_then(|status| status.outcome);
    let reason = status.and_then(|status| status.reason.clone()).unwrap_or_default();
    if let Some(expected) = &right.skipped {
        let is_skipped = outcome == Some(Outcome::Skipped) && reason.starts_with(expected);
        wrong.unless(is_skipped, || format!("ends as {outcome:?} {reason}"));
        wrong.unless(mails.is_empty(), || "is mailed".to_owned());
        return wrong;
    }
    wrong.unless(outcome == Some(Outcome::Sent), || format!("ends as {outcome:?} {reason}"));
    match mails {
        [mail] => check_mail(right, mail, &mut wrong),
        mails => wrong.0.push(format!("makes {} mails", mails.len())),
    }
    wrong
}

fn check_mail(right: &Right, mail: &Mail, wrong: &mut Wrong) {
    let html = without_json_ld(mail.content.html.as_deref().unwrap_or_default());
    let text = mail.content.text.clone().unwrap_or_default();
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (folded, shown) = (one_line(&text), one_line(&visible(&html)));
    for words in &right.says {
        // In HTML, these are written otherwise.
        let escaped = words.replace('&', "&#38;").replace('\'', "&#39;").replace('"', "&#34;");
        let escaped = escaped.replace('<', "&#60;").replace('>', "&#62;");
        wrong.unless(folded.contains(words), || format!("does not say {words}:\n{text}"));
        wrong.unless(shown.contains(&escaped), || format!("does not show {words}:\n{shown}"));
    }
    let all = format!("{} {folded} {shown}", mail.content.subject).to_lowercase();
    for words in &right.never {
        wrong.unless(!all.contains(&words.to_lowercase()), || format!("says {words}:\n{text}"));
    }
    // What a template or a type writes for what is not there.
    for words in ["none", "null", "some(", "undefined", "{{", "nan", "\u{fffd}"] {
        let is_word = |part: &str| part == words || words.len() > 4 && part.contains(words);
        let is_said = right.says.iter().any(|said| said.to_lowercase().contains(words));
        let parts: Vec<&str> = all.split([' ', ',', '.', ':']).collect();
        wrong.unless(is_said || !parts.into_iter().any(is_word), || {
            format!("says {words}:\n{text}")
        });
    }
    for (part, has, has_not) in
        [(&html, &right.html, &right.nohtml), (&text, &right.text_has, &right.notext)]
    {
        for piece in has {
            wrong.unless(part.contains(piece.as_str()), || format!("lacks {piece}:\n{part}"));
        }
        for piece in has_not {
            wrong.unless(!part.contains(piece.as_str()), || format!("holds {piece}:\n{part}"));
        }
    }
}

/// Publishes the lines, a few in a request: a machine that does much else answers too late for many.
async fn publish(stack: &TestStack, lines: &[String]) -> Vec<Published> {
    let mut published = Vec::with_capacity(lines.len());
    for few in lines.chunks(10) {
        published.extend(stack.publish_only(few).await);
    }
    for event in &mut published {
        // Each is published once: a request was repeated whose answer came too late.
        if event.answer == Answer::Duplicate {
            event.answer = Answer::Accepted;
        }
    }
    published
}

#[tokio::test(flavor = "multi_thread")]
async fn no_order_is_refused_that_could_be_mailed_and_no_mail_says_what_its_event_does_not() {
    let trials = corpus();
    assert!(trials.len() >= 50, "{}", trials.len());
    let stack = TestStack::start().await;
    let mut failures = Vec::new();
    for wave in waves(&trials) {
        let before = stack.mails().len();
        let lines: Vec<String> = wave.iter().map(|trial| trial.published()).collect();
        let published = publish(&stack, &lines).await;
        let rest = stack.wait_until_terminal(&published).await;
        let mut mails = stack.mails().split_off(before);
        for (i, trial) in wave.iter().enumerate() {
            let is_of_trial = |mail: &Arc<Mail>| {
                trial.right.refused.is_empty()
                    && mail.content.to.iter().any(|to| to.email == trial.address())
            };
            let (own, others) = mails.into_iter().partition(is_of_trial);
            let is_copy = |mail: &Arc<Mail>| {
                mail.content.to.iter().any(|to| trial.right.copies.contains(&to.email))
            };
            mails = others;
            mails.retain(|mail| !is_copy(mail));
            let status = rest.statuses[i].as_ref();
            let Wrong(wrong) = check(trial, &published[i], status, &own);
            failures.extend(wrong.iter().map(|it| format!("«{}» {it}", trial.what)));
        }
        failures.extend(mails.iter().map(|mail| format!("a mail of none: {:?}", mail.content.to)));
    }
    stack.stop().await;
    assert!(failures.is_empty(), "{} wrong\n{}", failures.len(), failures.join("\n"));
}
