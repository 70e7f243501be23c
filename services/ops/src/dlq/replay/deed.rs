//! What replaying one message means.

use jiff::Timestamp;
use serde_json::Value;
use shared::NotificationKey;
use shared::ledger::State;
use shared::queue::message::MailRequest;

use crate::aws::{Dlq, Stack};
use crate::dlq::edit::{Edit, Edited};
use crate::dlq::received::Received;
use crate::dlq::subject::{DlqPayload, Window, payload};
use crate::dlq::verdict::{ReplayAssessment, Verdict};
use crate::error::CliError;
use crate::notification;
use crate::notification::reopen;
use crate::store::records;

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplayAction {
    /// Put this body on the queue that it came from, with others in a batch.
    Send(String),
    /// What no batch does.
    Individual(Individual),
}

/// A deed for one message.
#[derive(Debug, Clone, PartialEq)]
pub enum Individual {
    /// Put this on the mail queue.
    Mail(Box<MailRequest>),
    /// Invoke intake with this.
    Publish(Value),
    /// Queue the missing events of this window.
    Requeue(Window),
}

/// A message with what it says after its repair. Its body is here; the message keeps none.
#[derive(Debug)]
pub struct Repaired {
    /// The message.
    pub message: Received,
    /// Its body after the edit.
    pub body: String,
    /// What that says.
    pub subject: DlqPayload,
}

impl Repaired {
    /// Applies the edit, if there is one. A body that it does not suit is unreadable.
    #[must_use]
    pub fn of(dlq: Dlq, mut message: Received, edit: Option<&Edit>) -> Self {
        let edited = edit.map(|edit| edit.apply(dlq, &message));
        let body = std::mem::take(&mut message.body);
        let (body, subject) = match edited {
            None | Some(Edited::Same) => (body, None),
            Some(Edited::Changed(body)) => (body, None),
            Some(Edited::Unsuited(why)) => (body, Some(DlqPayload::Unreadable(why))),
        };
        let subject = subject.unwrap_or_else(|| DlqPayload::of(dlq, &body));
        Self { message, body, subject }
    }

    /// What replaying it means. A stale one becomes news again: its ledger record is opened, if it
    /// had been closed, and its body says until when.
    ///
    /// # Errors
    /// Why it cannot be replayed.
    pub async fn deed(
        self,
        stack: &Stack,
        judgement: &ReplayAssessment,
    ) -> (Received, Result<ReplayAction, String>) {
        let deed = match &self.subject {
            DlqPayload::Intake(_) => {
                payload(&self.body).map(|p| ReplayAction::Individual(Individual::Publish(p)))
            }
            DlqPayload::Relay(window) => Ok(ReplayAction::Individual(Individual::Requeue(*window))),
            subject if judgement.verdict == Verdict::Stale => {
                forced(stack, subject, &self.body).await.map_err(|failure| failure.to_string())
            }
            _ => Ok(ReplayAction::Send(self.body)),
        };
        (self.message, deed)
    }
}

/// Makes news of a stale message. A crash after its record was opened leaves it open, and the
/// message where it was: the next replay finds both.
async fn forced(stack: &Stack, subject: &DlqPayload, body: &str) -> Result<ReplayAction, CliError> {
    let (key, ledger_key, asked_by) = match subject {
        DlqPayload::Mail { key, .. } => (key, key.sort_key(), None),
        DlqPayload::Dispatch { key, ledger_key, event, .. } => {
            (key, ledger_key.clone(), Some(event))
        }
        _ => return Ok(ReplayAction::Send(body.to_owned())),
    };
    let id = (key.order_id.to_string(), ledger_key);
    let record = records(stack, [id.clone()]).await?.remove(&id);
    if let Some(record) = record.filter(|record| record.state() == Some(State::Skipped)) {
        let why = "stale, forced by an operator";
        let until = Timestamp::now() + key.kind.send_within();
        reopen(stack, &record.order_id, &record.notification, record.attempt, until, why).await?;
        // The dispatcher sends the mail request of an open record to nobody but the event that
        // planned it, and only before its first attempt: any other event is a duplicate to it.
        let is_duplicate = |event: &String| record.event != *event || record.attempt > 0;
        if asked_by.is_some_and(is_duplicate) {
            let request = notification::rebuild_request(stack, &record, Timestamp::now()).await?;
            return Ok(ReplayAction::Individual(Individual::Mail(Box::new(request))));
        }
    }
    as_news(body, key).map(ReplayAction::Send).map_err(CliError::service)
}

/// The body with a `send_before` in the future. Members that this version does not know stay.
fn as_news(body: &str, key: &NotificationKey) -> Result<String, String> {
    let mut value: Value = serde_json::from_str(body).map_err(|_| "expected JSON".to_owned())?;
    let until = Timestamp::now() + key.kind.send_within();
    value["send_before"] = until.as_millisecond().into();
    Ok(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::notification::Recipient;
    use shared::{Kind, OrderId};

    #[test]
    fn a_forced_mail_is_news_again_and_keeps_what_this_version_does_not_know() {
        let key = NotificationKey {
            order_id: OrderId::parse("1001").unwrap(),
            kind: Kind::OrderConfirmed,
            scope: String::new(),
            recipient: Recipient::Customer,
        };
        let body = as_news(r#"{"v":1,"send_before":1,"later":true}"#, &key).unwrap();
        let value: Value = serde_json::from_str(&body).unwrap();
        assert!(value["send_before"].as_i64().unwrap() > Timestamp::now().as_millisecond());
        assert_eq!(value["later"], true);
    }
}
