//! One event with a copy: two notifications, which are planned by one dispatcher and share nothing else.
//!
//! How one notification gets from its mail request to its end is the pipeline's model; here a mailer takes its steps at
//! once. This model is about what lies between the two: the customer's plan comes after the copy's, a dispatcher may die
//! after each write, queues lose their messages, and whoever looks whether an event is done looks at both records.

use shared::ledger::{Facts, Record, State, Transition};
use shared::notification::DoubtPolicy;
use stateright::{Model, Property};

use super::liveness::Terminates;

/// Whose notification: an index into each pair here.
type Recipient = usize;
const COPY: Recipient = 0;
const CUSTOMER: Recipient = 1;

/// Messages about the same that a queue may hold. A third would only make it harder to lose one.
const MAX_MESSAGES: u8 = 2;

/// Dispatchers at work at the same time.
const MAX_DISPATCHERS: usize = 2;

/// What everybody relies on who looks only whether the customer's record is there.
pub const CUSTOMERS_RECORD_IS_LAST: &str = "where the customer's record is, the copy's is too";
/// Each recipient gets the mail once.
pub const EACH_ONCE: &str = "each recipient is mailed at most once";
/// A copy is lost as little as the customer's mail.
pub const EACH_REACHES_SES: &str = "in the end, each recipient's mail has reached SES";
/// What happens to one is recorded for that one.
pub const OWN_FATE: &str = "a mail has bounced in the ledger where, and only where, it did bounce";

/// A bug in how recipients are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecipientsBug {
    /// The customer's notification is planned first.
    CustomerFirst,
    /// The sweep looks only at the customer's record.
    SweepAsksForCustomerOnly,
    /// What SES says of a copy is recorded for the customer.
    FeedbackOnCustomer,
}

/// The model with its bounds.
#[derive(Debug, Clone, Copy)]
pub struct RecipientsModel {
    /// How often a dispatcher may die.
    pub crashes: u8,
    /// How often the queues lose all their messages. The first time, it may be the stream that does.
    pub losses: u8,
    /// How many mails may bounce.
    pub bounces: u8,
    /// A bug that is seeded on purpose.
    pub bug: Option<RecipientsBug>,
}

/// What a dispatcher does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Step {
    /// Put the record that is at this place in its order.
    Put { nth: usize, mails: [bool; 2] },
    /// Send the mail request of this recipient, if it is one to be mailed.
    Send { to: Recipient, mails: [bool; 2] },
    /// Delete the message.
    Delete,
}

/// A state: ledger, queues, dispatchers, and what really happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RecipientsState {
    records: [Option<Record>; 2],
    dispatch: u8,
    dispatchers: Vec<Step>,
    mail: [u8; 2],
    /// How often SES accepted each mail. No component sees this, nor the next.
    accepted: [u8; 2],
    bounced: [bool; 2],
    crashes: u8,
    losses: u8,
    bounces: u8,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecipientsAction {
    /// A dispatcher receives the event.
    Receive,
    /// A dispatcher takes its next step.
    Step(usize),
    /// A dispatcher dies.
    Crash(usize),
    /// The queues lose their messages.
    Lose,
    /// The sweep queues the event again.
    Sweep,
    /// A mailer handles a mail request of this recipient.
    Mail(usize),
    /// SES says that the mail of this recipient bounced.
    Bounce(usize),
}

impl RecipientsModel {
    fn has(&self, bug: RecipientsBug) -> bool {
        self.bug == Some(bug)
    }

    /// In this order the records are put.
    fn order(&self) -> [Recipient; 2] {
        if self.has(RecipientsBug::CustomerFirst) { [CUSTOMER, COPY] } else { [COPY, CUSTOMER] }
    }

    /// `dispatcher::decide`, without the judgement.
    fn step(&self, state: &mut RecipientsState, step: Step) -> Option<Step> {
        match step {
            Step::Put { nth, mut mails } => {
                let recipient = self.order()[nth];
                mails[recipient] = match state.write(recipient, Transition::Plan, Facts::new(0)) {
                    true => true,
                    // `Item::awaits_mail_request`, of the event's own record.
                    false => state.records[recipient]
                        .is_some_and(|it| it.can_be_moved_on(DoubtPolicy::Resend, 0)),
                };
                Some(match nth {
                    0 => Step::Put { nth: 1, mails },
                    _ => Step::Send { to: COPY, mails },
                })
            }
            Step::Send { to, mails } => {
                if mails[to] {
                    state.mail[to] = (state.mail[to] + 1).min(MAX_MESSAGES);
                }
                Some(if to == COPY { Step::Send { to: CUSTOMER, mails } } else { Step::Delete })
            }
            Step::Delete => None,
        }
    }

    /// The whole delivery of a mail request, as SES accepts the mail.
    fn mail(state: &mut RecipientsState, to: Recipient) {
        state.mail[to] -= 1;
        let claim = Facts { lease_until: 1, ..Facts::new(0) };
        if state.write(to, Transition::Claim, claim) {
            state.accepted[to] = (state.accepted[to] + 1).min(2);
            let attempt = state.records[to].map_or(0, |record| record.attempt);
            state.write(to, Transition::Accept, Facts::for_attempt(0, attempt));
        }
    }

    /// `Progress::of_all`: whether the sweep queues the event again.
    fn sweep_finds(&self, state: &RecipientsState) -> bool {
        let is_lost = |recipient: Recipient| {
            state.records[recipient]
                .is_none_or(|record| record.due_at(DoubtPolicy::Resend, 1).is_some())
        };
        is_lost(CUSTOMER) || (!self.has(RecipientsBug::SweepAsksForCustomerOnly) && is_lost(COPY))
    }
}

impl RecipientsState {
    /// One conditional write. Times are of no interest here.
    fn write(&mut self, recipient: Recipient, transition: Transition, facts: Facts) -> bool {
        let record = &mut self.records[recipient];
        let Some(after) = transition.apply(record.as_ref(), &facts) else { return false };
        *record = Some(Record { since: 0, not_before: 0, ..after });
        true
    }

    fn is_idle(&self) -> bool {
        self.dispatch == 0 && self.dispatchers.is_empty() && self.mail == [0, 0]
    }

    fn has_reached_ses(&self, recipient: Recipient) -> bool {
        self.accepted[recipient] > 0
    }
}

impl Model for RecipientsModel {
    type State = RecipientsState;
    type Action = RecipientsAction;

    fn init_states(&self) -> Vec<RecipientsState> {
        vec![RecipientsState {
            records: [None; 2],
            dispatch: 1,
            dispatchers: Vec::new(),
            mail: [0; 2],
            accepted: [0; 2],
            bounced: [false; 2],
            crashes: self.crashes,
            losses: self.losses,
            bounces: self.bounces,
        }]
    }

    fn actions(&self, state: &RecipientsState, actions: &mut Vec<RecipientsAction>) {
        if state.dispatch > 0 && state.dispatchers.len() < MAX_DISPATCHERS {
            actions.push(RecipientsAction::Receive);
        }
        for at in 0..state.dispatchers.len() {
            actions.push(RecipientsAction::Step(at));
            if state.crashes > 0 {
                actions.push(RecipientsAction::Crash(at));
            }
        }
        if state.losses > 0 && (state.dispatch > 0 || state.mail != [0, 0]) {
            actions.push(RecipientsAction::Lose);
        }
        if self.sweep_finds(state) && state.dispatch < MAX_MESSAGES {
            actions.push(RecipientsAction::Sweep);
        }
        for recipient in [COPY, CUSTOMER] {
            if state.mail[recipient] > 0 {
                actions.push(RecipientsAction::Mail(recipient));
            }
            let may_bounce = state.accepted[recipient] > 0 && !state.bounced[recipient];
            if may_bounce && state.bounces > 0 {
                actions.push(RecipientsAction::Bounce(recipient));
            }
        }
    }

    fn next_state(
        &self,
        last: &RecipientsState,
        action: RecipientsAction,
    ) -> Option<RecipientsState> {
        let mut state = last.clone();
        match action {
            RecipientsAction::Receive => {
                state.dispatch -= 1;
                state.dispatchers.push(Step::Put { nth: 0, mails: [false; 2] });
            }
            RecipientsAction::Step(at) => {
                let step = state.dispatchers.remove(at);
                let next = self.step(&mut state, step);
                state.dispatchers.extend(next);
            }
            RecipientsAction::Crash(at) => {
                state.crashes -= 1;
                state.dispatchers.remove(at);
                state.dispatch = (state.dispatch + 1).min(MAX_MESSAGES);
            }
            RecipientsAction::Lose => {
                state.losses -= 1;
                (state.dispatch, state.mail) = (0, [0; 2]);
            }
            RecipientsAction::Sweep => state.dispatch += 1,
            RecipientsAction::Mail(to) => Self::mail(&mut state, to),
            RecipientsAction::Bounce(of) => {
                state.bounces -= 1;
                state.bounced[of] = true;
                let mistaken = self.has(RecipientsBug::FeedbackOnCustomer);
                let recorded = if mistaken { CUSTOMER } else { of };
                state.write(recorded, Transition::Bounce, Facts::new(0));
            }
        }
        state.dispatchers.sort_unstable();
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(CUSTOMERS_RECORD_IS_LAST, |_, state: &RecipientsState| {
                state.records[CUSTOMER].is_none() || state.records[COPY].is_some()
            }),
            Property::always(EACH_ONCE, |_, state: &RecipientsState| {
                state.accepted.iter().all(|times| *times < 2)
            }),
            Property::always(EACH_REACHES_SES, |model: &Self, state: &RecipientsState| {
                let is_over = state.is_idle() && !model.sweep_finds(state);
                !is_over || [COPY, CUSTOMER].iter().all(|it| state.has_reached_ses(*it))
            }),
            Property::always(OWN_FATE, |_, state: &RecipientsState| {
                let has_bounced = |record: &Option<Record>| {
                    record.is_some_and(|record| record.state == State::Bounced)
                };
                state
                    .records
                    .iter()
                    .zip(state.bounced)
                    .all(|(r, bounced)| has_bounced(r) == bounced)
            }),
        ]
    }
}

impl Terminates for RecipientsModel {
    fn is_terminal(&self, state: &RecipientsState) -> bool {
        state.is_idle() && [COPY, CUSTOMER].iter().all(|it| state.has_reached_ses(*it))
    }

    fn is_fault_free(action: &RecipientsAction) -> bool {
        use RecipientsAction::{Mail, Receive, Step, Sweep};
        matches!(action, Receive | Step(_) | Sweep | Mail(_))
    }
}
