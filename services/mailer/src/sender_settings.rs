//! How the stack sends, whichever shop it sends for.

use shared::EmailAddress;

/// The settings that are the same for every mail.
#[derive(Debug, Clone)]
pub struct SenderSettings {
    /// An RFC 5322 mailbox: `Shop <orders@shop.example>`.
    pub mailbox: String,
    /// The `Reply-To` mailbox; if `None`, replies go to `mailbox`.
    pub reply_to: Option<String>,
    /// SES's configuration set, which publishes the events that feedback reads.
    pub configuration_set: Option<String>,
    /// For staging: every mail goes to this address instead of its recipient's.
    pub redirect_all_to: Option<EmailAddress>,
}
