//! What replaying one message means.

use jiff::Timestamp;
use kit::ledger::{Change, RecordOutcome};
use serde_json::Value;
use shared::ledger::{Facts, State, Transition};

use crate::aws::{Dlq, Stack};
use crate::dlq::edit::{Edit, Edited};
use crate::dlq::received::Received;
use crate::dlq::subject::{Subject, Window, payload};
use crate::dlq::verdict::{Judgement, Verdict};
use crate::failure::Failure;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Put this body on the queue that it came from.
    Send(String),
    /// Invoke intake with this.
    Publish(Value),
    /// Queue the missing events of this window.
    Requeue(Window),
}

/// A message with what it says after its repair.
#[derive(Debug)]
pub struct Repaired {
    /// The message.
    pub message: Received,
    /// Its body after the edit.
    pub body: String,
    /// What that says.
    pub subject: Subject,
}

impl Repaired {
    /// Applies the edit, if there is one. A body that it does not suit is unreadable.
    #[must_use]
    pub fn of(dlq: Dlq, message: Received, edit: Option<&Edit>) -> Self {
        let (body, subject) = match edit.map(|edit| edit.apply(&message)) {
            None | Some(Edited::Same) => (message.body.clone(), Subject::of(dlq, &message.body)),
            Some(Edited::Changed(body)) => {
                let subject = Subject::of(dlq, &body);
                (body, subject)
            }
            Some(Edited::Unsuited(why)) => (String::new(), Subject::Unreadable(why)),
        };
        Self { message, body, subject }
    }

    /// What replaying it means. A stale one becomes news again: its ledger record is opened, if it
    /// had been closed, and its body says until when.
    ///
    /// # Errors
    /// Why it cannot be replayed.
    pub async fn deed(&self, stack: &Stack, judgement: &Judgement) -> Result<Deed, String> {
        match &self.subject {
            Subject::Intake(_) => payload(&self.body).map(Deed::Publish),
            Subject::Relay(window) => Ok(Deed::Requeue(*window)),
            _ if judgement.verdict == Verdict::Stale => {
                reopen(stack, &self.subject, judgement).await.map_err(|e| e.to_string())?;
                as_news(&self.body, &self.subject).map(Deed::Send)
            }
            _ => Ok(Deed::Send(self.body.clone())),
        }
    }
}

/// Opens a record that was skipped as stale. A crash after this leaves it open, and the message
/// where it was: the next replay finds both.
async fn reopen(stack: &Stack, subject: &Subject, judgement: &Judgement) -> Result<(), Failure> {
    let (key, attempt) = match (subject, judgement.state, judgement.attempts) {
        (Subject::Mail { key, .. } | Subject::Dispatch { key, .. }, Some(state), Some(attempt))
            if state == State::Skipped.as_str() =>
        {
            (key, attempt)
        }
        _ => return Ok(()),
    };
    let facts = Facts::of_attempt(Timestamp::now().as_millisecond(), attempt);
    let change =
        Change::new(Transition::Reopen, facts).with("reason", "stale, forced by an operator");
    match stack.ledger().record(key.order_id.as_str(), &key.sort_key(), change).await {
        Ok(RecordOutcome::Recorded(_)) => Ok(()),
        Ok(_) => Err(Failure::service("its ledger record changed meanwhile")),
        Err(error) => Err(Failure::service(error.to_string())),
    }
}

/// The body with a `send_before` in the future. Members that this version does not know stay.
fn as_news(body: &str, subject: &Subject) -> Result<String, String> {
    let (Subject::Mail { key, .. } | Subject::Dispatch { key, .. }) = subject else {
        return Ok(body.to_owned());
    };
    let mut value: Value = serde_json::from_str(body).map_err(|_| "expected JSON".to_owned())?;
    let until = Timestamp::now() + key.kind.send_within();
    value["send_before"] = until.as_millisecond().into();
    Ok(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::notification::Recipient;
    use shared::{Kind, NotificationKey, OrderId};

    #[test]
    fn a_forced_mail_is_news_again_and_keeps_what_this_version_does_not_know() {
        let key = NotificationKey {
            order_id: OrderId::parse("1001").unwrap(),
            kind: Kind::OrderConfirmed,
            scope: String::new(),
            recipient: Recipient::Customer,
        };
        let subject = Subject::Mail { key, send_before: 1 };
        let body = as_news(r#"{"v":1,"send_before":1,"later":true}"#, &subject).unwrap();
        let value: Value = serde_json::from_str(&body).unwrap();
        assert!(value["send_before"].as_i64().unwrap() > Timestamp::now().as_millisecond());
        assert_eq!(value["later"], true);
    }
}
