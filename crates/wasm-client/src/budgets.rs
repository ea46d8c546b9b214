//! What one client may repeat, at each of its origins.

use std::cell::RefCell;

use twinfetch_core::exchange::Budget;
use twinfetch_core::verb::Sites;

/// The budgets of the backend and of the app: when one of them is down, the calls of the other are still repeated.
#[derive(Default)]
pub(crate) struct Budgets {
    pub(crate) backend: RefCell<Budget>,
    app: RefCell<Budget>,
}

impl Budgets {
    /// The budget for a request to this address.
    pub(crate) fn of(&self, url: &str, sites: &Sites) -> &RefCell<Budget> {
        let app = sites.app.as_ref().and_then(|app| url.strip_prefix(app.as_str()));
        let is_of_app = app.is_some_and(|path| path.is_empty() || path.starts_with(['/', '?']));
        if is_of_app { &self.app } else { &self.backend }
    }
}
