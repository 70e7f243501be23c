//! How many lines of an order are told.

use serde_json::{Value, json};

use super::bill::Shown;

/// The most lines of an order in the contract.
pub(crate) const MAX_LINES: usize = 500;

/// Whether so many lines are all told.
pub(crate) const fn fit(lines: usize) -> bool {
    lines <= MAX_LINES
}

/// The totals that stand beside so many lines: of an order whose lines are not all told, the total alone.
pub(crate) fn totals_of(shown: &Shown, lines: usize) -> Value {
    match shown.totals.get("total") {
        Some(total) if !fit(lines) => json!({ "total": total }),
        _ => shown.totals.clone(),
    }
}
