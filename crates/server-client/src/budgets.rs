//! What one client may repeat, at each of its origins.

use std::sync::{Mutex, MutexGuard, PoisonError};

use twinfetch_core::exchange::Budget;

/// The budgets of the backend and of the app: when one of them is down, the calls of the other are still repeated.
#[derive(Debug, Default)]
pub(crate) struct Budgets {
    backend: Mutex<Budget>,
    app: Mutex<Budget>,
}

impl Budgets {
    pub(crate) fn of(&self, is_of_app: bool) -> MutexGuard<'_, Budget> {
        let budget = if is_of_app { &self.app } else { &self.backend };
        budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
