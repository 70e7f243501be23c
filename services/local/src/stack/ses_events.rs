//! Sends SES's events to the feedback queue, as the deployed EventBridge rule does.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;
use kit::queue::{OutgoingMessage, SendError, send_all, send_one};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until};

use crate::edge::faults::Faults;
use crate::ses::{Ses, SesEvent};

/// The most messages in one `SendMessageBatch`.
const MAX_BATCH: usize = 10;

/// The usual pause after an event that the queue did not take. EventBridge goes on for 24 hours.
pub const RETRY_DELAY: Duration = Duration::from_secs(1);

/// Sends events, at least once. One that the queue did not take is tried again until it does, or the
/// stack stops; until then the mailbox's file has it, for the next start. Only one that SQS will never
/// take, because of its length or a character, is dropped.
pub struct Forwarder {
    /// Where events are forgotten.
    pub ses: Arc<Ses>,
    /// In how many copies an event is sent, and after what delays.
    pub faults: Arc<dyn Faults>,
    pub sqs: Client,
    /// The feedback queue's URL.
    pub queue: String,
    pub retry_delay: Duration,
}

/// An event, and those of its copies that the queue does not have yet.
struct Unsent {
    event: SesEvent,
    copies: Vec<OutgoingMessage>,
}

impl Forwarder {
    /// Sends each of `events`, until their channel closes. New ones are not queued behind those that the
    /// queue did not take.
    pub async fn forward(self, mut events: UnboundedReceiver<SesEvent>) {
        let mut waiting = VecDeque::new();
        let mut retry_at = Instant::now();
        let mut batch = Vec::with_capacity(MAX_BATCH);
        loop {
            let left = tokio::select! {
                received = events.recv_many(&mut batch, MAX_BATCH) => match received {
                    0 => return,
                    _ => self.send(&mut batch).await,
                },
                () = sleep_until(retry_at), if !waiting.is_empty() => {
                    self.send_again(&mut waiting).await
                }
            };
            if !left.is_empty() {
                retry_at = Instant::now() + self.retry_delay;
            }
            waiting.extend(left);
        }
    }

    /// Sends new events; returns those that the queue did not take.
    async fn send(&self, batch: &mut Vec<SesEvent>) -> Vec<Unsent> {
        let mut unsent: Vec<_> = batch.drain(..).map(|event| self.unsent(event)).collect();
        let messages = unsent.iter().flat_map(|unsent| unsent.copies.clone()).collect();
        let mut results = send_all(&self.sqs, &self.queue, messages).await.into_iter();
        for Unsent { copies, .. } in &mut unsent {
            copies.retain(|_| results.next().is_none_or(is_missing));
        }
        self.forget_sent(unsent).await
    }

    /// Sends the event that has waited the longest; returns it if the queue did not take it.
    async fn send_again(&self, waiting: &mut VecDeque<Unsent>) -> Vec<Unsent> {
        let Some(Unsent { event, copies }) = waiting.pop_front() else { return Vec::new() };
        let mut missing = Vec::new();
        for copy in copies {
            // Alone: SQS refuses a whole batch for the one body in it that it never takes.
            if is_missing(send_one(&self.sqs, &self.queue, copy.clone()).await) {
                missing.push(copy);
            }
        }
        self.forget_sent(vec![Unsent { event, copies: missing }]).await
    }

    /// Forgets the events whose copies the queue all has; returns the others.
    async fn forget_sent(&self, events: Vec<Unsent>) -> Vec<Unsent> {
        let (sent, left): (Vec<_>, Vec<_>) =
            events.into_iter().partition(|unsent| unsent.copies.is_empty());
        let sent: Vec<_> = sent.into_iter().map(|unsent| unsent.event).collect();
        if !sent.is_empty() {
            self.ses.mailbox().forget_events(&sent).await;
        }
        left
    }

    fn unsent(&self, event: SesEvent) -> Unsent {
        let copy = |delay: Duration| OutgoingMessage {
            body: event.body.clone(),
            delay: i32::try_from(delay.as_secs()).unwrap_or(i32::MAX),
            ..OutgoingMessage::default()
        };
        // Asked once: a fault plan counts how often.
        let copies = self.faults.ses_event(&event.body).into_iter().map(copy).collect();
        Unsent { event, copies }
    }
}

/// Whether a copy has yet to be sent.
fn is_missing(result: Result<(), SendError>) -> bool {
    match result {
        Ok(()) => false,
        Err(refused @ SendError::Refused) => {
            tracing::error!(%refused, "an SES event was dropped");
            false
        }
        Err(error @ SendError::Unavailable(_)) => {
            tracing::warn!(%error, "an SES event waits");
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
    use tokio_util::task::AbortOnDropHandle;

    use super::*;
    use crate::edge::faults::{Call, Fault};
    use crate::edge::tests::test_edge::{Setup, TestEdge};
    use crate::test_support::{any_file_holds, as_a_kill_leaves_it, until};

    /// While `refuses`, SQS takes no message that holds `marker`. Two copies are sent of each event.
    #[derive(Default)]
    struct RefusingSqs {
        refuses: AtomicBool,
        marker: &'static str,
        refused: AtomicUsize,
    }

    impl Faults for RefusingSqs {
        fn before(&self, call: &Call<'_>) -> Option<Fault> {
            let is_refused = call.operation.starts_with("SendMessage")
                && String::from_utf8_lossy(call.body).contains(self.marker)
                && self.refuses.load(Ordering::SeqCst);
            is_refused.then(|| {
                self.refused.fetch_add(1, Ordering::SeqCst);
                Fault::ServerError
            })
        }

        fn ses_event(&self, _: &str) -> Vec<Duration> {
            vec![Duration::ZERO; 2]
        }
    }

    /// An edge whose SQS refuses, with the forwarder of its events.
    struct Forwarding {
        edge: TestEdge,
        faults: Arc<RefusingSqs>,
        _forwarder: AbortOnDropHandle<()>,
    }

    impl Forwarding {
        async fn start(data: Option<&std::path::Path>, marker: &'static str) -> Self {
            let refuses = AtomicBool::new(true);
            let faults = Arc::new(RefusingSqs { refuses, marker, ..RefusingSqs::default() });
            let setup = Setup { data, faults: faults.clone(), ..Setup::default() };
            let mut edge = TestEdge::start(setup).await;
            let queue = edge.sqs().create_queue().queue_name("feedback").send().await.unwrap();
            let forwarder = Forwarder {
                ses: Arc::clone(&edge.service),
                faults: faults.clone(),
                sqs: edge.sqs(),
                queue: queue.queue_url.unwrap(),
                retry_delay: Duration::from_millis(1),
            };
            let (_, nothing) = tokio::sync::mpsc::unbounded_channel();
            let events = std::mem::replace(&mut edge.events, nothing);
            let forwarder = AbortOnDropHandle::new(tokio::spawn(forwarder.forward(events)));
            Self { edge, faults, _forwarder: forwarder }
        }

        async fn mail(&self, to: &str) {
            let text = |text: &str| Content::builder().data(text).build().unwrap();
            let body = Body::builder().text(text("Hello")).build();
            let message = Message::builder().subject(text("Hello")).body(body).build();
            let mail = self.edge.ses().send_email().from_email_address("orders@shop.example");
            mail.destination(Destination::builder().to_addresses(to).build())
                .content(EmailContent::builder().simple(message).build())
                .send()
                .await
                .unwrap();
        }

        async fn wait_for_refusals(&self, count: usize) {
            until("refusals", async || {
                (self.faults.refused.load(Ordering::SeqCst) >= count).then_some(())
            })
            .await;
        }

        /// Waits until the queue has so many messages.
        async fn wait_for_messages(&self, count: usize) {
            let queue = format!("{}/000000000000/feedback", self.edge.address);
            until(&format!("{count} messages"), async || {
                let request = self.edge.sqs().get_queue_attributes().queue_url(&queue);
                let answer = request.attribute_names("All".into()).send().await.unwrap();
                let number = &answer.attributes.unwrap()[&"ApproximateNumberOfMessages".into()];
                (number.parse() == Ok(count)).then_some(())
            })
            .await;
        }
    }

    #[tokio::test]
    async fn events_that_the_queue_did_not_take_are_sent_again_until_it_does() {
        let forwarding = Forwarding::start(None, "").await;
        forwarding.mail("jo@customers.example").await;
        forwarding.wait_for_refusals(5).await;
        forwarding.faults.refuses.store(false, Ordering::SeqCst);
        // Send and Delivery, twice each.
        forwarding.wait_for_messages(4).await;
    }

    #[tokio::test]
    async fn an_event_that_waits_does_not_keep_others_from_the_queue() {
        let forwarding = Forwarding::start(None, "never@customers.example").await;
        forwarding.mail("never@customers.example").await;
        forwarding.wait_for_refusals(1).await;
        forwarding.mail("jo@customers.example").await;
        forwarding.wait_for_messages(4).await;
    }

    #[tokio::test]
    async fn events_are_in_the_file_until_the_queue_has_them() {
        let data = tempfile::tempdir().unwrap();
        let forwarding = Forwarding::start(Some(data.path()), "").await;
        forwarding.mail("jo@customers.example").await;
        forwarding.wait_for_refusals(5).await;
        let killed = as_a_kill_leaves_it(data.path());
        let again = Forwarding::start(Some(killed.path()), "").await;
        again.faults.refuses.store(false, Ordering::SeqCst);
        again.wait_for_messages(4).await;
        // It is the events that name the recipient by this member.
        until("no event is left", async || {
            (!any_file_holds(killed.path(), "commonHeaders")).then_some(())
        })
        .await;
        assert!(any_file_holds(data.path(), "commonHeaders"));
    }
}
