//! Fair delivery of a standard queue, which rustack does not have: while one group's messages use up a queue, those of
//! the others are received first
//! (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html>).
//!
//! From the first message of a quiet group beside a noisy one on, a queue has a second one, its *lane*, for the quiet
//! groups' messages. The lane has the queue's settings and no name of its own to anybody: what is asked of the queue is
//! asked of both. AWS measures who uses the consumers' time; here, who has sent most in the last minutes.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Ends the name of a lane.
const LANE: &str = "-quiet-lane";

/// A group is noisy that has sent more than a tenth of the messages, and more than so many.
const NOISY: u64 = 30;

/// After this time, a message counts half.
const HALF_LIFE: Duration = Duration::from_secs(60);

/// The attributes that a lane has of its queue.
const SETTINGS: [&str; 5] = [
    "VisibilityTimeout",
    "MessageRetentionPeriod",
    "MaximumMessageSize",
    "DelaySeconds",
    "RedrivePolicy",
];

/// Which queues have lanes, and who has sent to them.
#[derive(Debug, Default)]
pub(super) struct Lanes(Mutex<HashMap<String, Senders>>);

#[derive(Debug)]
struct Senders {
    groups: HashMap<String, u64>,
    halved_at: Instant,
    has_lane: bool,
}

impl Default for Senders {
    fn default() -> Self {
        Self { groups: HashMap::new(), halved_at: Instant::now(), has_lane: false }
    }
}

impl Lanes {
    /// The address of the queue's lane, if it has one.
    pub fn of(&self, call: &Value) -> Option<String> {
        let url = url(call);
        self.lock().get(url).filter(|senders| senders.has_lane).map(|_| lane_of(url))
    }

    /// The queue has a lane from now on.
    pub fn add(&self, queue: &str) {
        self.lock().entry(queue.to_owned()).or_default().has_lane = true;
    }

    /// The queues of the last run have the lanes that are in this list of queues.
    pub fn find(&self, queues: &Value) {
        let urls = queues["QueueUrls"].as_array().into_iter().flatten();
        urls.filter_map(|url| url.as_str()?.strip_suffix(LANE)).for_each(|queue| self.add(queue));
    }

    /// A send to the queue as two: what is for the queue, and what is for its lane.
    pub fn split(&self, call: Value) -> (Option<Value>, Option<Value>) {
        let queue = url(&call).to_owned();
        if queue.is_empty() || queue.ends_with(".fifo") {
            return (Some(call), None);
        }
        let mut lanes = self.lock();
        let senders = lanes.entry(queue.clone()).or_default();
        senders.forget();
        let mut is_quiet = |message: &Value| senders.is_quiet(message["MessageGroupId"].as_str());
        let to_lane = |mut call: Value| {
            call["QueueUrl"] = lane_of(&queue).into();
            call
        };
        let Some(entries) = call["Entries"].as_array() else {
            return if is_quiet(&call) { (None, Some(to_lane(call))) } else { (Some(call), None) };
        };
        let (quiet, rest): (Vec<Value>, Vec<Value>) = entries.iter().cloned().partition(is_quiet);
        let part = |entries: Vec<Value>| json!({ "QueueUrl": queue, "Entries": entries });
        match (quiet.is_empty(), rest.is_empty()) {
            // Also a batch without entries, which rustack refuses.
            (true, _) => (Some(call), None),
            (false, true) => (None, Some(to_lane(call))),
            (false, false) => (Some(part(rest)), Some(to_lane(part(quiet)))),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Senders>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Senders {
    fn forget(&mut self) {
        if self.halved_at.elapsed() > HALF_LIFE {
            self.halved_at = Instant::now();
            self.groups.values_mut().for_each(|sent| *sent /= 2);
            self.groups.retain(|_, sent| *sent > 0);
        }
    }

    /// Counts a message of this group. Whether it goes to the lane: another group is noisy, and this one is not. A
    /// message without a group is one of its own.
    fn is_quiet(&mut self, group: Option<&str>) -> bool {
        if let Some(group) = group {
            *self.groups.entry(group.to_owned()).or_default() += 1;
        }
        let all: u64 = self.groups.values().sum();
        let is_noisy = |sent: &u64| *sent > NOISY && 10 * sent > all;
        let own = group.and_then(|group| self.groups.get(group));
        !own.is_some_and(is_noisy) && self.groups.values().any(is_noisy)
    }
}

/// The address of the queue that is called.
pub(super) fn url(call: &Value) -> &str {
    call["QueueUrl"].as_str().unwrap_or_default()
}

fn lane_of(queue: &str) -> String {
    format!("{queue}{LANE}")
}

/// The call that makes the lane of a queue with these attributes.
pub(super) fn lane(call: &Value, attributes: &Value) -> Value {
    let queue = url(call).rsplit('/').next().unwrap_or_default();
    let settings = attributes["Attributes"].as_object().into_iter().flatten();
    let kept: serde_json::Map<String, Value> = settings
        .filter(|(name, _)| SETTINGS.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    json!({ "QueueName": lane_of(queue), "Attributes": kept })
}

/// The answer of both queues: lists are joined, and numbers of messages added.
pub(super) fn merged(mut one: Value, other: &Value) -> Value {
    for list in ["Messages", "Successful", "Failed"] {
        let more = other[list].as_array().cloned().unwrap_or_default();
        match one.get_mut(list).and_then(Value::as_array_mut) {
            Some(list) => list.extend(more),
            None if more.is_empty() => {}
            None => one[list] = more.into(),
        }
    }
    let attributes = one.get_mut("Attributes").and_then(Value::as_object_mut);
    for (name, value) in attributes.into_iter().flatten() {
        let number = |value: &Value| value.as_str().and_then(|text| text.parse::<u64>().ok());
        if let (true, Some(here), Some(there)) = (
            name.starts_with("ApproximateNumberOfMessages"),
            number(value),
            number(&other["Attributes"][name]),
        ) {
            *value = (here + there).to_string().into();
        }
    }
    one
}

/// Leaves the lanes out of a list of queues.
pub(super) fn without_lanes(mut answer: Value) -> Value {
    if let Some(urls) = answer.get_mut("QueueUrls").and_then(Value::as_array_mut) {
        urls.retain(|url| !url.as_str().is_some_and(|url| url.ends_with(LANE)));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(groups: &[&str]) -> Value {
        let entry = |(n, group): (usize, &&str)| json!({ "Id": n.to_string(), "MessageBody": "b", "MessageGroupId": group });
        let entries: Vec<Value> = groups.iter().enumerate().map(entry).collect();
        json!({ "QueueUrl": "http://q/mail", "Entries": entries })
    }

    #[test]
    fn a_queue_has_a_lane_only_where_one_group_is_noisy_and_another_is_not() {
        let lanes = Lanes::default();
        for _ in 0..10 {
            let (rest, quiet) = lanes.split(send(&["large"; 10]));
            assert_eq!((rest, quiet), (Some(send(&["large"; 10])), None));
        }
        let (rest, quiet) = lanes.split(send(&["large", "small"]));
        assert_eq!(rest.unwrap()["Entries"][0]["MessageGroupId"], "large");
        let quiet = quiet.unwrap();
        assert_eq!(quiet["Entries"][0]["MessageGroupId"], "small");
        assert_eq!(quiet["QueueUrl"], "http://q/mail-quiet-lane");
        let alone = json!({ "QueueUrl": "http://q/mail", "MessageBody": "of no group" });
        assert!(lanes.split(alone.clone()).1.is_some());
        assert_eq!(Lanes::default().split(alone.clone()), (Some(alone), None));
    }

    #[test]
    fn answers_of_both_are_one() {
        let numbers = |n: &str| {
            json!({ "Attributes": {
                "ApproximateNumberOfMessages": n, "VisibilityTimeout": "30",
            }})
        };
        assert_eq!(merged(numbers("2"), &numbers("3")), numbers("5"));
        let messages = merged(json!({}), &json!({ "Messages": [1] }));
        assert_eq!(merged(messages, &json!({ "Messages": [2] })), json!({ "Messages": [1, 2] }));
    }
}
