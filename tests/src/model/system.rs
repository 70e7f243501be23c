//! The parts put together as a [`stateright::Model`].

use shared::ledger::{MAX_DOUBTS, State};
use shared::notification::DoubtPolicy;
use stateright::{Model, Property};

use super::action::{Action, Step};
use super::bug::Bug;
use super::settings::Waybill;
use super::world::{Breach, Order, Outbox, World};

impl Model for Waybill {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        let orders = self.orders.iter().map(|policy| Order::new(*policy, self.events)).collect();
        vec![World { orders, left: self.faults, breach: None }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if world.breach.is_some() {
            return;
        }
        for (at, order) in world.orders.iter().enumerate() {
            let mut steps = Vec::new();
            self.upstream_steps(world, order, &mut steps);
            self.dispatcher_steps(world, order, &mut steps);
            match steps.iter().any(Step::is_indifferent) {
                true => steps.retain(Step::is_indifferent),
                false => {
                    self.mailer_steps(world, order, &mut steps);
                    self.outside_steps(world, order, &mut steps);
                }
            }
            actions.extend(steps.into_iter().map(|step| Action::At(at, step)));
        }
        let mails = world.orders.iter().flat_map(|order| &order.mail);
        let mut hands = mails.flat_map(|message| message.hands.iter());
        if !hands.any(|hand| self.life().is_over(hand.age + 1)) {
            actions.push(Action::Tick);
        }
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        match action {
            Action::Tick => world.tick(self.life().oldest()),
            Action::At(at, step) => {
                world.breach = self.happen(&mut world, at, step);
                world.orders[at].normalise(self.life().oldest());
            }
        }
        world.orders.sort_unstable();
        (world != *last).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        super::properties::all()
    }
}

impl Waybill {
    fn happen(&self, world: &mut World, at: usize, step: Step) -> Option<Breach> {
        match step {
            Step::Publish(_)
            | Step::RelayFirst(_)
            | Step::RelaySecond(_)
            | Step::RelayCrash(_)
            | Step::StreamLoss(_)
            | Step::Sweep(_) => {
                self.upstream(world, at, step);
                None
            }
            Step::DispatcherReceives(place)
            | Step::Dispatcher(place, ..)
            | Step::DispatcherCrash(place, ..)
            | Step::DispatchRedrive(place) => {
                let event = world.orders[at].dispatch[place].event;
                self.under_the_key_of(event, world, at, |world| self.dispatcher(world, at, step))
            }
            Step::MailerReceives(place)
            | Step::Mailer(place, ..)
            | Step::MailerCrash(place, ..)
            | Step::MailRedrive(place) => {
                let event = world.orders[at].mail[place].event;
                self.under_the_key_of(event, world, at, |world| self.mailing(world, at, step))
            }
            Step::ReplayDispatch(..)
            | Step::ReplayMail(_)
            | Step::Reopen
            | Step::SesEvent(_)
            | Step::Age => self.outside(world, at, step),
        }
    }

    /// One business fact has one record, whichever event tells of it; but with
    /// [`Bug::EventIdAsKey`], each event has its own.
    fn under_the_key_of(
        &self,
        event: u8,
        world: &mut World,
        at: usize,
        step: impl FnOnce(&mut World) -> Option<Breach>,
    ) -> Option<Breach> {
        let has_its_own = event > 0 && self.has(Bug::EventIdAsKey);
        let swap = |world: &mut World| {
            let order = &mut world.orders[at];
            std::mem::swap(&mut order.record, &mut order.second_record);
        };
        if has_its_own {
            swap(world);
        }
        let breach = step(world);
        if has_its_own {
            swap(world);
        }
        breach
    }

    /// Whether nothing will happen to this order by itself.
    #[must_use]
    pub fn is_quiet(&self, order: &Order) -> bool {
        let in_stream = |outbox| matches!(outbox, Outbox::InStream | Outbox::Halfway);
        order.dispatch.is_empty()
            && order.mail.is_empty()
            && !order.events.into_iter().any(in_stream)
            && (0..2).all(|event| !self.sweep_finds(order, event))
    }

    /// Whether it is one of the four things that the design promises; or in a dead-letter queue,
    /// from where a replay carries on.
    #[must_use]
    pub fn is_settled(order: &Order) -> bool {
        let accepted = |outbox| !matches!(outbox, Outbox::Never | Outbox::Unpublished);
        let dispatch_dead = order.dispatch_dead.contains(&true);
        match order.record {
            None => dispatch_dead || !order.events.into_iter().any(accepted),
            Some(record) => match record.state {
                State::Sent | State::Delivered | State::Bounced | State::Complained => true,
                State::Skipped => true,
                State::InDoubt => order.mail_dead || is_left_in_doubt(order, record.doubts),
                State::Failed | State::Sending => order.mail_dead,
                State::Planned => {
                    let replay_plans = order.dispatch_dead[usize::from(order.planned_by)];
                    order.mail_dead || (record.attempt == 0 && replay_plans)
                }
            },
        }
    }
}

/// Whether a doubt is one that the policy leaves to SES's events and to an operator.
fn is_left_in_doubt(order: &Order, doubts: u32) -> bool {
    order.policy == DoubtPolicy::Hold || doubts >= MAX_DOUBTS || order.stale_for.is_some()
}
