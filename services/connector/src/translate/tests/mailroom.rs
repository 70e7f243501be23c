//! What becomes of events: the dispatcher's decisions, by the rules that it uses, without its tables and queues.
//!
//! A mail that is decided is told at once; nothing bounces, and nobody corrects an address.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use shared::ledger::SkipReason;
use shared::notification::{Judgement, Known, News, Stage, Standing, Verdict, judge, ledger_key};
use shared::queue::message::DispatchRequest;
use shared::{CorrelationId, Event, Kind, OrderKey};

/// How long a message waits until its event is judged again.
const WAIT: SignedDuration = SignedDuration::from_secs(6);

/// A mail that was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail {
    pub key: String,
    pub event: Event,
    /// Whether it announces a refund and says that a mail of its own told it before.
    pub says_refund_was_told: bool,
}

/// The ledger of all orders, and the mails that were sent by it.
#[derive(Default)]
pub struct Mailroom {
    records: BTreeMap<String, Vec<Record>>,
    stored: BTreeMap<String, Value>,
    pub mails: Vec<Mail>,
    /// The kinds that the shop has turned off, since its own system mails them.
    off: Vec<Kind>,
    /// What was skipped, by key.
    pub skipped: BTreeMap<String, SkipReason>,
    now: Timestamp,
}

struct Record {
    key: String,
    news: News,
    event: Event,
    standing: Standing,
}

impl Mailroom {
    /// That of a shop whose own system mails these kinds.
    pub fn without(off: &[Kind]) -> Self {
        Self { off: off.to_vec(), ..Self::default() }
    }

    /// Publishes the events of one delivery, and decides about them until nothing is left to wait for.
    pub fn publish(&mut self, events: &[Value], at: Timestamp) {
        self.now = self.now.max(at);
        let mut orders = Vec::new();
        for event in events {
            orders.extend(self.plan(event));
        }
        for order in orders {
            self.decide(&order);
        }
    }

    /// The `data` of the newest stored event of an order.
    pub fn newest(&self, order_id: &str) -> Option<&Value> {
        self.stored.get(order_id)
    }

    /// What the mail of this key tells, if it was sent.
    pub fn mail(&self, key: &str) -> Option<&Mail> {
        self.mails.iter().find(|mail| mail.key == key)
    }

    /// Puts the record of an event that has none yet; with its order.
    fn plan(&mut self, event: &Value) -> Option<String> {
        let correlation_id = CorrelationId::parse("c-1").expect("an id");
        let body = DispatchRequest::body(event, self.now, &correlation_id);
        let request = DispatchRequest::parse(&body).expect("a valid event");
        let order = OrderKey::of_event(&request.event).to_string();
        self.stored.insert(request.event.order.id.to_string(), event["data"].clone());
        let key = format!("{order} {}", ledger_key(&request.event));
        let records = self.records.entry(order.clone()).or_default();
        if records.iter().any(|record| record.key == key) {
            return None;
        }
        let news = request.news();
        let reason = match () {
            () if !request.event.notify => Some(SkipReason::Muted),
            () if self.off.contains(&news.kind) => Some(SkipReason::KindOff),
            () if self.now >= request.send_before() => Some(SkipReason::Stale),
            () => None,
        };
        self.skipped.extend(reason.map(|reason| (key.clone(), reason)));
        let since = self.now.as_millisecond();
        let standing = match reason {
            Some(reason) => standing_of(reason),
            None => Standing::Planned { since, waits: false },
        };
        records.push(Record { key, news, event: request.event, standing });
        Some(order)
    }

    fn decide(&mut self, order: &str) {
        for _ in 0..1000 {
            let records = &self.records[order];
            let planned: Vec<usize> = (0..records.len())
                .filter(|i| matches!(records[*i].standing, Standing::Planned { .. }))
                .collect();
            if planned.is_empty() {
                return;
            }
            for own in planned {
                self.judge(order, own);
            }
            self.now += WAIT;
        }
        panic!("the records of an order wait for each other");
    }

    fn judge(&mut self, order: &str, own: usize) {
        let records = self.records.get_mut(order).expect("it has records");
        let Standing::Planned { since, .. } = records[own].standing else { return };
        let at = |other: usize| if other < own { other } else { other + 1 };
        let others: Vec<Known> = (0..records.len() - 1)
            .map(|i| &records[at(i)])
            .map(|it| Known { news: it.news.clone(), standing: it.standing })
            .collect();
        let now = self.now.as_millisecond();
        let Judgement { skips, verdict } = judge(&records[own].news, &others, Stage::New, now);
        for (other, reason) in skips {
            records[at(other)].standing = standing_of(reason);
            self.skipped.insert(records[at(other)].key.clone(), reason);
        }
        let record = &mut records[own];
        record.standing = match verdict {
            Verdict::Mail(money) => {
                self.mails.push(Mail {
                    key: record.key.clone(),
                    event: record.event.clone(),
                    says_refund_was_told: money.refund_told,
                });
                Standing::Told
            }
            Verdict::Skip(reason) => {
                self.skipped.insert(record.key.clone(), reason);
                standing_of(reason)
            }
            Verdict::Wait | Verdict::WaitForBounce => {
                let waits = !record.news.kind.corrects().is_empty();
                Standing::Planned { since, waits }
            }
        };
    }
}

fn standing_of(reason: SkipReason) -> Standing {
    match reason {
        SkipReason::NothingNew => Standing::NothingNew,
        SkipReason::KindOff => Standing::TurnedOff,
        SkipReason::Muted | SkipReason::Stale | SkipReason::Superseded => Standing::Silent,
    }
}

/// The key of the ledger in short, for kinds of which each event is a mail of its own without what tells these apart.
pub fn short(mail: &Mail) -> String {
    let kind = mail.event.payload.kind();
    let number = mail.event.order.number.as_str().trim_start_matches('#');
    format!("{number} {kind}")
}
