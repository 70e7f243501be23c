//! What an operator may do to one notification: `waybill resend` and `waybill settle`.

mod reopen;
mod request;
pub mod resend;
pub mod settle;

pub use reopen::{CLOCKS_DIFFER, reopen};
pub use request::{queue_request, rebuild_request};
