//! Plans of changes that an operator has yet to confirm.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared::ShopId;
use uuid::Uuid;

use super::command::CommandLine;
use super::link::Link;
use super::session::Session;
use crate::dlq::{DlqScan, drop, replay};
use crate::error::CliError;

/// A plan holds a row for each message, so few of a session are kept.
const MAX_KEPT: usize = 8;

/// How many plans are kept of all sessions: each has a scan's messages, and a repair's the process of its filter.
const MAX_KEPT_OF_ALL: usize = 32;

/// The latest plans of each session.
#[derive(Debug)]
pub struct Plans<P>(Mutex<Vec<Kept<P>>>);

/// A replay whose page is shown.
#[derive(Debug)]
pub struct ReplayPlan {
    pub request: PlanRequest,
    /// Or why there is none.
    pub plan: Result<replay::Plan, CliError>,
}

/// A replay that is to be planned.
#[derive(Debug, Clone)]
pub struct PlanRequest {
    /// The command that does the same.
    pub command: CommandLine,
    pub queue: String,
    /// The page that it was asked for on.
    pub back: Link,
    /// The same plan with stale messages, or without them.
    pub other: String,
    /// The form of a repair, as it was sent.
    pub repair: Option<TypedRepair>,
}

/// The form of a repair, as it was sent.
#[derive(Debug, Clone)]
pub struct TypedRepair {
    /// Its page, with the messages that it is of.
    pub page: String,
    /// A body, or a filter.
    pub text: String,
    /// Whether stale mails are sent too.
    pub is_forced: bool,
}

/// A deletion whose page was shown.
#[derive(Debug)]
pub struct DropPlan {
    /// The command that does the same, but for the number and the reason.
    pub command: CommandLine,
    /// The page of its messages.
    pub back: String,
    /// Without the number and the reason too.
    pub args: drop::Args,
    /// The messages that the page lists.
    pub scan: DlqScan,
}

/// Settings of a shop whose changes were shown.
#[derive(Debug)]
pub struct SettingsPlan {
    /// The command that does the same, but for the reason.
    pub command: CommandLine,
    pub shop: ShopId,
    /// The version that they replace; 0 for none.
    pub version: u64,
    pub document: String,
}

#[derive(Debug)]
struct Kept<P> {
    id: String,
    session: Session,
    plan: Arc<P>,
}

impl<P> Plans<P> {
    /// Keeps a plan for this session, in place of the oldest of their own where there are many. Returns its id.
    pub fn keep(&self, session: &Session, plan: P) -> String {
        let id = Uuid::new_v4().simple().to_string();
        let mut kept = self.lock();
        let is_own = |kept: &Kept<P>| kept.session == *session;
        if kept.iter().filter(|kept| is_own(kept)).count() >= MAX_KEPT
            && let Some(oldest) = kept.iter().position(is_own)
        {
            kept.remove(oldest);
        }
        // Those of sessions that have ended by themselves are the oldest.
        if kept.len() >= MAX_KEPT_OF_ALL {
            kept.remove(0);
        }
        kept.push(Kept { id: id.clone(), session: session.clone(), plan: Arc::new(plan) });
        id
    }

    /// Takes a plan of this session's to carry it out: once, however often its form is sent.
    pub fn take(&self, session: &Session, id: &str) -> Option<Arc<P>> {
        let mut kept = self.lock();
        let at = kept.iter().position(|kept| kept.is(session, id))?;
        Some(kept.remove(at).plan)
    }

    /// The same, left where it is.
    pub fn find(&self, session: &Session, id: &str) -> Option<Arc<P>> {
        let kept = self.lock();
        let found = kept.iter().find(|kept| kept.is(session, id))?;
        Some(Arc::clone(&found.plan))
    }

    /// Forgets those of a session that has ended.
    pub fn forget(&self, session: &Session) {
        self.lock().retain(|kept| kept.session != *session);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Kept<P>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<P> Kept<P> {
    fn is(&self, session: &Session, id: &str) -> bool {
        self.id == id && self.session == *session
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

    fn session(name: &str) -> Session {
        Session::with_cookie(name, name.to_owned())
    }

    #[test]
    fn a_plan_is_taken_once_and_by_its_own_session_alone() {
        let plans = Plans::default();
        let id = plans.keep(&session("kim"), 1);
        assert_eq!(plans.take(&session("joe"), &id), None);
        assert_eq!(plans.take(&session("kim"), &id), Some(Arc::new(1)));
        assert_eq!(plans.take(&session("kim"), &id), None);
    }

    #[test]
    fn however_often_one_session_loads_a_page_the_plans_of_another_stay() {
        let plans = Plans::default();
        let of_kim = plans.keep(&session("kim"), 0);
        let of_joe: Vec<_> = (0..=MAX_KEPT).map(|n| plans.keep(&session("joe"), n)).collect();
        assert_eq!(plans.take(&session("kim"), &of_kim), Some(Arc::new(0)));
        assert_eq!(plans.take(&session("joe"), &of_joe[0]), None, "the oldest made room");
        assert_eq!(plans.take(&session("joe"), &of_joe[1]), Some(Arc::new(1)));
        plans.forget(&session("joe"));
        let of_kim = plans.keep(&session("kim"), 0);
        for n in 0..MAX_KEPT_OF_ALL {
            plans.keep(&session(&n.to_string()), n);
        }
        assert_eq!(
            plans.find(&session("kim"), &of_kim),
            None,
            "those of all sessions are limited too"
        );
        assert_eq!(plans.find(&session("joe"), &of_joe[2]), None);
    }
}
