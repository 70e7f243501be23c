//! What can happen to a mail that a shop would act on.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::ledger::State;

/// A state of a notification that is told: not that it is planned, or being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MailOutcome {
    /// SES accepted it.
    Sent,
    /// The recipient's server accepted it.
    Delivered,
    /// The recipient's server refused it.
    Bounced,
    /// The recipient marked it as spam.
    Complained,
    /// It was refused for good, or could not be made: nobody gets it unless an operator replays it.
    Failed,
    /// SES may or may not have accepted it.
    InDoubt,
    /// It is not sent, on purpose.
    Skipped,
}

impl MailOutcome {
    /// All of them, in the order in which a mail may have them.
    pub const ALL: [Self; 7] = [
        Self::Sent,
        Self::Delivered,
        Self::Bounced,
        Self::Complained,
        Self::Failed,
        Self::InDoubt,
        Self::Skipped,
    ];

    /// What is told of a notification in this state; `None` while it is on its way to SES.
    #[must_use]
    pub const fn of(state: State) -> Option<Self> {
        Some(match state {
            State::Planned | State::Sending => return None,
            State::Sent => Self::Sent,
            State::Delivered => Self::Delivered,
            State::Bounced => Self::Bounced,
            State::Complained => Self::Complained,
            State::Failed => Self::Failed,
            State::InDoubt => Self::InDoubt,
            State::Skipped => Self::Skipped,
        })
    }

    /// The state of the ledger that it is told of.
    #[must_use]
    pub const fn state(self) -> State {
        match self {
            Self::Sent => State::Sent,
            Self::Delivered => State::Delivered,
            Self::Bounced => State::Bounced,
            Self::Complained => State::Complained,
            Self::Failed => State::Failed,
            Self::InDoubt => State::InDoubt,
            Self::Skipped => State::Skipped,
        }
    }

    /// As the ledger has it: `in_doubt`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.state().as_str()
    }
}

/// The CloudEvents `type`: `mail.in_doubt`.
impl fmt::Display for MailOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mail.{}", self.as_str())
    }
}

impl Serialize for MailOutcome {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_but_those_on_the_way_to_ses_is_told_once() {
        let told: Vec<State> = MailOutcome::ALL.map(MailOutcome::state).into();
        for state in State::ALL {
            let is_told = !matches!(state, State::Planned | State::Sending);
            assert_eq!(told.iter().filter(|told| **told == state).count(), usize::from(is_told));
            assert_eq!(MailOutcome::of(state).map(MailOutcome::state), is_told.then_some(state));
        }
    }
}
