//! What the one-machine stack answered to each call, and the same answers again.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::call::{Answer, TableKeys, identity, is_of_send_gate};
use super::gate::Gate;

/// The answers to one function, by [`identity`]. Others write the same items, and are answered otherwise.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    keys: TableKeys,
    answers: BTreeMap<String, Vec<Answer>>,
    /// The same for a function and its floor, which does not tell it the rate.
    gate: Arc<Gate>,
}

impl Recording {
    /// Nothing yet, of tables with these keys.
    pub fn new(keys: TableKeys) -> Self {
        Self { keys, ..Self::default() }
    }

    /// Keeps the answer to a call. The send gate's are not kept: a [`Gate`] gives them.
    pub fn add(&mut self, operation: &str, body: &Value, answer: Answer) {
        if !is_of_send_gate(body) {
            let identity = identity(operation, body, &self.keys);
            self.answers.entry(identity).or_default().push(answer);
        }
    }

    /// What was recorded; from now on, a new recording.
    pub fn take(&mut self) -> Self {
        let answers = std::mem::take(&mut self.answers);
        Self { keys: self.keys.clone(), answers, gate: Arc::default() }
    }

    /// With the answers of `earlier` about what was not asked again: what a process reads once and keeps.
    pub fn with_earlier(mut self, earlier: Self) -> Self {
        for (identity, answers) in earlier.answers {
            self.answers.entry(identity).or_insert(answers);
        }
        self
    }
}

/// Answers a function's calls as they were answered before. The n-th call about an item gets the n-th answer; after the last
/// comes the first, so that a repeated event meets what it met.
#[derive(Debug)]
pub struct Replay {
    recording: Arc<Recording>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    next: HashMap<String, usize>,
    unknown: Option<String>,
}

impl Replay {
    pub fn new(recording: Arc<Recording>) -> Self {
        Self { recording, state: Mutex::default() }
    }

    /// The recorded answer; `None` where no such call was recorded.
    pub fn answer(&self, operation: &str, body: &Value) -> Option<Answer> {
        let identity = identity(operation, body, &self.recording.keys);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = match is_of_send_gate(body) {
            true => self.recording.gate.update(body),
            false => self.recording.answers.get(&identity).map(|answers| {
                let next = state.next.entry(identity.clone()).or_default();
                *next += 1;
                answers[(*next - 1) % answers.len()].clone()
            }),
        };
        if answer.is_none() {
            state.unknown = Some(identity);
        }
        answer
    }

    /// The last call to which no answer was recorded: what was measured is then not what happens.
    pub fn unknown(&self) -> Option<String> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).unknown.clone()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;
    use serde_json::json;

    use super::*;

    const UPDATE: &str = "DynamoDB UpdateItem";

    fn answer(body: &'static str) -> Answer {
        Answer { status: 200, headers: HeaderMap::new(), body: body.into() }
    }

    fn update() -> Value {
        json!({ "TableName": "T", "Key": { "k": { "S": "1" } } })
    }

    fn replayed(replay: &Replay, body: &Value) -> Option<Bytes> {
        replay.answer(UPDATE, body).map(|answer| answer.body)
    }

    #[test]
    fn a_second_call_about_an_item_gets_the_second_answer_and_a_third_the_first_again() {
        let mut recording = Recording::default();
        for body in ["claimed", "settled"] {
            recording.add(UPDATE, &update(), answer(body));
        }
        let replay = Replay::new(Arc::new(recording));
        let next = || replayed(&replay, &update());
        assert_eq!(
            [next(), next(), next()],
            ["claimed", "settled", "claimed"].map(|b| Some(b.into()))
        );
        assert_eq!(replay.unknown(), None);
    }

    #[test]
    fn a_later_batch_meets_what_it_met_itself_and_what_was_read_only_once() {
        let settings = json!({ "TableName": "T", "Key": { "k": { "S": "settings" } } });
        let mut recording = Recording::default();
        recording.add(UPDATE, &settings, answer("settings"));
        recording.add(UPDATE, &update(), answer("of the first batch"));
        let first = recording.take();
        recording.add(UPDATE, &update(), answer("of the second batch"));
        let replay = Replay::new(Arc::new(recording.take().with_earlier(first)));
        let answers = [&update(), &update(), &settings].map(|body| replayed(&replay, body));
        let expected = ["of the second batch", "of the second batch", "settings"];
        assert_eq!(answers, expected.map(|body| Some(body.into())));
    }

    #[test]
    fn a_call_that_was_never_recorded_is_named_and_not_answered() {
        let replay = Replay::new(Arc::default());
        assert_eq!(replayed(&replay, &json!({ "TableName": "T", "Key": 1 })), None);
        assert_eq!(replay.unknown().as_deref(), Some("DynamoDB UpdateItem T 1"));
    }
}
