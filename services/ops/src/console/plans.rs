//! Plans of changes that an operator has yet to confirm.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::command::CommandLine;
use super::session::Visitor;
use crate::dlq::{drop, replay};

/// A plan holds a row for each message, so few of a session are kept.
const MAX_KEPT: usize = 8;

/// The latest plans of each session.
#[derive(Debug)]
pub struct Plans<P>(Mutex<Vec<Kept<P>>>);

/// A replay whose page was shown.
#[derive(Debug)]
pub struct ReplayPlan {
    /// The command that does the same.
    pub command: CommandLine,
    pub plan: replay::Plan,
}

/// A deletion whose page was shown.
#[derive(Debug)]
pub struct DropPlan {
    /// The command that does the same, but for the number and the reason.
    pub command: CommandLine,
    /// Without the number and the reason too.
    pub args: drop::Args,
    /// Of the messages that the page lists.
    pub message_ids: HashSet<String>,
}

#[derive(Debug)]
struct Kept<P> {
    id: String,
    visitor: Visitor,
    plan: P,
}

impl<P> Plans<P> {
    /// Keeps a plan for this visitor, in place of the oldest of their own where there are many. Returns its id.
    pub fn keep(&self, visitor: &Visitor, plan: P) -> String {
        let id = Uuid::new_v4().simple().to_string();
        let mut kept = self.lock();
        let is_own = |kept: &Kept<P>| kept.visitor == *visitor;
        if kept.iter().filter(|kept| is_own(kept)).count() >= MAX_KEPT
            && let Some(oldest) = kept.iter().position(is_own)
        {
            kept.remove(oldest);
        }
        kept.push(Kept { id: id.clone(), visitor: visitor.clone(), plan });
        id
    }

    /// Takes a plan of this visitor's to carry it out: once, however often its form is sent.
    pub fn take(&self, visitor: &Visitor, id: &str) -> Option<P> {
        let mut kept = self.lock();
        let at = kept.iter().position(|kept| kept.id == id && kept.visitor == *visitor)?;
        Some(kept.remove(at).plan)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Kept<P>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<P> Default for Plans<P> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(name: &str) -> Visitor {
        Visitor::of_session(name, name.to_owned())
    }

    #[test]
    fn a_plan_is_taken_once_and_by_its_own_session_alone() {
        let plans = Plans::default();
        let id = plans.keep(&visitor("kim"), 1);
        assert_eq!(plans.take(&visitor("joe"), &id), None);
        assert_eq!(plans.take(&visitor("kim"), &id), Some(1));
        assert_eq!(plans.take(&visitor("kim"), &id), None);
    }

    #[test]
    fn however_often_one_visitor_loads_a_page_the_plans_of_another_stay() {
        let plans = Plans::default();
        let of_kim = plans.keep(&visitor("kim"), 0);
        let of_joe: Vec<_> = (0..=MAX_KEPT).map(|n| plans.keep(&visitor("joe"), n)).collect();
        assert_eq!(plans.take(&visitor("kim"), &of_kim), Some(0));
        assert_eq!(plans.take(&visitor("joe"), &of_joe[0]), None, "the oldest made room");
        assert_eq!(plans.take(&visitor("joe"), &of_joe[1]), Some(1));
    }
}
