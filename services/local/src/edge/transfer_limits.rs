//! How long a client may take to send a request.

use std::time::Duration;

/// The limits of one request. A client that keeps sending is not cut off, one that stops is.
#[derive(Debug, Clone, Copy)]
pub struct TransferLimits {
    /// For the request's head, and for the next request on a connection that is kept open.
    pub head: Duration,
    /// For the first bytes of the body, and as a reserve for pauses.
    pub body: Duration,
    /// What the body must have on average besides, in bytes a second.
    pub min_rate: u32,
}

impl Default for TransferLimits {
    fn default() -> Self {
        Self {
            // Longer than the 90 s that an SDK's client keeps an idle connection. Were it shorter, the
            // server could close a connection at the very moment at which a call is sent on it: for
            // SendEmail, a lost answer and a mail in doubt.
            head: Duration::from_secs(120),
            body: Duration::from_secs(30),
            min_rate: 1024,
        }
    }
}

impl TransferLimits {
    /// How much later the body may end, now that it has `bytes` more.
    pub fn extension(&self, bytes: usize) -> Duration {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        Duration::from_secs(1).mul_f64(f64::from(bytes) / f64::from(self.min_rate.max(1)))
    }
}
