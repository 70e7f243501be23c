//! The steps of `services/dispatcher/src/readdress.rs`, `services/ops/src/notification/corrected.rs` and the mailer.

use kit::ledger::{Correction, Deliveries, Item, NamedAddress, Readdressing};
use shared::ledger::{ClaimRefusal, Facts, MAX_BOUNCE_WAIT_MS, Record, State, Transition};
use shared::notification::{AddressHash, Recipient};
use shared::{Kind, NotificationKey, OrderId, ShopId};

use super::state::{
    ADDRESSES, ARRIVES_ONCE, Answer, NOT_AFTER_ITS_MARK, NOT_REFUSED, ONCE_PER_ADDRESS,
    ReaddressBug, ReaddressFaults, ReaddressModel, ReaddressState, Step, Who,
};

/// Copies of a message that its queue may hold.
const MAX_COPIES: u8 = 2;

const HASHES: [&str; ADDRESSES] = ["AAAAAAAA", "BBBBBBBB", "CCCCCCCC"];

/// The answers that SES may give while these faults remain.
pub(super) fn answers(remaining: ReaddressFaults) -> impl Iterator<Item = Answer> {
    let ReaddressFaults { unanswered, permanent, bounces, .. } = remaining;
    let answers = [
        (Answer::Accepted { arrives: true }, true),
        (Answer::Accepted { arrives: false }, bounces > 0),
        (Answer::AcceptedUnheard { arrives: true }, unanswered > 0),
        (Answer::AcceptedUnheard { arrives: false }, unanswered > 0 && bounces > 0),
        (Answer::DroppedUnheard, unanswered > 0),
        (Answer::Permanent, permanent > 0),
    ];
    answers.into_iter().filter(|(_, is_possible)| *is_possible).map(|(answer, _)| answer)
}

pub(super) fn queue(messages: &mut u8) {
    *messages = (*messages + 1).min(MAX_COPIES);
}

fn hash(address: usize) -> AddressHash {
    AddressHash::parse(HASHES[address]).expect("a hash")
}

fn key(address: usize) -> NotificationKey {
    let recipient = match address {
        0 => Recipient::Customer,
        corrected => Recipient::Corrected(hash(corrected)),
    };
    NotificationKey {
        shop: ShopId::default(),
        order_id: OrderId::parse("1001").expect("an id"),
        kind: Kind::OrderRefunded,
        scope: "R-1".to_owned(),
        recipient,
    }
}

/// The event, or the command, that names an address.
fn event_name(named: usize) -> String {
    format!("shop e-{named}")
}

/// Everything happens at the time 0, until that is over for which an event waits.
const fn now(state: &ReaddressState) -> i64 {
    if state.is_much_later { MAX_BOUNCE_WAIT_MS } else { 0 }
}

impl ReaddressModel {
    /// The next step; `None` once the message is done, or goes back to its queue.
    pub(super) fn step(
        &self,
        state: &mut ReaddressState,
        of: usize,
        step: Step,
        answer: Option<Answer>,
    ) -> Option<Step> {
        match step {
            Step::Read => self.read(state, of),
            Step::Mark { last } => self.mark(state, of, last),
            Step::Put => self.put(state, of),
            Step::Request => {
                let to = self.named[of].1;
                queue(&mut state.deliveries[to].mail);
                let marks_last = self.has(ReaddressBug::RequestBeforeMark);
                let last = (0..ADDRESSES)
                    .find(|at| *at != to && state.deliveries[*at].record.is_some())
                    .filter(|last| state.deliveries[*last].next.is_none());
                last.filter(|_| marks_last).map(|last| Step::Mark { last })
            }
            Step::Claim => self.claim(state, of),
            Step::Send { attempt } => {
                let answer = answer?;
                call_ses(state, of, answer);
                Some(Step::Record { attempt, answer })
            }
            Step::Record { attempt, answer } => {
                self.record(state, of, attempt, answer);
                None
            }
        }
    }

    fn read(&self, state: &mut ReaddressState, of: usize) -> Option<Step> {
        let (who, to) = self.named[of];
        let items: Vec<Item> = self.items(state);
        let at = |item: &Item| {
            (0..ADDRESSES).find(|at| key(*at).sort_key() == item.notification).expect("an address")
        };
        if who == Who::Operator {
            return self.read_as_operator(state, of, &items);
        }
        let name = event_name(of);
        let named = NamedAddress { event: &name, to: hash(to), accepted_at: 0 };
        match Correction::new(&items, &key(0).sort_key(), &named, now(state)) {
            Correction::None => None,
            // What is left of an earlier delivery of its message: the mail request.
            Correction::Decided(item) if at(item) == to => self.request_again(state, of, item),
            Correction::Decided(_) => None,
            Correction::Due { is_marked: true, .. }
                if self.has(ReaddressBug::MarkedIsForgotten) =>
            {
                None
            }
            Correction::Due { is_marked: true, .. } => Some(Step::Put),
            Correction::Due { .. } if self.has(ReaddressBug::RequestBeforeMark) => Some(Step::Put),
            Correction::Due { last, .. } => Some(Step::Mark { last: at(last) }),
            Correction::Waits { last, .. }
                if self.has(ReaddressBug::GivesUpBeforeItIsSent)
                    && last.state() == Some(State::Planned) =>
            {
                None
            }
            Correction::Waits { .. } => {
                queue(&mut state.waiting[of]);
                None
            }
            Correction::TooLate(_) => {
                state.waited_in_vain = true;
                None
            }
        }
    }

    /// The command: where an event would wait, it is refused.
    fn read_as_operator(
        &self,
        state: &mut ReaddressState,
        of: usize,
        items: &[Item],
    ) -> Option<Step> {
        let deliveries = Deliveries::new(items, &key(0)).expect("the first one is planned");
        let last = match deliveries.readdress(hash(self.named[of].1), now(state)) {
            Readdressing::Decided(item) => return self.request_again(state, of, item),
            Readdressing::Open(_) | Readdressing::Closed(_) | Readdressing::Taken(_) => {
                return None;
            }
            Readdressing::Marked(last) | Readdressing::Possible(last) => last,
        };
        let is_marked = last.readdressed_to.is_some();
        let at = (0..ADDRESSES).find(|at| key(*at).sort_key() == last.notification)?;
        let by = state.deliveries[at].by.map(|by| self.named[by].0);
        if self.has(ReaddressBug::RebuiltFromTheLastAddress) && by == Some(Who::Operator) {
            state.violations.insert(NOT_REFUSED);
            return None;
        }
        match is_marked || self.has(ReaddressBug::RequestBeforeMark) {
            true => Some(Step::Put),
            false => Some(Step::Mark { last: at }),
        }
    }

    fn request_again(&self, state: &ReaddressState, of: usize, item: &Item) -> Option<Step> {
        let is_own = state.deliveries[self.named[of].1].by == Some(of);
        let is_untouched = item.state() == Some(State::Planned) && item.attempt == 0;
        (is_own && is_untouched).then_some(Step::Request)
    }

    /// The order's records, as a reader finds them.
    fn items(&self, state: &ReaddressState) -> Vec<Item> {
        let deliveries = state.deliveries.iter().enumerate();
        let items = deliveries.filter_map(|(at, delivery)| {
            let record = self.seen(delivery.record?);
            Some(Item {
                order_key: key(at).order_key().to_string(),
                notification: key(at).sort_key(),
                state: record.state.to_string(),
                attempt: record.attempt,
                not_before: record.not_before,
                event: delivery.by.map_or_else(|| event_name(ADDRESSES), event_name),
                address_hash: Some(HASHES[at].to_owned()),
                readdressed_to: delivery.next.map(|next| HASHES[next].to_owned()),
                ..Item::default()
            })
        });
        items.collect()
    }

    /// What a seeded bug makes of a record.
    fn seen(&self, record: Record) -> Record {
        let is_taken_for_bounced = match record.state {
            State::InDoubt => self.has(ReaddressBug::DoubtIsReaddressed),
            State::Sent => self.has(ReaddressBug::SentIsReaddressed),
            _ => false,
        };
        let state = if is_taken_for_bounced { State::Bounced } else { record.state };
        Record { state, ..record }
    }

    fn mark(&self, state: &mut ReaddressState, of: usize, last: usize) -> Option<Step> {
        let to = self.named[of].1;
        let record = state.deliveries[last].record?;
        let unguarded = self.has(ReaddressBug::MarkUnguarded);
        let seen = Record { readdressed: record.readdressed && !unguarded, ..self.seen(record) };
        let after = Transition::Readdress.apply(Some(&seen), &Facts::new(now(state)));
        let delivery = &mut state.deliveries[last];
        if let Some(after) = after {
            self.coverage.record(Transition::Readdress, Some(&record));
            delivery.record = Some(Record { state: record.state, ..after });
            delivery.next = Some(to);
            return (!self.has(ReaddressBug::RequestBeforeMark)).then_some(Step::Put);
        }
        match self.named[of].0 {
            // This very write, whose answer was lost, or somebody with the same address.
            Who::Operator if delivery.next == Some(to) => Some(Step::Put),
            Who::Operator => None,
            Who::Event => {
                queue(&mut state.waiting[of]);
                None
            }
        }
    }

    fn put(&self, state: &mut ReaddressState, of: usize) -> Option<Step> {
        let (who, to) = self.named[of];
        if self.write(state, to, Transition::Plan, Facts::new(0)).is_some() {
            state.deliveries[to].by = Some(of);
            return Some(Step::Request);
        }
        let delivery = &state.deliveries[to];
        let is_untouched = delivery
            .record
            .is_some_and(|record| record.state == State::Planned && record.attempt == 0);
        // An operator's record has the first event's name: every operator goes on with it.
        let is_own = match delivery.by {
            Some(by) => by == of || who == Who::Operator && self.named[by].0 == Who::Operator,
            None => false,
        };
        (is_own && is_untouched).then_some(Step::Request)
    }

    fn claim(&self, state: &mut ReaddressState, of: usize) -> Option<Step> {
        let record = state.deliveries[of].record?;
        let enqueued_at = if state.deliveries[of].is_replayed { 1 } else { i64::MIN };
        let facts = Facts { enqueued_at, ..Facts::new(0) };
        if self.has(ReaddressBug::ReplayIgnoresMark) {
            state.deliveries[of].record = Some(Record { readdressed: false, ..record });
        }
        if let Some(Record { attempt, .. }) = self.write(state, of, Transition::Claim, facts) {
            state.deliveries[of].is_replayed = false;
            state.is_much_later = false;
            return Some(Step::Send { attempt });
        }
        let has_holder = state.workers.iter().any(|worker| {
            worker.of == of && matches!(worker.step, Step::Send { .. } | Step::Record { .. })
        });
        let delivery = &mut state.deliveries[of];
        match ClaimRefusal::for_record(&record, 1) {
            ClaimRefusal::LeaseExpired | ClaimRefusal::InProgress { .. } if has_holder => {
                queue(&mut delivery.mail);
            }
            ClaimRefusal::LeaseExpired => {
                self.write(state, of, Transition::Expire, Facts::new(1));
            }
            ClaimRefusal::AlreadyFailed => queue(&mut delivery.dead_letters),
            _ => {}
        }
        None
    }

    fn record(&self, state: &mut ReaddressState, of: usize, attempt: u32, answer: Answer) {
        let transition = match answer {
            Answer::Accepted { .. } => Transition::Accept,
            Answer::AcceptedUnheard { .. } | Answer::DroppedUnheard => Transition::Doubt,
            Answer::Permanent => Transition::Fail,
        };
        self.write(state, of, transition, Facts::for_attempt(0, attempt));
        if transition == Transition::Fail {
            queue(&mut state.deliveries[of].dead_letters);
        }
    }

    /// One conditional write. Times are of no interest here, but for a lease that has expired.
    pub(super) fn write(
        &self,
        state: &mut ReaddressState,
        of: usize,
        transition: Transition,
        facts: Facts,
    ) -> Option<Record> {
        let before = state.deliveries[of].record;
        let after = transition.apply(before.as_ref(), &facts)?;
        self.coverage.record(transition, before.as_ref());
        // Of a bounce: it passes unless the time is over.
        let is_bounced = after.state == State::Bounced;
        let not_before = if is_bounced { after.not_before } else { 0 };
        let after = Record { since: 0, not_before, lease_until: 0, ..after };
        state.deliveries[of].record = Some(after);
        Some(after)
    }
}

fn call_ses(state: &mut ReaddressState, of: usize, answer: Answer) {
    let remaining = &mut state.remaining;
    let arrives = match answer {
        Answer::Accepted { arrives } => Some(arrives),
        Answer::AcceptedUnheard { arrives } => {
            remaining.unanswered -= 1;
            Some(arrives)
        }
        Answer::DroppedUnheard => {
            remaining.unanswered -= 1;
            None
        }
        Answer::Permanent => {
            remaining.permanent -= 1;
            None
        }
    };
    let Some(arrives) = arrives else { return };
    remaining.bounces -= u8::from(!arrives);
    if arrives && state.has_arrived() {
        state.violations.insert(ARRIVES_ONCE);
    }
    if !state.deliveries[of].accepted.is_empty() {
        state.violations.insert(ONCE_PER_ADDRESS);
    }
    if state.deliveries[of].next.is_some() {
        state.violations.insert(NOT_AFTER_ITS_MARK);
    }
    state.deliveries[of].accepted.push(arrives);
}
