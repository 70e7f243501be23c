//! The stack's durations, sizes and counts.

use std::time::Duration;

use crate::aws::arn::REGION;

/// What tests change of the stack. The defaults suit one machine: shorter than deployed, so that a demo
/// is quick. `tests/conformance/template` lists each difference from the template with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The region in every ARN.
    pub region: String,
    /// How long an invocation may take before its process is killed.
    pub function_timeout: Duration,
    /// How many processes each function has.
    pub processes: Processes,
    /// How long a message received from the inbox, deliveries, dispatch or mail queue is hidden, in whole seconds. AWS
    /// asks for six times `function_timeout`.
    pub visibility_timeout: Duration,
    /// How often a message of these queues is received before it goes to the dead-letter queue.
    pub max_receive_count: u32,
    /// The feedback queue's times.
    pub feedback: FeedbackTimes,
    /// How long the mailer's claim on a notification holds. Longer than `function_timeout`: else
    /// one mailer could still send what another has claimed by then.
    pub lease: Duration,
    /// How long a notification in doubt waits for an SES event; see [`FeedbackTimes::max_unseen`].
    pub doubt_grace: Duration,
    /// How old an event must be that the ledger has not seen for the sweep to queue it again.
    pub sweep_after: Duration,
    /// How often relay sweeps.
    pub sweep_interval: Duration,
}

/// For how long an SES event may stay unrecorded without the mailer noticing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedbackTimes {
    /// How long a received message is hidden, in whole seconds.
    pub visibility_timeout: Duration,
    /// How often a message is received before it goes to the dead-letter queue.
    pub max_receive_count: u32,
    /// How long feedback delays an event that it cannot record, in whole seconds.
    pub retry: Duration,
}

impl FeedbackTimes {
    /// The longest time for which an event may be hidden from the mailer's checks: feedback is killed
    /// each time it receives the event, and the checks before and after that are as late as they may
    /// be. A mail in doubt must not be sent again sooner, so the grace period is longer.
    #[must_use]
    pub fn max_unseen(&self) -> Duration {
        self.visibility_timeout * self.max_receive_count + self.retry
    }
}

/// Times that contradict each other: a mail could be sent twice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The grace period ends while an SES event may be hidden.
    #[error(
        "doubt_grace is {grace:?}: expected more than {unseen:?}, for which feedback's times may hide an SES event"
    )]
    Grace {
        /// The grace period.
        grace: Duration,
        /// [`FeedbackTimes::max_unseen`].
        unseen: Duration,
    },
    /// A claim expires while its mailer may still send.
    #[error("lease is {lease:?}: expected more than function_timeout, which is {timeout:?}")]
    Lease {
        /// The lease.
        lease: Duration,
        /// The functions' timeout.
        timeout: Duration,
    },
    /// The sweep takes a mail that is being sent for a lost one.
    #[error("sweep_after is {sweep_after:?}: expected more than lease, which is {lease:?}")]
    Sweep {
        /// How old an event is when the sweep checks it.
        sweep_after: Duration,
        /// The lease.
        lease: Duration,
    },
}

impl Settings {
    /// Checks the relations without which a mail could be sent twice. They hold for the deployed times
    /// too.
    ///
    /// # Errors
    /// [`SettingsError`]: the first that does not hold.
    pub fn validate(&self) -> Result<(), SettingsError> {
        let (grace, unseen) = (self.doubt_grace, self.feedback.max_unseen());
        if grace <= unseen {
            return Err(SettingsError::Grace { grace, unseen });
        }
        let (lease, timeout) = (self.lease, self.function_timeout);
        if lease <= timeout {
            return Err(SettingsError::Lease { lease, timeout });
        }
        let sweep_after = self.sweep_after;
        if sweep_after <= lease {
            return Err(SettingsError::Sweep { sweep_after, lease });
        }
        Ok(())
    }
}

/// How many processes each function has, which is its concurrency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the function of its name")]
pub struct Processes {
    pub intake: usize,
    pub relay: usize,
    pub dispatcher: usize,
    pub mailer: usize,
    pub feedback: usize,
    pub connector: usize,
    pub publisher: usize,
}

impl Processes {
    /// Those of the function with this short name; 1 for an unknown one.
    pub fn for_function(&self, name: &str) -> usize {
        match name {
            "intake" => self.intake,
            "relay" => self.relay,
            "dispatcher" => self.dispatcher,
            "mailer" => self.mailer,
            "feedback" => self.feedback,
            "connector" => self.connector,
            "publisher" => self.publisher,
            _ => 1,
        }
    }
}

impl Default for Processes {
    fn default() -> Self {
        Self {
            intake: 1,
            relay: 1,
            dispatcher: 1,
            mailer: 2,
            feedback: 1,
            connector: 1,
            publisher: 1,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            region: REGION.to_owned(),
            function_timeout: Duration::from_secs(5),
            processes: Processes::default(),
            visibility_timeout: Duration::from_secs(30),
            max_receive_count: 5,
            // Fewer receives than deployed: each of them makes the grace period longer. Only a function
            // that is killed or times out uses one up.
            feedback: FeedbackTimes {
                visibility_timeout: Duration::from_secs(30),
                max_receive_count: 3,
                retry: Duration::from_secs(21),
            },
            lease: Duration::from_secs(6),
            doubt_grace: Duration::from_secs(115),
            sweep_after: Duration::from_secs(300),
            sweep_interval: Duration::from_secs(60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_keep_the_deployed_relations() {
        let settings = Settings::default();
        assert_eq!(settings.validate(), Ok(()));
        for visibility in [settings.visibility_timeout, settings.feedback.visibility_timeout] {
            assert!(visibility >= settings.function_timeout * 6, "as AWS asks");
        }
        assert!(settings.lease < settings.visibility_timeout, "the next delivery finds it expired");
    }

    #[test]
    fn times_with_which_a_mail_could_be_sent_twice_are_refused() {
        let settings = Settings::default();
        let (unseen, timeout) = (settings.feedback.max_unseen(), settings.function_timeout);
        let grace = Settings { doubt_grace: unseen, ..settings.clone() };
        assert_eq!(grace.validate(), Err(SettingsError::Grace { grace: unseen, unseen }));
        let lease = Settings { lease: timeout, ..settings };
        assert_eq!(lease.validate(), Err(SettingsError::Lease { lease: timeout, timeout }));
    }
}
