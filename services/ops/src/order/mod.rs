//! `waybill order`: what became of an order.

mod next;
mod timeline;

use jiff::Timestamp;
use kit::ledger::Item;
use serde::Serialize;
use shared::{NotificationKey, OrderId};

pub use next::{command_words, next};
use timeline::{Moment, timeline};

use crate::aws::Stack;
use crate::dlq::order_id;
use crate::error::{CliError, ExitStatus};
use crate::events::{self, StoredEvent};
use crate::output::{ColorMode, Column, Report, Style, format_time, rfc3339, table};
use crate::pii::PiiMode;

/// Flags of `order`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The order's id
    pub order: String,
    /// The customer's address in clear
    #[arg(long)]
    pub show_pii: bool,
}

/// What is known of an order.
#[derive(Debug, Serialize)]
pub struct OrderReport {
    /// Its id.
    pub order_id: String,
    /// The customer's address as the latest event has it, masked unless asked for.
    pub customer: Option<String>,
    /// Its mails.
    pub notifications: Vec<Notification>,
    /// Its events.
    pub events: Vec<EventRow>,
    /// All that happened, the earliest first.
    pub timeline: Vec<Moment>,
}

/// An event of the order.
#[derive(Debug, Serialize)]
pub struct EventRow {
    /// Source and id.
    pub event: String,
    /// Its type.
    pub kind: String,
    /// When intake stored it.
    pub accepted_at: String,
    /// Follows it to SES.
    pub correlation_id: String,
    /// How often the sweep queued it again.
    pub sweeps: u32,
    /// Whether the ledger has a decision for it.
    pub decided: bool,
    /// What happens next.
    pub next: String,
}

/// A mail of the order, or the decision not to send it.
#[derive(Debug, Serialize)]
pub struct Notification {
    /// Its kind.
    pub kind: String,
    /// About which parcel, refund, tracking number or day.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Its state.
    pub state: String,
    /// Since when.
    pub since: String,
    /// How often a mailer tried.
    pub attempts: u32,
    /// How many of these attempts ended in doubt: SES may have accepted each.
    pub doubts: u32,
    /// Why it was skipped, failed or doubted, or what SES said.
    pub reason: Option<String>,
    /// What SES calls the mail.
    pub ses_message_id: Option<String>,
    /// The event that asked for it.
    pub event: String,
    /// Follows it from intake to SES.
    pub correlation_id: String,
    /// What happens next.
    pub next: String,
    #[serde(skip)]
    style: Option<Style>,
}

/// Looks the order up: one query of each table.
///
/// # Errors
/// [`CliError::Input`] when nothing is known of the order.
pub async fn run(stack: &Stack, args: &Args) -> Result<(OrderReport, ExitStatus), CliError> {
    let order = order_id(&args.order)?;
    let ledger = stack.ledger();
    let (events, items) = futures::try_join!(events::of_order(stack, &order), async {
        ledger
            .list_by_order(&order)
            .await
            .map_err(|error| CliError::service(format!("Can't read the ledger: {error}.")))
    })?;
    if events.is_empty() && items.is_empty() {
        return Err(CliError::input(format!(
            "Nothing is known of the order {order}: no event of it was accepted, or it was erased, \
             or it is older than both tables' memory. Was another stack meant (--stack, --region)?"
        )));
    }
    let report = OrderReport::new(
        &order,
        &events,
        &items,
        Timestamp::now().as_millisecond(),
        PiiMode::from_flag(args.show_pii),
    );
    Ok((report, ExitStatus::Healthy))
}

impl OrderReport {
    /// Puts together what the tables hold. `now` in milliseconds since 1970.
    #[must_use]
    pub fn new(
        order_id: &str,
        events: &[StoredEvent],
        items: &[Item],
        now: i64,
        pii: PiiMode,
    ) -> Self {
        let customer = events.iter().rev().find_map(StoredEvent::request);
        Self {
            order_id: order_id.to_owned(),
            customer: customer.map(|r| pii.address(r.event.order.customer.email.expose())),
            notifications: items.iter().map(|item| notification(item, now)).collect(),
            events: events.iter().map(|event| event_row(event, items)).collect(),
            timeline: timeline(events, items),
        }
    }
}

fn or_empty(count: u32) -> String {
    if count == 0 { String::new() } else { count.to_string() }
}

fn event_row(event: &StoredEvent, items: &[Item]) -> EventRow {
    let decision = items.iter().find(|item| item.notification == event.ledger_key);
    let next = match decision {
        None => "waits for the dispatcher; the sweep queues it again if that takes too long",
        Some(item) if item.event == event.event => "",
        Some(_) => "nothing: another event asked for the same mail",
    };
    EventRow {
        event: event.event.clone(),
        kind: event.kind.clone(),
        accepted_at: rfc3339(event.accepted_at),
        correlation_id: event.correlation_id.clone(),
        sweeps: event.sweeps,
        decided: decision.is_some(),
        next: next.to_owned(),
    }
}

fn notification(item: &Item, now: i64) -> Notification {
    let (kind, scope) = kind_and_scope(item);
    Notification {
        kind,
        scope,
        state: item.state.clone(),
        since: rfc3339(item.since),
        attempts: item.attempt,
        doubts: item.doubts,
        reason: item.reason.clone(),
        ses_message_id: item.message_id.clone(),
        event: item.event.clone(),
        correlation_id: item.correlation_id.clone(),
        next: next(item, now),
        style: next::style(item),
    }
}

/// Kind and scope of a ledger record; a muted event's key names its kind too.
#[must_use]
pub fn kind_and_scope(item: &Item) -> (String, String) {
    let parsed = OrderId::parse(&item.order_id)
        .and_then(|id| NotificationKey::from_sort_key(id, &item.notification));
    match parsed {
        Ok(key) => (key.kind.to_string(), key.scope),
        Err(_) => {
            let kind = item.notification.split('#').nth(1).unwrap_or(&item.notification);
            (kind.to_owned(), String::new())
        }
    }
}

impl Report for OrderReport {
    fn text(&self, colors: ColorMode) -> String {
        let who = self.customer.as_ref().map(|c| format!("  {c}")).unwrap_or_default();
        let mut text =
            format!("{}{who}\n\n", colors.apply(Style::Bold, &format!("Order {}", self.order_id)));
        text.push_str(&self.mails(colors));
        text.push_str(&self.undecided());
        text.push('\n');
        let columns = [
            Column::text("time (UTC)", |m: &Moment| format_time(m.milliseconds())),
            Column::text("what", |m: &Moment| m.what.clone()),
            Column::text("about", |m: &Moment| m.about.clone()),
            Column::text("detail", |m: &Moment| m.detail.clone()),
        ];
        text.push_str(&table(colors, &columns, &self.timeline));
        text
    }
}

impl OrderReport {
    fn mails(&self, colors: ColorMode) -> String {
        if self.notifications.is_empty() {
            return "No mail was decided yet.\n".to_owned();
        }
        let columns = [
            Column::text("mail", |n: &Notification| n.kind.clone()),
            Column::text("scope", |n| n.scope.clone()),
            Column::text("state", |n: &Notification| n.state.clone()).styled(|n| n.style),
            Column::number("attempts", |n| n.attempts.to_string()),
            Column::number("in doubt", |n: &Notification| or_empty(n.doubts))
                .styled(|_| Some(Style::Warning)),
            Column::text("reason", |n| n.reason.clone().unwrap_or_default()),
            Column::text("SES message id", |n| n.ses_message_id.clone().unwrap_or_default()),
            Column::text("next", |n| n.next.clone()),
        ];
        table(colors, &columns, &self.notifications)
    }

    fn undecided(&self) -> String {
        let waiting = self.events.iter().filter(|event| !event.decided);
        waiting.map(|e| format!("\n{} ({}) {}.\n", e.kind, e.event, e.next)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ledger::State;

    const T0: i64 = 1_763_900_000_000;

    fn item(notification: &str, state: State) -> Item {
        Item {
            order_id: "1001".to_owned(),
            notification: notification.to_owned(),
            state: state.as_str().to_owned(),
            attempt: 1,
            since: T0 + 3_000,
            event: "https://shop.example/orders e-1".to_owned(),
            correlation_id: "c-1".to_owned(),
            accepted_at: T0,
            planned_at: Some(T0 + 1_000),
            sending_at: Some(T0 + 2_000),
            ..Item::default()
        }
    }

    fn event(id: &str, kind: &str, ledger_key: &str, message: &str) -> StoredEvent {
        StoredEvent {
            event: format!("https://shop.example/orders {id}"),
            kind: kind.to_owned(),
            accepted_at: T0,
            message: message.to_owned(),
            correlation_id: "c-1".to_owned(),
            ledger_key: ledger_key.to_owned(),
            sweeps: 0,
        }
    }

    fn message() -> String {
        let event: serde_json::Value =
            serde_json::from_str(crate::preview::SAMPLES.lines().next().unwrap()).unwrap();
        let id = shared::CorrelationId::parse("c-1").unwrap();
        shared::queue::message::DispatchRequest::body(&event, Timestamp::UNIX_EPOCH, &id)
    }

    #[test]
    fn an_order_as_people_and_scripts_read_it() {
        let confirmed = Item {
            doubts: 1,
            in_doubt_at: Some(T0 + 2_200),
            sent_at: Some(T0 + 2_500),
            delivered_at: Some(T0 + 3_000),
            message_id: Some("0107-abc".to_owned()),
            ..item("order.confirmed##customer", State::Delivered)
        };
        let shipped = Item {
            failed_at: Some(T0 + 3_000),
            reason: Some("refused: MessageRejected".to_owned()),
            attempt: 2,
            ..item("shipment.shipped#S-1#customer", State::Failed)
        };
        let events = [
            event("e-1", "order.confirmed", "order.confirmed##customer", &message()),
            event("e-2", "shipment.shipped", "shipment.shipped#S-1#customer", ""),
            event("e-3", "shipment.delivered", "shipment.delivered#S-1#customer", ""),
        ];
        let report =
            OrderReport::new("1001", &events, &[confirmed, shipped], T0 + 60_000, PiiMode::Masked);
        insta::assert_snapshot!(report.text(ColorMode::Plain));
        insta::assert_json_snapshot!(report);
    }
}
