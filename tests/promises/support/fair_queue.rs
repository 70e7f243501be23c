//! A standard queue of SQS, as a consumer meets it: messages come in about the order in which they became visible, but
//! those of a quiet group before those of a noisy one, by the rules of fair queues
//! (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html>).

use std::collections::{BTreeMap, VecDeque};

/// A group is noisy with a larger share of the consumers' recent time, in percent.
const NOISY_TIME: f64 = 10.0;

/// Or with a larger share of the messages in flight, if there are so many of its own.
const NOISY_IN_FLIGHT: (f64, usize) = (10.0, 30);

/// After so long, in microseconds, half of the time that a group has used counts no more.
const HALF_LIFE: f64 = 60e6;

/// SQS does not detect at once: the measures are looked at so often, in microseconds.
const DETECTION: i64 = 10_000_000;

/// The visible messages by their group.
#[derive(Debug)]
pub struct FairQueue<M> {
    groups: BTreeMap<String, Group<M>>,
    arrived: u64,
    measured_at: i64,
}

impl<M> Default for FairQueue<M> {
    fn default() -> Self {
        Self { groups: BTreeMap::new(), arrived: 0, measured_at: 0 }
    }
}

#[derive(Debug)]
struct Group<M> {
    visible: VecDeque<(u64, M)>,
    in_flight: usize,
    time_used: f64,
    is_noisy: bool,
}

impl<M> Default for Group<M> {
    fn default() -> Self {
        Self { visible: VecDeque::new(), in_flight: 0, time_used: 0.0, is_noisy: false }
    }
}

impl<M> FairQueue<M> {
    /// A message of the group becomes visible.
    pub fn push(&mut self, group: &str, message: M) {
        self.arrived += 1;
        let arrived = self.arrived;
        self.groups.entry(group.to_owned()).or_default().visible.push_back((arrived, message));
    }

    /// Receives up to `most` messages at `now`, each with its group.
    pub fn receive(&mut self, most: usize, now: i64) -> Vec<(String, M)> {
        if now - self.measured_at >= DETECTION {
            self.measure(now);
        }
        let mut received = Vec::new();
        while received.len() < most
            && let Some((name, group)) = self.next_group()
            && let Some((_, message)) = group.visible.pop_front()
        {
            group.in_flight += 1;
            received.push((name, message));
        }
        received
    }

    /// A message of the group was deleted, `time` microseconds after it was received.
    pub fn delete(&mut self, group: &str, time: i64) {
        let group = self.groups.entry(group.to_owned()).or_default();
        group.in_flight = group.in_flight.saturating_sub(1);
        group.time_used += time as f64;
    }

    /// The oldest message's of the quiet groups; of the noisy ones, that with the fewest in flight.
    fn next_group(&mut self) -> Option<(String, &mut Group<M>)> {
        let visible = self.groups.iter_mut().filter(|(_, group)| !group.visible.is_empty());
        let rank = |group: &Group<M>| {
            let in_flight = if group.is_noisy { group.in_flight } else { 0 };
            (group.is_noisy, in_flight, group.visible[0].0)
        };
        let next = visible.min_by_key(|(_, group)| rank(group));
        next.map(|(name, group)| (name.clone(), group))
    }

    fn measure(&mut self, now: i64) {
        let decay = 0.5_f64.powf((now - self.measured_at) as f64 / HALF_LIFE);
        self.measured_at = now;
        let time: f64 = self.groups.values().map(|group| group.time_used).sum();
        let in_flight: usize = self.groups.values().map(|group| group.in_flight).sum();
        let share = |part: f64, whole: f64| if whole > 0.0 { 100.0 * part / whole } else { 0.0 };
        for group in self.groups.values_mut() {
            let (percent, least) = NOISY_IN_FLIGHT;
            let flying = share(group.in_flight as f64, in_flight as f64);
            let has_many = flying > percent && group.in_flight >= least;
            group.is_noisy = has_many || share(group.time_used, time) > NOISY_TIME;
            group.time_used *= decay;
        }
    }
}
