//! The queues of a stack.

use crate::error::CliError;

/// A queue of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Queue {
    /// Events to be decided.
    Dispatch,
    /// Mails to be sent.
    Mail,
    /// SES events to be recorded.
    Feedback,
    /// What nobody could do.
    Dead(Dlq),
}

/// A dead-letter queue of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dlq {
    /// Events that could not be decided.
    Dispatch,
    /// Mails that failed for good.
    Mail,
    /// SES events that could not be recorded.
    Feedback,
    /// Stream records that relay gave up.
    Relay,
    /// Events that came without anybody to answer, and were not taken.
    Intake,
}

impl Queue {
    /// Every queue, in the order of the flow.
    pub const ALL: [Self; 8] = [
        Self::Dispatch,
        Self::Mail,
        Self::Feedback,
        Self::Dead(Dlq::Intake),
        Self::Dead(Dlq::Relay),
        Self::Dead(Dlq::Dispatch),
        Self::Dead(Dlq::Mail),
        Self::Dead(Dlq::Feedback),
    ];

    /// What follows the stack's name in the queue's name.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Dispatch => "dispatch",
            Self::Mail => "mail",
            Self::Feedback => "feedback",
            Self::Dead(Dlq::Dispatch) => "dispatch-dlq",
            Self::Dead(Dlq::Mail) => "mail-dlq",
            Self::Dead(Dlq::Feedback) => "feedback-dlq",
            Self::Dead(Dlq::Relay) => "relay-dlq",
            Self::Dead(Dlq::Intake) => "intake-dlq",
        }
    }

    /// The variable that gives another URL than the stack's own.
    #[must_use]
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Dispatch => "DISPATCH_QUEUE_URL",
            Self::Mail => "MAIL_QUEUE_URL",
            Self::Feedback => "FEEDBACK_QUEUE_URL",
            Self::Dead(Dlq::Dispatch) => "DISPATCH_DLQ_URL",
            Self::Dead(Dlq::Mail) => "MAIL_DLQ_URL",
            Self::Dead(Dlq::Feedback) => "FEEDBACK_DLQ_URL",
            Self::Dead(Dlq::Relay) => "RELAY_DLQ_URL",
            Self::Dead(Dlq::Intake) => "INTAKE_DLQ_URL",
        }
    }

    /// The stack's output that holds its URL.
    #[must_use]
    pub const fn output(self) -> &'static str {
        match self {
            Self::Dispatch => "DispatchQueueUrl",
            Self::Mail => "MailQueueUrl",
            Self::Feedback => "FeedbackQueueUrl",
            Self::Dead(Dlq::Dispatch) => "DispatchDlqUrl",
            Self::Dead(Dlq::Mail) => "MailDlqUrl",
            Self::Dead(Dlq::Feedback) => "FeedbackDlqUrl",
            Self::Dead(Dlq::Relay) => "RelayDlqUrl",
            Self::Dead(Dlq::Intake) => "IntakeDlqUrl",
        }
    }
}

impl Dlq {
    /// Every dead-letter queue, in the order of the flow.
    pub const ALL: [Self; 5] =
        [Self::Intake, Self::Relay, Self::Dispatch, Self::Mail, Self::Feedback];

    /// The word that the operator types.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dispatch => "dispatch",
            Self::Mail => "mail",
            Self::Feedback => "feedback",
            Self::Relay => "relay",
            Self::Intake => "intake",
        }
    }

    /// Where its messages came from and go back to; `None` where they are no queue's messages.
    #[must_use]
    pub const fn source(self) -> Option<Queue> {
        match self {
            Self::Dispatch => Some(Queue::Dispatch),
            Self::Mail => Some(Queue::Mail),
            Self::Feedback => Some(Queue::Feedback),
            Self::Relay | Self::Intake => None,
        }
    }

    /// Where a replay sends its messages; `None` where it invokes a function instead.
    #[must_use]
    pub const fn replay_target(self) -> Option<Queue> {
        match self {
            Self::Relay => Some(Queue::Dispatch),
            _ => self.source(),
        }
    }

    /// The one that a word or a plain name means: `mail`, `mail-dlq`, `STACK-mail-dlq`.
    #[must_use]
    pub fn named(typed: &str, stack: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dlq| {
            let suffix = Queue::Dead(*dlq).suffix();
            typed == dlq.word() || typed == suffix || typed == format!("{stack}-{suffix}")
        })
    }

    /// What is said of anything else.
    #[must_use]
    pub fn unknown(typed: &str, stack: &str) -> CliError {
        let known = Self::ALL.map(Self::word).join(", ");
        CliError::input(format!(
            "{typed} is not a dead-letter queue of the stack {stack}. Its dead-letter queues are \
             {known}; `waybill dlq list` shows what is in them."
        ))
    }
}

impl std::fmt::Display for Dlq {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl serde::Serialize for Dlq {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.word())
    }
}

impl serde::Serialize for Queue {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.suffix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_letter_queue_is_known_by_word_and_name() {
        for typed in ["mail", "mail-dlq", "shop-mail-dlq"] {
            assert_eq!(Dlq::named(typed, "shop"), Some(Dlq::Mail), "{typed}");
        }
        for typed in ["shop-mail", "other-mail-dlq", "arn:aws:sqs:r:1:shop-mail-dlq", "maill", ""] {
            assert_eq!(Dlq::named(typed, "shop"), None, "{typed}");
        }
    }

    #[test]
    fn what_is_no_dead_letter_queue_of_the_stack_is_refused_with_the_known_ones() {
        let refused = Dlq::unknown("maill", "shop").to_string();
        assert!(refused.contains("intake, relay, dispatch, mail, feedback"), "{refused}");
    }
}
