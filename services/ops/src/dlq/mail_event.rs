//! An event about a mail that the shop's own system did not take, as EventBridge leaves it in the dead-letter queue of the
//! rule's target (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>).

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use serde_json::Value;
use shared::{Kind, OrderId, OrderKey, ShopId};

use crate::aws::{Stack, service_error};
use crate::error::CliError;

/// An event of the bus of mail events. It holds no name, and no address but what the shop wrote into its ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailEvent {
    source: String,
    detail_type: String,
    /// The CloudEvent. Its id stays when it is published again: by that, a receiver knows it.
    detail: Value,
}

impl MailEvent {
    /// # Errors
    /// What the body lacks.
    pub fn parse(body: &str) -> Result<Self, String> {
        let mut envelope: Value =
            serde_json::from_str(body).map_err(|_| "not JSON: expected an event of EventBridge")?;
        let text = |name: &str| envelope[name].as_str().map(str::to_owned);
        let missing = |name: &str| format!("/{name}: expected a text, as EventBridge writes it");
        Ok(Self {
            source: text("source").ok_or_else(|| missing("source"))?,
            detail_type: text("detail-type").ok_or_else(|| missing("detail-type"))?,
            detail: Some(envelope["detail"].take()).filter(Value::is_object).ok_or_else(|| {
                "/detail: expected the CloudEvent that the publisher wrote".to_owned()
            })?,
        })
    }

    /// The order that the mail is about, where the event names it.
    pub fn order(&self) -> Option<OrderKey> {
        let text = |name| self.detail.pointer(name).and_then(Value::as_str);
        let shop = ShopId::parse(text("/shop").unwrap_or_default()).unwrap_or_default();
        Some(OrderKey { shop, order_id: OrderId::parse(text("/data/order/id")?).ok()? })
    }

    /// The kind of the mail, where the event names it.
    pub fn kind(&self) -> Option<Kind> {
        Kind::parse(self.detail.pointer("/data/kind")?.as_str()?).ok()
    }

    /// What the mail is about within its order, as the event has it.
    pub fn scope(&self) -> &str {
        self.detail.pointer("/data/scope").and_then(Value::as_str).unwrap_or_default()
    }

    /// Puts it on the bus again, where each rule that matches delivers it once more.
    ///
    /// # Errors
    /// [`CliError::Service`] when EventBridge does not confirm that it has it.
    pub async fn publish(&self, stack: &Stack) -> Result<(), CliError> {
        let bus = stack.mail_bus();
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&bus)
            .source(&self.source)
            .detail_type(&self.detail_type)
            .detail(self.detail.to_string())
            .build();
        let answer = stack.event_bridge().put_events().entries(entry).send().await;
        let answer = answer.map_err(service_error(format!("publish on the bus {bus}")))?;
        // An entry that failed does not fail the call.
        match answer.entries().first() {
            Some(entry) if entry.event_id().is_some() => Ok(()),
            entry => {
                let why = entry.and_then(|entry| entry.error_code()).unwrap_or("no answer for it");
                Err(CliError::service(format!("Can't publish on the bus {bus}: {why}.")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_is_read_as_it_was_on_the_bus_and_nothing_else_is_one() {
        let event = json!({
            "version": "0", "id": "e", "source": "waybill", "detail-type": "mail.bounced",
            "detail": {"shop": "north", "id": "c", "data": {
                "order": {"id": "1001"}, "kind": "shipment.shipped", "scope": "1001-A",
            }},
        });
        let read = MailEvent::parse(&event.to_string()).unwrap();
        assert_eq!(read.order().unwrap().to_string(), "north/1001");
        assert_eq!((read.kind(), read.scope()), (Some(Kind::ShipmentShipped), "1001-A"));
        for missing in ["source", "detail-type", "detail"] {
            let mut event = event.clone();
            event.as_object_mut().unwrap().remove(missing);
            let why = MailEvent::parse(&event.to_string()).unwrap_err();
            assert!(why.starts_with(&format!("/{missing}")), "{why}");
        }
    }
}
