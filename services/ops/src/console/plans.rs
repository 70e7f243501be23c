//! Plans of replays that an operator has yet to confirm.

use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::command::CommandLine;
use crate::dlq::replay::Plan;

/// A plan holds a row for each message, so few are kept.
const MAX_KEPT: usize = 8;

/// The latest plans, each with its id and the command that does the same.
#[derive(Debug, Default)]
pub struct Plans(Mutex<Vec<Kept>>);

type Kept = (String, CommandLine, Plan);

impl Plans {
    /// Keeps a plan. Returns its id.
    pub fn keep(&self, command: CommandLine, plan: Plan) -> String {
        let id = Uuid::new_v4().simple().to_string();
        let mut kept = self.lock();
        if kept.len() >= MAX_KEPT {
            kept.remove(0);
        }
        kept.push((id.clone(), command, plan));
        id
    }

    /// Takes a plan to carry it out: once, however often its form is sent.
    pub fn take(&self, id: &str) -> Option<(CommandLine, Plan)> {
        let mut kept = self.lock();
        let at = kept.iter().position(|(own, ..)| own == id)?;
        let (_, command, plan) = kept.remove(at);
        Some((command, plan))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
