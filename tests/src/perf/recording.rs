//! What the one-machine stack answered to each call, and the same answers again.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use super::call::{TableKeys, identity};

/// An answer of a service.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// The answers of one run of the pipeline, by [`identity`].
#[derive(Debug, Clone, Default)]
pub struct Recording {
    keys: TableKeys,
    answers: BTreeMap<String, Vec<Answer>>,
}

impl Recording {
    /// Nothing yet, of tables with these keys.
    pub fn new(keys: TableKeys) -> Self {
        Self { keys, ..Self::default() }
    }

    /// Keeps the answer to a call.
    pub fn add(&mut self, operation: &str, body: &Value, answer: Answer) {
        let identity = identity(operation, body, &self.keys);
        self.answers.entry(identity).or_default().push(answer);
    }
}

/// Answers calls as they were answered before. The n-th call about an item gets the n-th answer; after the last comes the
/// first, so that a repeated event meets what it met.
#[derive(Debug)]
pub struct Replay {
    recording: Arc<Recording>,
    /// Answers for what is not in `recording`.
    live: Recording,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    next: HashMap<String, usize>,
    unknown: Option<String>,
}

impl Replay {
    pub fn new(recording: Arc<Recording>, live: Recording) -> Self {
        Self { recording, live, state: Mutex::default() }
    }

    /// The recorded answer; `None` where no such call was recorded.
    pub fn answer(&self, operation: &str, body: &Value) -> Option<Answer> {
        let identity = identity(operation, body, &self.recording.keys);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = self.recording.answers.get(&identity);
        let answers = answers.or_else(|| self.live.answers.get(&identity))?;
        let next = state.next.entry(identity).or_default();
        let answer = answers[*next % answers.len()].clone();
        *next += 1;
        Some(answer)
    }

    /// Notes a call to which no answer was recorded.
    pub fn miss(&self, operation: &str, body: &Value) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.unknown = Some(identity(operation, body, &self.recording.keys));
    }

    /// The last call to which no answer was recorded: what was measured is then not what happens.
    pub fn unknown(&self) -> Option<String> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).unknown.clone()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_second_call_about_an_item_gets_the_second_answer_and_a_third_the_first_again() {
        let mut recording = Recording::default();
        let update = json!({ "TableName": "T", "Key": { "k": { "S": "1" } } });
        for body in ["claimed", "settled"] {
            let answer = Answer { status: 200, headers: HeaderMap::new(), body: body.into() };
            recording.add("DynamoDB UpdateItem", &update, answer);
        }
        let replay = Replay::new(Arc::new(recording), Recording::default());
        let next = || replay.answer("DynamoDB UpdateItem", &update).map(|answer| answer.body);
        assert_eq!(
            [next(), next(), next()],
            ["claimed", "settled", "claimed"].map(|b| Some(b.into()))
        );
        assert_eq!(replay.unknown(), None);
    }

    #[test]
    fn a_call_that_was_never_recorded_is_named_and_not_answered() {
        let replay = Replay::new(Arc::default(), Recording::default());
        let get = json!({ "TableName": "T", "Key": 1 });
        assert!(replay.answer("DynamoDB GetItem", &get).is_none());
        replay.miss("DynamoDB GetItem", &get);
        assert_eq!(replay.unknown().as_deref(), Some("DynamoDB GetItem T 1"));
    }
}
