//! The workers that have received one message: at most two, stored without an allocation.

use super::gate::Turn;

/// A worker process that has received a message. A crash removes it; only what it wrote remains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Driver<Step> {
    /// Ticks since it received the message.
    pub age: u8,
    /// Its next step.
    pub step: Step,
    /// Its turn at SES. A dispatcher never takes one.
    pub turn: Turn,
}

impl<Step> Driver<Step> {
    /// A worker that has just received a message.
    pub const fn new(step: Step) -> Self {
        Self { age: 0, step, turn: Turn::None }
    }
}

/// The drivers of one message: one, or two after SQS delivered it twice. Sorted in every state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Drivers<Step>([Option<Driver<Step>>; 2]);

impl<Step: Copy + Ord> Drivers<Step> {
    /// No worker holds the message.
    pub const NONE: Self = Self([None, None]);

    /// The number of drivers.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether the message can be received once more.
    pub fn has_room(&self) -> bool {
        self.len() < self.0.len()
    }

    /// The drivers.
    pub fn iter(&self) -> impl Iterator<Item = &Driver<Step>> {
        self.0.iter().flatten()
    }

    /// The drivers, to be changed; call [`Drivers::sort`] afterwards.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Driver<Step>> {
        self.0.iter_mut().flatten()
    }

    pub(super) fn get(&self, driver: usize) -> Driver<Step> {
        *self.iter().nth(driver).expect("the action names a driver of this state")
    }

    pub(super) fn push(&mut self, driver: Driver<Step>) {
        let free = self.0.iter_mut().find(|slot| slot.is_none());
        *free.expect("there is room") = Some(driver);
    }

    pub(super) fn next(&mut self, driver: usize, step: Step) {
        self.driver_mut(driver).step = step;
    }

    pub(super) fn take_turn(&mut self, driver: usize, turn: Turn) {
        self.driver_mut(driver).turn = turn;
    }

    fn driver_mut(&mut self, driver: usize) -> &mut Driver<Step> {
        self.iter_mut().nth(driver).expect("the action names a driver of this state")
    }

    pub(super) fn remove(&mut self, driver: usize) {
        let slot = self.0.iter_mut().filter(|slot| slot.is_some()).nth(driver);
        *slot.expect("the action names a driver of this state") = None;
    }

    pub(super) fn sort(&mut self) {
        // States that differ only in which worker is which become one state.
        if self.0[0] > self.0[1] {
            self.0.swap(0, 1);
        }
    }
}
