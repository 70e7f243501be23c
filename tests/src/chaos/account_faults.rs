//! SES refuses for the account's sake, for some seconds at a time.

use std::time::Duration;

use local::Stack;
use local::ses::settings::{Senders, Sending, Settings};

use super::fault_kind::FaultKind;
use super::fault_plan::FaultPlan;

/// How long each of them lasts.
const DURATION: Duration = Duration::from_secs(6);

/// Why SES takes no mail of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountFault {
    /// The account's sending is paused.
    Paused,
    /// The sender's identity is not verified any more.
    NotVerified,
    /// The configuration set is gone.
    NoConfigurationSet,
}

impl AccountFault {
    /// Every fault, in the order in which they come.
    pub const ALL: [Self; 3] = [Self::Paused, Self::NotVerified, Self::NoConfigurationSet];

    /// For reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "the account was paused",
            Self::NotVerified => "the sender was not verified",
            Self::NoConfigurationSet => "the configuration set was gone",
        }
    }

    fn apply(self, settings: &mut Settings) {
        match self {
            Self::Paused => settings.sending = Sending::Paused,
            Self::NotVerified => settings.senders = Senders::Verified(Vec::new()),
            Self::NoConfigurationSet => settings.configuration_sets.clear(),
        }
    }
}

/// Lets each fault happen once, when SES has accepted another quarter of the `events`' mails. Returns when all
/// are over.
pub async fn make_account_faults(stack: &Stack, plan: &FaultPlan, events: usize) {
    let account = stack.ses.account();
    for (nth, fault) in (1..).zip(AccountFault::ALL) {
        while plan.accepted_mails.accepted() < events * nth / 4 {
            tokio::time::sleep(super::progress::POLL_INTERVAL).await;
        }
        let before = account.settings();
        account.change(|settings| fault.apply(settings));
        plan.count(FaultKind::Account(fault));
        tokio::time::sleep(DURATION).await;
        account.change(|settings| *settings = before);
    }
}
