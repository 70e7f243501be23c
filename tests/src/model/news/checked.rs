//! The model as stateright checks it: what can happen in a state, and what follows.

use shared::ledger::{Facts, State, Transition};
use stateright::{Model, Property};

use super::mailer;
use super::properties;
use super::state::{Answer, EventState, Judging, NewsAction, NewsModel, NewsState, Step, Worker};
use super::truth::Truth;
use crate::model::liveness::Terminates;

impl Model for NewsModel {
    type State = NewsState;
    type Action = NewsAction;

    fn init_states(&self) -> Vec<NewsState> {
        let event = EventState {
            record: None,
            nothing_new: false,
            judging: Judging::Once,
            is_replayed: false,
            was_out_of_sight: false,
            bounces: false,
            dispatch: 1,
            mail: 0,
        };
        vec![NewsState {
            events: vec![event; self.news.len()],
            workers: Vec::new(),
            is_much_later: false,
            remaining: self.faults,
            truth: Truth::default(),
            violation: None,
        }]
    }

    fn actions(&self, state: &NewsState, actions: &mut Vec<NewsAction>) {
        if state.violation.is_some() {
            return;
        }
        let duplicates: &[bool] =
            if state.remaining.duplicates > 0 { &[false, true] } else { &[false] };
        for (at, event) in state.events.iter().enumerate() {
            if event.dispatch > 0 && state.busy(true) < self.workers {
                actions.extend(duplicates.iter().map(|again| NewsAction::Dispatch(at, *again)));
            }
            if event.mail > 0 && state.busy(false) < self.workers {
                actions.extend(duplicates.iter().map(|again| NewsAction::Mail(at, *again)));
            }
            if event.state() == Some(State::Failed) && state.remaining.replays > 0 {
                actions.push(NewsAction::Replay(at));
            }
            if event.awaits_bounce() {
                actions.push(NewsAction::Bounce(at));
            }
        }
        if !state.is_much_later && !state.events.iter().any(EventState::awaits_bounce) {
            actions.push(NewsAction::MuchLater);
        }
        for (at, worker) in state.workers.iter().enumerate() {
            match worker.step {
                Step::Send { .. } => {
                    let answers = mailer::answers(state.remaining);
                    actions.extend(answers.map(|it| NewsAction::Step(at, Some(it), false)));
                }
                Step::Read { .. } => {
                    actions.extend([false, true].map(|it| NewsAction::Step(at, None, it)));
                }
                _ => actions.push(NewsAction::Step(at, None, false)),
            }
            if state.remaining.crashes > 0 {
                actions.push(NewsAction::Crash(at));
            }
        }
    }

    fn next_state(&self, last: &NewsState, action: NewsAction) -> Option<NewsState> {
        let mut state = last.clone();
        match action {
            NewsAction::Dispatch(event, again) => {
                state.remaining.duplicates -= u8::from(again);
                state.events[event].dispatch -= u8::from(!again);
                state.workers.push(Worker { event, step: self.first_step(&state, event) });
            }
            NewsAction::Mail(event, again) => {
                state.remaining.duplicates -= u8::from(again);
                state.events[event].mail -= u8::from(!again);
                state.workers.push(Worker { event, step: Step::Claim });
            }
            NewsAction::Replay(event) => {
                state.remaining.replays -= 1;
                state.events[event].is_replayed = true;
                EventState::put(&mut state.events[event].mail);
            }
            NewsAction::Bounce(event) => {
                self.write(&mut state, event, Transition::Bounce, Facts::new(0));
            }
            NewsAction::MuchLater => state.is_much_later = true,
            NewsAction::Step(at, answer, young) => {
                let Worker { event, step } = state.workers.remove(at);
                let next = match answer {
                    _ if step.is_dispatchers() => self.dispatch(&mut state, event, step, young),
                    answer => self.deliver(&mut state, event, step, answer),
                };
                state.workers.extend(next.map(|step| Worker { event, step }));
            }
            NewsAction::Crash(at) => {
                state.remaining.crashes -= 1;
                let Worker { event, step } = state.workers.remove(at);
                let event = &mut state.events[event];
                let queue =
                    if step.is_dispatchers() { &mut event.dispatch } else { &mut event.mail };
                EventState::put(queue);
            }
        }
        state.renumber_attempts();
        state.workers.sort_unstable();
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::properties()
    }
}

impl Terminates for NewsModel {
    fn is_terminal(&self, state: &NewsState) -> bool {
        state.is_idle()
    }

    fn is_fault_free(action: &NewsAction) -> bool {
        match action {
            NewsAction::Dispatch(_, again) | NewsAction::Mail(_, again) => !again,
            NewsAction::Step(_, answer, _) => {
                matches!(answer, None | Some(Answer::Accepted))
            }
            NewsAction::MuchLater | NewsAction::Bounce(_) => true,
            NewsAction::Replay(_) | NewsAction::Crash(_) => false,
        }
    }
}
