//! What an operator may do to one notification: `waybill resend` and `waybill settle`, to many that are in doubt:
//! `waybill settle-many`, and what happens to a notification next.

mod copy;
mod corrected;
mod further;
mod next_step;
mod overdue;
mod report;
mod request;
pub mod resend;
mod selector;
pub mod settle;
pub mod settle_many;
mod suggestion;
mod superseding;
mod unsent;

pub use next_step::{next_step, next_while_closed, state_style};
pub use overdue::{due_since, next_when_redirected};
pub use report::Changed;
pub use request::{MAX_CLOCK_SKEW, queue_request, rebuild_request, reopen};
pub use selector::{NotificationArgs, customers_args, kind_and_scope, name, other_recipient};
pub use suggestion::{Action, Suggestion, suggestions};
pub use superseding::superseded_by;
