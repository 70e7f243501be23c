//! Where a replay is decided: whether a dead letter may be replayed, by what the ledger knows.
//!
//! [`ReplayClassifier::classify`] loads what the tables know about a group of messages
//! ([`LedgerSnapshot`]), and [`Rules`] turns that into a [`Verdict`] each, without I/O. A scan
//! classifies to show and to plan; a replay classifies each message again at the moment of moving
//! it, since the ledger may have changed since the plan.

use kit::ledger::{Correction, Item, NamedAddress};
use shared::ledger::{Facts, SkipReason, State};
use shared::notification::{AddressHash, News};
use shared::{NotificationKey, OrderKey};

use super::ledger_snapshot::{LedgerSnapshot, event_key};
use super::payload::{Dispatch, DlqPayload, PublishedEvent};
use super::stream_batch::StreamBatch;
use super::verdict::{ReplayAssessment, Verdict};
use crate::aws::Stack;
use crate::error::CliError;
use crate::output::{counted, format_time};

/// Classifies groups of messages against one stack's tables.
#[derive(Debug)]
pub struct ReplayClassifier<'a> {
    stack: &'a Stack,
}

impl<'a> ReplayClassifier<'a> {
    pub const fn new(stack: &'a Stack) -> Self {
        Self { stack }
    }

    /// An assessment for each payload, in their order. `now` in milliseconds since 1970.
    pub async fn classify(
        &self,
        payloads: &[&DlqPayload],
        now: i64,
    ) -> Result<Vec<ReplayAssessment>, CliError> {
        // One read of the tables for the whole group, not one for each message.
        let snapshot = &LedgerSnapshot::load(self.stack, payloads).await?;
        let rules = Rules { snapshot, now };
        Ok(payloads.iter().map(|payload| rules.assess(payload)).collect())
    }
}

/// The rules of a replay, as a function of what the tables know. `now` in milliseconds since 1970.
#[derive(Debug, Clone, Copy)]
struct Rules<'a> {
    snapshot: &'a LedgerSnapshot,
    now: i64,
}

impl Rules<'_> {
    fn assess(self, payload: &DlqPayload) -> ReplayAssessment {
        match payload {
            DlqPayload::Mail { key, address, send_before } => {
                self.mail((key, *address), *send_before)
            }
            DlqPayload::Dispatch(dispatch) => self.dispatch(dispatch),
            DlqPayload::Feedback(event) => self.feedback(event),
            DlqPayload::Events(events) => self.events(events),
            DlqPayload::NeedsOrder(order) => self.needs_order(order),
            DlqPayload::Ignored(why) => {
                ReplayAssessment::new(Verdict::AlreadyDone, None).because(*why)
            }
            DlqPayload::StreamBatch(batch) => self.stream_batch(batch),
            DlqPayload::Change(_) => ReplayAssessment::new(Verdict::WouldPublish, None)
                .because("as the ledger has it now, if the publisher can read it now"),
            DlqPayload::MailEvent(_) => ReplayAssessment::new(Verdict::WouldPublish, None),
            DlqPayload::ForeignFeedback => ReplayAssessment::new(Verdict::AlreadyDone, None)
                .because("nothing of it is recorded"),
            DlqPayload::Unreadable(why) => {
                ReplayAssessment::new(Verdict::Unparseable, None).because(why)
            }
        }
    }

    fn mail(
        self,
        (key, address): (&NotificationKey, AddressHash),
        send_before: i64,
    ) -> ReplayAssessment {
        let Some(item) = self.snapshot.record(&key.order_key(), &key.sort_key()) else {
            return unknown();
        };
        if item.readdressed_to.is_some() {
            return ReplayAssessment::new(Verdict::AlreadyDone, Some(item))
                .because("its news goes to the customer's corrected address since");
        }
        match self.by_state(item) {
            Some(verdict) => ReplayAssessment::new(verdict, Some(item)),
            None => self.by_age((key, address), item.news().as_ref(), send_before, Some(item)),
        }
    }

    /// A copy's plan or mail request may be missing although the customer's mail is done: then that decides.
    fn dispatch(self, dispatch: &Dispatch) -> ReplayAssessment {
        let Dispatch { key, ledger_key, news, copies, .. } = dispatch;
        let customers = self.decision(dispatch, (key, ledger_key), news);
        if customers.verdict.is_movable(true) {
            return customers;
        }
        let mut missing = copies.iter().filter_map(|(key, news)| {
            let copys = self.decision(dispatch, (key, &key.sort_key()), news);
            let detail = format!("the mail to {}", key.recipient);
            copys.verdict.is_movable(false).then(|| copys.because(detail))
        });
        missing.next().unwrap_or(customers)
    }

    /// The assessment of one of its notifications.
    fn decision(
        self,
        dispatch: &Dispatch,
        (key, ledger_key): (&NotificationKey, &str),
        news: &News,
    ) -> ReplayAssessment {
        let Dispatch { notify, send_before, .. } = dispatch;
        let address = key.recipient.address_hash().unwrap_or(dispatch.address);
        match self.snapshot.record(&key.order_key(), ledger_key) {
            // No record and no mail to send: a replay only lets the dispatcher record that.
            None if !notify => ReplayAssessment::new(Verdict::WouldRecord, None)
                .because("the event asks for no mail; that is yet to be recorded"),
            None => self.by_age((key, address), Some(news), *send_before, None),
            Some(first) => self.correction(dispatch, key, news, first),
        }
    }

    /// The assessment of a notification that has the record `first`, by what the dispatcher would make of the address that
    /// the event names.
    fn correction(
        self,
        dispatch: &Dispatch,
        key: &NotificationKey,
        news: &News,
        first: &Item,
    ) -> ReplayAssessment {
        let items = self.snapshot.of_order(&first.order_key);
        let Dispatch { event, address: to, accepted_at, .. } = dispatch;
        let named = NamedAddress { event, to: *to, accepted_at: *accepted_at };
        let correction = match dispatch.notify {
            true => Correction::new(&items, &first.notification, &named, self.now),
            false => Correction::None,
        };
        let by_age = |item| self.by_age((key, *to), Some(news), dispatch.send_before, item);
        match correction {
            Correction::None | Correction::TooLate(_) => self.decided(dispatch, key, news, first),
            Correction::Decided(item) => self.decided(dispatch, key, news, item),
            // The mail to the address before did not reach the customer: this event's address gets it.
            Correction::Due { .. } => by_age(None),
            Correction::Waits { .. } => {
                let waits = by_age(Some(first));
                let is_news = waits.verdict == Verdict::WouldSend;
                if is_news { waits.because(IF_IT_DOES_NOT_ARRIVE) } else { waits }
            }
        }
    }

    /// The assessment of a notification that was decided before, as `item`.
    fn decided(
        self,
        dispatch: &Dispatch,
        key: &NotificationKey,
        news: &News,
        item: &Item,
    ) -> ReplayAssessment {
        let address = key.recipient.address_hash().unwrap_or(dispatch.address);
        match self.by_state(item) {
            Some(verdict) => ReplayAssessment::new(verdict, Some(item)),
            None if item.event == dispatch.event && item.was_redirected_from(address) => {
                ReplayAssessment::new(Verdict::AlreadyDone, Some(item)).because(
                    "its address was corrected in its dead letter, and the event names the one before",
                )
            }
            // Decided, but its mail request was never queued, or was lost.
            None if item.awaits_mail_request(&dispatch.event, self.now) => {
                self.by_age((key, address), Some(news), dispatch.send_before, Some(item))
            }
            None => ReplayAssessment::new(Verdict::AlreadyDone, Some(item)).because(
                "decided before; its mail request is on its way or in the mail queue's \
                 dead-letter queue",
            ),
        }
    }

    /// What the state of the record alone decides; `None` where the mail may yet be sent.
    fn by_state(self, item: &Item) -> Option<Verdict> {
        match item.state()? {
            State::Sent | State::Delivered | State::Bounced | State::Complained => {
                Some(Verdict::AlreadySent)
            }
            State::Sending if item.lease_until >= self.now => Some(Verdict::InProgress),
            // A mailer died between claim and answer: whether SES has the mail is not known.
            State::Sending | State::InDoubt => Some(Verdict::InDoubt),
            State::Skipped => Some(skipped(item.reason.as_deref())),
            State::Planned | State::Failed => None,
        }
    }

    /// Nothing forbids the mail but, perhaps, its age.
    fn by_age(
        self,
        of: (&NotificationKey, AddressHash),
        own: Option<&News>,
        send_before: i64,
        item: Option<&Item>,
    ) -> ReplayAssessment {
        let assessment = |verdict| ReplayAssessment::new(verdict, item);
        // Before the deadline: --force-stale overrules an old age, never a newer mail.
        let later = own.and_then(|own| self.snapshot.superseding(of, own, self.now));
        if let Some(later) = later {
            return assessment(Verdict::Superseded).because(format!("by {later}"));
        }
        if self.now >= send_before {
            let deadline = format!("its deadline was {}", format_time(send_before));
            return assessment(Verdict::Stale).because(deadline);
        }
        match item.map_or(0, |item| item.doubts) {
            0 => assessment(Verdict::WouldSend),
            doubts => assessment(Verdict::WouldSend).because(format!(
                "{} ended in doubt: SES may have accepted it",
                counted(doubts, "earlier attempt")
            )),
        }
    }

    fn feedback(self, event: &feedback::SesEvent) -> ReplayAssessment {
        let Some(item) = self.snapshot.record(&event.key.order_key(), &event.key.sort_key()) else {
            return unknown();
        };
        if !event.is_about_mail_of(item) {
            return ReplayAssessment::new(Verdict::AlreadyDone, Some(item))
                .because("it lacks the token of this mail, so feedback would not believe it");
        }
        // The ledger's own rule: what it would refuse, feedback would drop.
        let allowed = event.transition.allows(item.to_record().as_ref(), &Facts::new(self.now));
        let verdict = if allowed { Verdict::WouldRecord } else { Verdict::AlreadyDone };
        ReplayAssessment::new(verdict, Some(item))
    }

    fn needs_order(self, order: &OrderKey) -> ReplayAssessment {
        match self.snapshot.known_orders.contains(order) {
            true => ReplayAssessment::new(Verdict::WouldSend, None)
                .because("it is joined with its order, which is stored"),
            false => ReplayAssessment::new(Verdict::OrderMissing, None)
                .because("no event of its order is stored"),
        }
    }

    fn stream_batch(self, batch: &StreamBatch) -> ReplayAssessment {
        let own = &self.snapshot.ledger_table;
        if batch.table() != Some(own) {
            return ReplayAssessment::new(Verdict::Unparseable, None)
                .because(format!("it is about the stream of another table than {own}"));
        }
        let changes = counted(usize::try_from(batch.size).unwrap_or(usize::MAX), "change");
        let source = match self.snapshot.in_stream.contains(&batch.place()) {
            true => "from the ledger's stream",
            false => FROM_THE_LEDGER,
        };
        let detail = format!("{changes}, {source}");
        ReplayAssessment::new(Verdict::WouldPublish, None).because(detail)
    }

    /// Those of a message of the inbox, or those that the connector makes of a delivery.
    fn events(self, events: &[PublishedEvent]) -> ReplayAssessment {
        let stored_as = |event: &PublishedEvent| self.snapshot.stored.get(&event_key(event));
        let is_other = |event: &&PublishedEvent| {
            stored_as(event).is_some_and(|hash| *hash != event.payload_hash)
        };
        // Before what is stored: such an event is stored nowhere, and intake would refuse it again.
        let (others, all) = (events.iter().filter(is_other).count(), events.len());
        if others > 0 {
            let which = if all == 1 { String::new() } else { format!("{others} of its {all}: ") };
            return ReplayAssessment::new(Verdict::Conflict, None).because(format!(
                "{which}another event with this source and id is stored for this order"
            ));
        }
        let missing: Vec<&PublishedEvent> =
            events.iter().filter(|event| stored_as(event).is_none()).collect();
        if missing.is_empty() {
            return ReplayAssessment::new(Verdict::AlreadyDone, None)
                .because("the Events table has it");
        }
        if let Some(deadline) = self.passed_deadline(&missing) {
            let deadline = format!("its deadline was {}", format_time(deadline));
            return ReplayAssessment::new(Verdict::Stale, None).because(deadline);
        }
        match all - missing.len() {
            // Intake answers what it has stored before with a duplicate, so a part may be stored.
            0 => ReplayAssessment::new(Verdict::WouldSend, None),
            stored => ReplayAssessment::new(Verdict::WouldSend, None)
                .because(format!("{stored} of its {all} events are stored already")),
        }
    }

    /// The last deadline, if each of the events asks for a mail and is past it. Of a message of which one is not, the
    /// dispatcher skips the others.
    fn passed_deadline(self, events: &[&PublishedEvent]) -> Option<i64> {
        let is_stale = |event: &&PublishedEvent| event.notify && self.now >= event.send_before;
        let deadlines = events.iter().map(|event| event.send_before);
        deadlines.max().filter(|_| events.iter().all(is_stale))
    }
}

/// What the shop then hears, and what it does not.
const FROM_THE_LEDGER: &str = "which the ledger's stream, that keeps them for 24 hours, has no more: each mail whose latest \
                               change was made then is told as it is; of one that has changed since, only that was told";

/// Without a record nobody knows whether the mail was sent, so it is not sent.
fn unknown() -> ReplayAssessment {
    ReplayAssessment::new(Verdict::Unknown, None).because("erased, or past the ledger's retention")
}

const IF_IT_DOES_NOT_ARRIVE: &str =
    "to its corrected address, if the mail to the one before does not arrive";

fn skipped(reason: Option<&str>) -> Verdict {
    match reason {
        Some(r) if r == SkipReason::Stale.as_str() => Verdict::Stale,
        Some(r) if r == SkipReason::Superseded.as_str() => Verdict::Superseded,
        Some(r) if r == SkipReason::NothingNew.as_str() => Verdict::NothingNew,
        Some(r) if r == SkipReason::Muted.as_str() => Verdict::Muted,
        // Turned off by the shop, erased, or a reason of a newer version: an operator decides, with `resend`.
        _ => Verdict::AlreadyDone,
    }
}

#[cfg(test)]
mod tests;
