//! The workers on one message: at most two, kept in place.

use super::world::Hand;

/// At most two hands, sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Drivers<Step>([Option<Hand<Step>>; 2]);

impl<Step: Copy + Ord> Drivers<Step> {
    /// Nobody works on it.
    pub const NONE: Self = Self([None, None]);

    /// How many.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether one more may join.
    pub fn has_room(&self) -> bool {
        self.len() < self.0.len()
    }

    /// Each.
    pub fn iter(&self) -> impl Iterator<Item = &Hand<Step>> {
        self.0.iter().flatten()
    }

    /// Each, to be changed; [`Drivers::sort`] afterwards.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Hand<Step>> {
        self.0.iter_mut().flatten()
    }

    pub(super) fn get(&self, hand: usize) -> Hand<Step> {
        *self.iter().nth(hand).expect("the action names a hand of this state")
    }

    pub(super) fn push(&mut self, hand: Hand<Step>) {
        let free = self.0.iter_mut().find(|slot| slot.is_none());
        *free.expect("there is room") = Some(hand);
    }

    pub(super) fn next(&mut self, hand: usize, step: Step) {
        self.iter_mut().nth(hand).expect("the action names a hand of this state").step = step;
    }

    pub(super) fn remove(&mut self, hand: usize) {
        let slot = self.0.iter_mut().filter(|slot| slot.is_some()).nth(hand);
        *slot.expect("the action names a hand of this state") = None;
    }

    pub(super) fn sort(&mut self) {
        if self.0[0] > self.0[1] {
            self.0.swap(0, 1);
        }
    }
}
