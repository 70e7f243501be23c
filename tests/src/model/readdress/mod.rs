//! A corrected address: one notification, whose mail to the first address may bounce, fail or be in doubt, and events and
//! operators that name other addresses, all at the same time.
//!
//! Who may send where is decided by the code that is deployed ([`kit::ledger::Deliveries`]), and every write of the
//! ledger is [`shared::ledger::Transition::apply`]. Each read, each write and each call is a step, and a worker may die
//! before any of them: an event's message is delivered again, and an operator repeats the command. Whether a mail that SES
//! accepts arrives or bounces is decided when it accepts it, and nobody knows until an SES event says so.
//!
//! The policy is `hold`: a mail in doubt is not sent again, whatever that policy decides elsewhere.

mod checked;
mod state;
mod steps;

pub use state::{
    ARRIVES_ONCE, Answer, CORRECTED_IN_THE_END, NOT_AFTER_ITS_MARK, NOT_REFUSED, ONCE_PER_ADDRESS,
    REACHES_THE_THIRD, ReaddressAction, ReaddressBug, ReaddressFaults, ReaddressModel,
    ReaddressState, Who,
};
