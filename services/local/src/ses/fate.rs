//! What becomes of a mail after SES has accepted it.

use super::suppression::SuppressionList;

/// The end of a mail to one recipient.
///
/// SES's simulator addresses decide it
/// (<https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator>),
/// with or without a `+label`; every other address receives its mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// The recipient's server took it.
    Delivered,
    /// The recipient's server said that there is nobody of this name.
    Bounced,
    /// SES did not try: the address is on its global suppression list.
    Suppressed,
    /// SES did not try: the address is on the account's suppression list.
    SuppressedByAccount,
    /// It was delivered, and the recipient called it spam.
    Complained,
}

const SIMULATOR: &str = "@simulator.amazonses.com";

impl Fate {
    /// The fate of a mail to `address`.
    #[must_use]
    pub fn of(address: &str, suppression: &SuppressionList) -> Self {
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

    /// One word for people and tools.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Bounced | Self::Suppressed | Self::SuppressedByAccount => "bounced",
            Self::Complained => "complained",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::suppression::Reason;
    use super::*;

    #[test]
    fn simulator_addresses_decide_with_and_without_a_label() {
        let nobody = SuppressionList::default();
        let fate = |address| Fate::of(address, &nobody);
        assert_eq!(fate("success@simulator.amazonses.com"), Fate::Delivered);
        assert_eq!(fate("bounce+order-1@simulator.amazonses.com"), Fate::Bounced);
        assert_eq!(fate("Complaint@Simulator.AmazonSES.com"), Fate::Complained);
        assert_eq!(fate("ooto+a@simulator.amazonses.com"), Fate::Delivered);
        assert_eq!(fate("suppressionlist@simulator.amazonses.com"), Fate::Suppressed);
        assert_eq!(fate("bounce@example.com"), Fate::Delivered);
    }

    #[test]
    fn an_address_on_the_accounts_list_is_not_mailed() {
        let list = SuppressionList::default();
        list.put("Jo@example.com", Reason::Complaint);
        assert_eq!(Fate::of("jo@EXAMPLE.com", &list), Fate::SuppressedByAccount);
        assert!(list.remove("jo@example.com").is_some());
        assert_eq!(Fate::of("jo@example.com", &list), Fate::Delivered);
    }
}
