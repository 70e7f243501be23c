//! The connector's worker and intake on the inbox queue, at a time of their own.

use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_lambda_events::sqs::SqsMessage;
use connector::message::QueuedDelivery;
use connector::{Connector, EventReader, SystemSecrets};
use jiff::SignedDuration;
use kit::queue::DelayedRequeue;
use local::resources::EVENTS_TABLE;

use super::{DELIVERIES, DELIVERIES_DLQ, INBOX, SimulatedPipeline, Stage, millis};

impl SimulatedPipeline<'_> {
    /// Puts a delivery on its queue, as the connector's URL does.
    pub fn deliver(&self, delivery: &QueuedDelivery) {
        let message = delivery.to_message().expect("it fits");
        self.queues.put(DELIVERIES, &message, self.clock().now_ms());
    }

    /// Lets time pass while the connector and intake process what becomes due. What intake stores, the stack's own
    /// functions mail.
    pub async fn take_deliveries_for(&mut self, time: SignedDuration) {
        let end = self.clock().now_ms() + millis(time);
        loop {
            // Built anew, because each takes a copy of the clock.
            let (connector, intake) = (self.connector(), self.intake());
            if self.translate(&connector).await | self.take_from_inbox(&intake).await {
                continue;
            }
            let now = self.clock().now_ms();
            match self.queues.next_due(&[DELIVERIES, INBOX], now) {
                Some(due) if due < end => self.skip(SignedDuration::from_millis(due - now)),
                _ => return self.skip(SignedDuration::from_millis((end - now).max(0))),
            }
        }
    }

    /// One round of the connector's worker. Whether there was a message.
    async fn translate(&self, connector: &Connector) -> bool {
        let timeout = self.settings.connector_timeout;
        let handle = async |batch: &[SqsMessage]| {
            connector::worker::handle(connector, batch, SystemTime::now() + timeout).await
        };
        self.round(DELIVERIES, &self.settings.connector, handle).await
    }

    fn connector(&self) -> Connector {
        let (sqs, clock) = (self.sqs_as(Stage::Connector), self.clock());
        // The worker verifies nothing.
        let no_secrets = kit::secrets::client(&SdkConfig::builder().build());
        Connector {
            secrets: SystemSecrets::new(no_secrets, String::new(), clock),
            deliveries: DELIVERIES.to_owned(),
            inbox: INBOX.to_owned(),
            dead_letters: self.dead_letters(&sqs, DELIVERIES_DLQ),
            requeue: DelayedRequeue::new(sqs.clone(), DELIVERIES.to_owned(), clock),
            events: EventReader::new(self.dynamodb(Stage::Connector), EVENTS_TABLE.to_owned()),
            sqs,
            clock,
        }
    }
}
