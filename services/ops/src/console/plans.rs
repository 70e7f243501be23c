//! Plans of replays that an operator has yet to confirm.

use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::dlq::replay::Plan;

/// A plan holds a row for each message, so few are kept.
const MAX_KEPT: usize = 8;

/// The latest plans, each with its id.
#[derive(Debug, Default)]
pub struct Plans(Mutex<Vec<(String, Plan)>>);

impl Plans {
    /// Keeps a plan. Returns its id.
    pub fn keep(&self, plan: Plan) -> String {
        let id = Uuid::new_v4().simple().to_string();
        let mut kept = self.lock();
        if kept.len() >= MAX_KEPT {
            kept.remove(0);
        }
        kept.push((id.clone(), plan));
        id
    }

    /// Takes a plan to carry it out: once, however often its form is sent.
    pub fn take(&self, id: &str) -> Option<Plan> {
        let mut kept = self.lock();
        let at = kept.iter().position(|(own, _)| own == id)?;
        Some(kept.remove(at).1)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(String, Plan)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
