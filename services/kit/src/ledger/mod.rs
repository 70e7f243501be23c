//! The ledger: one DynamoDB item per notification, under 1 KB, no e-mail address in clear.
//!
//! Every change is one conditional write. Its condition is derived from
//! [`shared::ledger::protocol::Transition`], the only place that decides which transitions are allowed.

mod attribute;
mod change;
mod correction;
mod deliveries;
mod error;
mod expression;
mod item;
mod judgement;
mod same_address;
mod store;

pub use change::Change;
pub use correction::{Correction, NamedAddress};
pub use deliveries::{Deliveries, Readdressing};
pub use error::LedgerError;
pub use expression::{Condition, condition};
pub use item::{FEEDBACK_TOKEN_TAG, FILES_TAG, Item, Judging, LEFT_OUT};
pub use judgement::{Judged, foreseen_verdict, superseding_item};
pub use same_address::told_at_address;
pub use store::{ClaimOutcome, Ledger, PlanOutcome, RecordOutcome};
