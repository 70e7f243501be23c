//! SES refuses for the account's sake, for some seconds at a time.

use std::time::Duration;

use local::Stack;
use local::ses::settings::{Senders, Sending, Settings};

use super::fault_kind::{AccountFault, FaultKind};
use super::fault_plan::FaultPlan;

/// How long each of them lasts.
const DURATION: Duration = Duration::from_secs(6);

/// Lets each fault happen once, when SES has accepted another quarter of the `events`' mails. Returns when all
/// are over.
pub async fn make_account_faults(stack: &Stack, plan: &FaultPlan, events: usize) {
    let account = stack.ses.account();
    for (nth, fault) in (1..).zip(AccountFault::ALL) {
        while plan.accepted_mails.accepted() < events * nth / 4 {
            tokio::time::sleep(super::progress::POLL_INTERVAL).await;
        }
        let before = account.settings();
        account.change(|settings| apply(fault, settings));
        plan.count(FaultKind::Account(fault));
        tokio::time::sleep(DURATION).await;
        account.change(|settings| *settings = before);
    }
}

fn apply(fault: AccountFault, settings: &mut Settings) {
    match fault {
        AccountFault::Paused => settings.sending = Sending::Paused,
        AccountFault::NotVerified => settings.senders = Senders::Verified(Vec::new()),
        AccountFault::NoConfigurationSet => settings.configuration_sets.clear(),
    }
}
