//! An attempt to send a mail.

use shared::ledger::LeftOut;

/// An attempt whose outcome is recorded.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The fencing token.
    pub number: u32,
    /// Which files its mail goes without, if the ledger is to know: with none, that it had them all.
    pub left_out: Option<LeftOut>,
}

impl From<u32> for Attempt {
    fn from(number: u32) -> Self {
        Self { number, left_out: None }
    }
}
