//! The [`stateright::Model`]: initial state, actions, transitions, properties.

use stateright::{Model, Property};

use super::action::{Action, Step};
use super::bug::Bug;
use super::gate::{Gate, SesAccount};
use super::settings::{Faults, PipelineModel};
use super::state::{Order, SystemState, Violation};

impl Model for PipelineModel {
    type State = SystemState;
    type Action = Action;

    fn init_states(&self) -> Vec<SystemState> {
        let orders = self.orders.iter().map(|policy| Order::new(*policy, self.events)).collect();
        vec![SystemState {
            orders,
            gate: Gate::Open,
            ses: SesAccount::InOrder,
            silence_noted: false,
            remaining: self.faults,
            violation: None,
        }]
    }

    fn actions(&self, system: &SystemState, actions: &mut Vec<Action>) {
        // The counterexample ends here; what follows a violation proves nothing more.
        if system.violation.is_some() {
            return;
        }
        for (at, order) in system.orders.iter().enumerate() {
            let mut steps = Vec::new();
            self.relay_steps(system, order, &mut steps);
            self.dispatcher_steps(system, order, &mut steps);
            match steps.iter().any(Step::is_independent) {
                true => steps.retain(Step::is_independent),
                false => {
                    self.mailer_steps(system, order, &mut steps);
                    self.environment_steps(system, order, &mut steps);
                }
            }
            actions.extend(steps.into_iter().map(|step| Action::Order(at, step)));
        }
        match system.ses {
            SesAccount::AtFault | SesAccount::Silent => {
                actions.push(Action::Ses(SesAccount::InOrder));
            }
            SesAccount::InOrder => {
                let Faults { account_faults, silences, .. } = system.remaining;
                let faults =
                    [(account_faults, SesAccount::AtFault), (silences, SesAccount::Silent)];
                let possible = faults.into_iter().filter(|(remaining, _)| *remaining > 0);
                actions.extend(possible.map(|(_, account)| Action::Ses(account)));
            }
        }
        // Time stands still while a process has used up its lifetime: it has to finish, or crash, first.
        let mails = system.orders.iter().flat_map(|order| &order.mail);
        let mut drivers = mails.flat_map(|message| message.drivers.iter());
        if !drivers.any(|driver| self.worker_lifetime().is_exceeded(driver.age + 1)) {
            actions.push(Action::Tick);
        }
    }

    fn next_state(&self, last: &SystemState, action: Action) -> Option<SystemState> {
        let mut system = last.clone();
        match action {
            Action::Tick => system.tick(self.worker_lifetime().oldest_reading()),
            Action::Ses(account) => {
                system.ses = account;
                system.silence_noted = false;
                system.remaining.account_faults -= u8::from(account == SesAccount::AtFault);
                system.remaining.silences -= u8::from(account == SesAccount::Silent);
            }
            Action::Order(at, step) => {
                system.violation = self.take_step(&mut system, at, step);
                system.orders[at].normalize(self.worker_lifetime().oldest_reading());
            }
        }
        // Orders are interchangeable: states that differ only in their order are one state.
        system.orders.sort_unstable();
        // A step without an effect leads to no new state.
        (system != *last).then_some(system)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        super::properties::all()
    }
}

impl PipelineModel {
    fn take_step(&self, system: &mut SystemState, at: usize, step: Step) -> Option<Violation> {
        match step {
            Step::Publish(_)
            | Step::RelayFirst(_)
            | Step::RelaySecond(_)
            | Step::RelayCrash(_)
            | Step::StreamLoss(_)
            | Step::Sweep(_)
            | Step::SweepPasses => {
                self.take_relay_step(system, at, step);
                None
            }
            Step::DispatcherReceives(index)
            | Step::Dispatcher(index, ..)
            | Step::DispatcherCrash(index, ..)
            | Step::DispatchRedrive(index) => {
                let event = system.orders[at].dispatch[index].event;
                self.with_record_of(event, system, at, |system| {
                    self.take_dispatcher_step(system, at, step)
                })
            }
            Step::MailerReceives(index)
            | Step::Mailer(index, ..)
            | Step::MailerCrash(index, ..)
            | Step::MailRedrive(index) => {
                let event = system.orders[at].mail[index].event;
                self.with_record_of(event, system, at, |system| {
                    self.take_mailer_step(system, at, step)
                })
            }
            Step::ReplayDispatch(..)
            | Step::ReplayMail(_)
            | Step::Reopen
            | Step::Purge
            | Step::SesEvent(_)
            | Step::BecomesStale => self.take_environment_step(system, at, step),
        }
    }

    /// Takes a step for an event's notification. One business fact has one record, whichever event
    /// reports it; with [`Bug::EventIdAsKey`] each event has a record of its own.
    fn with_record_of(
        &self,
        event: u8,
        system: &mut SystemState,
        at: usize,
        step: impl FnOnce(&mut SystemState) -> Option<Violation>,
    ) -> Option<Violation> {
        let has_own_record = event > 0 && self.has(Bug::EventIdAsKey);
        let swap = |system: &mut SystemState| {
            let order = &mut system.orders[at];
            std::mem::swap(&mut order.record, &mut order.second_record);
        };
        if has_own_record {
            swap(system);
        }
        let violation = step(system);
        if has_own_record {
            swap(system);
        }
        violation
    }
}
