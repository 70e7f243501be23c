//! The place of one process of a function, whichever process fills it now.

use std::sync::{Mutex, PoisonError};

use super::process::ProcessHandle;

#[derive(Default)]
pub(super) struct Slot(Mutex<Option<ProcessHandle>>);

impl Slot {
    pub fn fill(&self, process: ProcessHandle) {
        *self.lock() = Some(process);
    }

    pub fn clear(&self) {
        *self.lock() = None;
    }

    pub fn process(&self) -> Option<ProcessHandle> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<ProcessHandle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
