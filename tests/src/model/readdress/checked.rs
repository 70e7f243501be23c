//! The model as stateright checks it: what can happen in a state, and what follows.

use std::collections::BTreeSet;

use shared::ledger::{Facts, State, Transition};
use stateright::{Model, Property};

use super::state::{
    ADDRESSES, ARRIVES_ONCE, Answer, CORRECTED_IN_THE_END, Delivery, NOT_AFTER_ITS_MARK,
    NOT_REFUSED, ONCE_PER_ADDRESS, REACHES_THE_THIRD, ReaddressAction, ReaddressBug,
    ReaddressModel, ReaddressState, Step, Who, Worker,
};
use super::steps;
use crate::model::liveness::Terminates;

impl Model for ReaddressModel {
    type State = ReaddressState;
    type Action = ReaddressAction;

    fn init_states(&self) -> Vec<ReaddressState> {
        let mut deliveries: [Delivery; ADDRESSES] = Default::default();
        deliveries[0].record = Transition::Plan.apply(None, &Facts::new(0));
        deliveries[0].mail = 1;
        vec![ReaddressState {
            deliveries,
            waiting: vec![1; self.named.len()],
            workers: Vec::new(),
            is_much_later: false,
            waited_in_vain: false,
            remaining: self.faults,
            violations: BTreeSet::new(),
        }]
    }

    fn actions(&self, state: &ReaddressState, actions: &mut Vec<ReaddressAction>) {
        if !state.violations.is_empty() {
            return;
        }
        let duplicates: &[bool] =
            if state.remaining.duplicates > 0 { &[false, true] } else { &[false] };
        for (at, waiting) in state.waiting.iter().enumerate().filter(|(_, waiting)| **waiting > 0) {
            debug_assert!(*waiting > 0);
            actions.extend(duplicates.iter().map(|again| ReaddressAction::Name(at, *again)));
        }
        for (at, delivery) in state.deliveries.iter().enumerate() {
            if delivery.mail > 0 {
                actions.extend(duplicates.iter().map(|again| ReaddressAction::Mail(at, *again)));
            }
            if delivery.dead_letters > 0 && state.remaining.replays > 0 {
                actions.push(ReaddressAction::Replay(at));
            }
            let events = self.events(state, delivery).into_iter();
            actions.extend(events.map(|event| ReaddressAction::SesEvent(at, event)));
        }
        if !state.is_much_later && !state.has_unsent() && !state.awaits_delivery(self) {
            actions.push(ReaddressAction::MuchLater);
        }
        for (at, worker) in state.workers.iter().enumerate() {
            match worker.step {
                Step::Send { .. } => {
                    let answers = steps::answers(state.remaining);
                    actions.extend(answers.map(|it| ReaddressAction::Step(at, Some(it))));
                }
                _ => actions.push(ReaddressAction::Step(at, None)),
            }
            if state.remaining.crashes > 0 {
                actions.push(ReaddressAction::Crash(at));
            }
        }
    }

    fn next_state(&self, last: &ReaddressState, action: ReaddressAction) -> Option<ReaddressState> {
        let mut state = last.clone();
        match action {
            ReaddressAction::Name(of, again) => {
                state.remaining.duplicates -= u8::from(again);
                state.waiting[of] -= u8::from(!again);
                state.workers.push(Worker { of, step: Step::Read });
            }
            ReaddressAction::Mail(of, again) => {
                state.remaining.duplicates -= u8::from(again);
                state.deliveries[of].mail -= u8::from(!again);
                state.workers.push(Worker { of, step: Step::Claim });
            }
            ReaddressAction::Replay(of) => {
                state.remaining.replays -= 1;
                let delivery = &mut state.deliveries[of];
                delivery.dead_letters -= 1;
                delivery.is_replayed = true;
                steps::queue(&mut delivery.mail);
            }
            ReaddressAction::SesEvent(of, event) => {
                let is_transient = event == Transition::BounceTransiently;
                state.remaining.transient -= u8::from(is_transient);
                let passes = is_transient && !self.has(ReaddressBug::TransientIsFinal);
                let facts = Facts { not_before: i64::from(passes), ..Facts::new(0) };
                self.write(&mut state, of, event, facts);
                // The time begins anew in which that bounce may turn out to be none.
                state.is_much_later &= !is_transient;
            }
            ReaddressAction::MuchLater => state.is_much_later = true,
            ReaddressAction::Step(at, answer) => {
                let Worker { of, step } = state.workers.remove(at);
                let next = self.step(&mut state, of, step, answer);
                state.workers.extend(next.map(|step| Worker { of, step }));
            }
            ReaddressAction::Crash(at) => {
                state.remaining.crashes -= 1;
                let Worker { of, step } = state.workers.remove(at);
                match step.is_mailers() {
                    true => steps::queue(&mut state.deliveries[of].mail),
                    false => steps::queue(&mut state.waiting[of]),
                }
            }
        }
        state.workers.sort_unstable();
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always(CORRECTED_IN_THE_END, |model: &Self, state: &ReaddressState| {
                !state.is_idle() || is_corrected(model, state)
            }),
            Property::sometimes(REACHES_THE_THIRD, |_, state: &ReaddressState| {
                state.deliveries[1..].iter().all(|delivery| !delivery.accepted.is_empty())
            }),
        ];
        properties.push(Property::always(ARRIVES_ONCE, |_, state: &ReaddressState| {
            !state.violations.contains(ARRIVES_ONCE)
        }));
        properties.push(Property::always(ONCE_PER_ADDRESS, |_, state: &ReaddressState| {
            !state.violations.contains(ONCE_PER_ADDRESS)
        }));
        properties.push(Property::always(NOT_REFUSED, |_, state: &ReaddressState| {
            !state.violations.contains(NOT_REFUSED)
        }));
        properties.push(Property::always(NOT_AFTER_ITS_MARK, |_, state: &ReaddressState| {
            !state.violations.contains(NOT_AFTER_ITS_MARK)
        }));
        properties
    }
}

/// Whether each address that an event names was mailed, unless the news arrived, may have, or the event waited in vain.
fn is_corrected(model: &ReaddressModel, state: &ReaddressState) -> bool {
    let may_have_arrived = |delivery: &Delivery| {
        matches!(delivery.state(), Some(State::Sent | State::InDoubt | State::Delivered))
    };
    let is_decided = |named: &(Who, usize)| {
        named.0 == Who::Operator || state.deliveries[named.1].record.is_some()
    };
    state.waited_in_vain
        || state.has_arrived()
        || state.deliveries.iter().any(may_have_arrived)
        || model.named.iter().all(is_decided)
}

impl Terminates for ReaddressModel {
    fn is_terminal(&self, state: &ReaddressState) -> bool {
        state.is_idle()
    }

    fn is_fault_free(action: &ReaddressAction) -> bool {
        match action {
            ReaddressAction::Name(_, again) | ReaddressAction::Mail(_, again) => !again,
            ReaddressAction::Step(_, answer) => {
                matches!(answer, None | Some(Answer::Accepted { arrives: true }))
            }
            ReaddressAction::MuchLater => true,
            // Feedback records it within hours.
            ReaddressAction::SesEvent(_, event) => *event == Transition::Deliver,
            // Nothing relies on an operator.
            ReaddressAction::Replay(_) | ReaddressAction::Crash(_) => false,
        }
    }
}
