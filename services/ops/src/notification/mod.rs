//! What an operator may do to one notification: `waybill resend` and `waybill settle`, and what
//! happens to it next.

mod next_step;
mod overdue;
mod report;
mod request;
pub mod resend;
mod selector;
pub mod settle;
mod suggestion;

pub use next_step::{next_step, next_while_closed, state_style};
pub use overdue::due_since;
pub use request::{MAX_CLOCK_SKEW, queue_request, rebuild_request, reopen};
pub use selector::{NotificationArgs, kind_and_scope, name};
pub use suggestion::{Suggestion, suggestions};
