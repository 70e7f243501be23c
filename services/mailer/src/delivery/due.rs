//! When a mail is due that only has to wait, as a note on each of its copies.
//!
//! SQS delays a message by 15 minutes at most, so that a mail which waits for longer comes back several times. By the
//! note, it is requeued without a turn in the account's send rate, and without a claim that would be refused. A
//! message without the note is tried at once: somebody has put it on the queue since, as an operator who resends a
//! mail.

use aws_lambda_events::sqs::SqsMessage;

/// When a mail is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Nothing is to be done before then (milliseconds since 1970).
    pub at: i64,
    /// Whether the mail is in doubt, and not only postponed.
    pub in_doubt: bool,
}

const IN_DOUBT: &str = "in_doubt";
const POSTPONED: &str = "postponed";

impl Due {
    /// The name of the attribute.
    pub const ATTRIBUTE: &str = "waybill-due";

    /// What the message carries; `None` where it carries nothing that can be read.
    pub fn read(message: &SqsMessage) -> Option<Self> {
        let text = message.message_attributes.get(Self::ATTRIBUTE)?.string_value.as_deref()?;
        let (at, why) = text.split_once(' ')?;
        Some(Self { at: at.parse().ok()?, in_doubt: why == IN_DOUBT })
    }

    /// The attribute's value.
    pub fn to_attribute(self) -> String {
        format!("{} {}", self.at, if self.in_doubt { IN_DOUBT } else { POSTPONED })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_carries_when_its_mail_is_due_and_whether_it_is_in_doubt() {
        let mut message = SqsMessage::default();
        assert_eq!(Due::read(&message), None);
        let (doubt, postponed) = (Due { at: 5, in_doubt: true }, Due { at: 7, in_doubt: false });
        for (text, read) in [
            (doubt.to_attribute(), Some(doubt)),
            (postponed.to_attribute(), Some(postponed)),
            ("soon in_doubt".to_owned(), None),
            ("5".to_owned(), None),
        ] {
            let attribute = message.message_attributes.entry(Due::ATTRIBUTE.to_owned());
            attribute.or_default().string_value = Some(text.clone());
            assert_eq!(Due::read(&message), read, "{text}");
        }
    }
}
