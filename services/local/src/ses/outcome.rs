//! How a mail ends for a recipient after SES has accepted it.

use serde::{Deserialize, Serialize};

use super::suppression::SuppressionList;

/// How a mail ends for one recipient.
///
/// SES's simulator addresses select it
/// (<https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator>),
/// with or without a `+label`; every other address receives its mail.
// From the best to the worst: a mail's outcome is the greatest of its recipients'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DeliveryOutcome {
    /// The recipient's server accepted it.
    Delivered,
    /// The recipient's server has no such mailbox.
    Bounced,
    /// SES did not try: the address is on its global suppression list.
    Suppressed,
    /// SES did not try: the address is on the account's suppression list.
    SuppressedByAccount,
    /// It was delivered, and the recipient called it spam.
    Complained,
    /// SES did not try: it found a virus in a file.
    Rejected,
}

const SIMULATOR: &str = "@simulator.amazonses.com";

impl DeliveryOutcome {
    /// The outcome of a mail to `address`.
    pub fn for_recipient(address: &str, suppression: &SuppressionList) -> Self {
        // Before the simulator's addresses, as on SES: a suppressed mail reaches no server.
        if suppression.get(address).is_some() {
            return Self::SuppressedByAccount;
        }
        let address = address.to_ascii_lowercase();
        let Some(local) = address.strip_suffix(SIMULATOR) else { return Self::Delivered };
        match local.split('+').next().unwrap_or_default() {
            "bounce" => Self::Bounced,
            "suppressionlist" => Self::Suppressed,
            "complaint" => Self::Complained,
            _ => Self::Delivered,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Bounced | Self::Suppressed | Self::SuppressedByAccount => "bounced",
            Self::Complained => "complained",
            Self::Rejected => "rejected",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::suppression::Reason;
    use super::*;

    #[test]
    fn simulator_addresses_select_it_with_and_without_a_label() {
        let nobody = SuppressionList::default();
        let outcome = |address| DeliveryOutcome::for_recipient(address, &nobody);
        assert_eq!(outcome("success@simulator.amazonses.com"), DeliveryOutcome::Delivered);
        assert_eq!(outcome("bounce+order-1@simulator.amazonses.com"), DeliveryOutcome::Bounced);
        assert_eq!(outcome("Complaint@Simulator.AmazonSES.com"), DeliveryOutcome::Complained);
        assert_eq!(outcome("ooto+a@simulator.amazonses.com"), DeliveryOutcome::Delivered);
        assert_eq!(outcome("suppressionlist@simulator.amazonses.com"), DeliveryOutcome::Suppressed);
        assert_eq!(outcome("bounce@example.com"), DeliveryOutcome::Delivered);
    }

    #[test]
    fn an_address_on_the_accounts_list_is_not_mailed() {
        let list = SuppressionList::default();
        list.put("Jo@example.com", Reason::Complaint);
        assert_eq!(
            DeliveryOutcome::for_recipient("jo@EXAMPLE.com", &list),
            DeliveryOutcome::SuppressedByAccount
        );
        assert!(list.remove("jo@example.com").is_some());
        assert_eq!(
            DeliveryOutcome::for_recipient("jo@example.com", &list),
            DeliveryOutcome::Delivered
        );
    }
}
