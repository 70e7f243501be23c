//! What `waybill order` reports of an order that the tables hold.

use kit::ledger::Item;
use serde::Serialize;
use shared::OrderKey;
use shared::ledger::{State, describe_left_out};
use shared::lookup::indexed_number_key;
use shared::notification::{AddressHash, Recipient};

use jiff::Timestamp;

use crate::event_row::EventRow;
use crate::find::FoundBy;
use crate::notification::{
    Suggestion, kind_and_scope, next_step, next_when_redirected, other_recipient, state_style,
    suggestions, superseded_by,
};
use crate::order_name::OrderName;
use crate::output::{ColorMode, Column, Report, Style, as_rfc3339, format_time, nonzero, table};
use crate::overpaid::overpaid;
use crate::pii::PiiMode;
use crate::store::{StoredEvent, latest_order};
use crate::suppressed::suppressed;
use crate::timeline::{Moment, timeline};

/// All that the tables hold about an order.
#[derive(Debug, Serialize)]
pub struct OrderReport {
    pub shop: String,
    pub order_id: String,
    pub found_by: FoundBy,
    /// The order's number, as the latest event has it.
    pub number: Option<String>,
    /// Whether the number says something that the id does not.
    #[serde(skip)]
    pub shows_number: bool,
    /// The customer's address as the latest event has it; masked unless asked for.
    pub customer: Option<String>,
    pub notifications: Vec<Notification>,
    /// What an operator should know of the order as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    pub events: Vec<EventRow>,
    /// The earliest first.
    pub timeline: Vec<Moment>,
}

/// A mail, or the decision not to send it.
#[derive(Debug, Serialize)]
pub struct Notification {
    pub kind: String,
    /// The parcel or refund, and which of several occurrences.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// `customer`, whose copy it is (`copy-` and a hash of the address), or `corrected-` and a hash: the customer at a
    /// corrected address.
    pub recipient: String,
    /// The address of whoever is not the customer, where an event names it; masked unless asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    pub state: String,
    /// When it entered its state.
    #[serde(serialize_with = "as_rfc3339")]
    pub since: i64,
    pub attempts: u32,
    /// How many attempts ended in doubt: SES may have accepted each.
    pub doubts: u32,
    /// Why it was skipped, failed or is in doubt, or SES's diagnosis.
    pub reason: Option<String>,
    /// Which of the files that its event names it went without, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
    /// The newer mail of the order that supersedes it, where it was skipped for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
    pub ses_message_id: Option<String>,
    /// The recipient of the further delivery of the same news, since this one did not reach the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followed_by: Option<String>,
    /// Which operator named the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<String>,
    /// Why that operator did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_because: Option<String>,
    /// The event that asked for it.
    pub event: String,
    pub correlation_id: String,
    /// What happens next.
    pub next: String,
    /// Whether it is due and waits in the mail queue: no mailer claims it while SES takes no mails.
    #[serde(skip)]
    pub waits_for_a_mailer: bool,
    /// When the event that asked for it was accepted, in milliseconds since 1970.
    #[serde(skip)]
    pub accepted_at: i64,
    /// When SES accepted it, as far as that is known; in milliseconds since 1970.
    #[serde(skip)]
    pub sent_at: Option<i64>,
    /// Whether the customer's mail goes to another address than its event names.
    #[serde(skip)]
    pub is_redirected: bool,
    /// What an operator may do about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<Suggestion>,
}

impl OrderReport {
    /// `now` in milliseconds since 1970.
    pub fn new(
        order: &OrderKey,
        events: &[StoredEvent],
        items: &[Item],
        now: i64,
        pii: PiiMode,
    ) -> Self {
        // The customer may have changed the address since; a later mail goes to the later one.
        let latest = latest_order(events);
        let latest = latest.as_ref();
        let rows: Vec<EventRow> =
            events.iter().map(|event| EventRow::new(event, items, pii, now)).collect();
        Self {
            shop: order.shop.to_string(),
            order_id: order.order_id.to_string(),
            found_by: FoundBy::Id,
            number: latest.map(|order| pii.text(order.number.as_str())),
            shows_number: latest
                .is_some_and(|latest| indexed_number_key(&order.shop, latest).is_some()),
            customer: latest.map(|order| pii.address(order.customer.email.expose())),
            notifications: items
                .iter()
                .map(|item| {
                    let mail = Notification::new(item, events, now, pii);
                    Notification { superseded_by: superseded_by(item, items, now), ..mail }
                })
                .collect(),
            warnings: overpaid(items, latest).into_iter().chain(suppressed(items)).collect(),
            timeline: timeline(&rows, items),
            events: rows,
        }
    }
}

impl Notification {
    fn new(item: &Item, events: &[StoredEvent], now: i64, pii: PiiMode) -> Self {
        let (kind, scope) = kind_and_scope(item);
        let recipient = other_recipient(item).unwrap_or(Recipient::Customer);
        let address = address_of(item, events, pii);
        let is_redirected = is_redirected(item, events);
        let next = is_redirected.then(|| next_when_redirected(item, now)).flatten();
        Self {
            kind,
            scope,
            recipient: recipient.to_string(),
            address,
            followed_by: item.further_delivery().map(|it| Recipient::Corrected(it).to_string()),
            asked_by: item.asked_by.clone(),
            asked_because: item.asked_because.clone(),
            state: item.state.clone(),
            since: item.since,
            attempts: item.attempt,
            doubts: item.doubts,
            reason: item.reason.clone(),
            left_out: item.left_out.as_deref().and_then(describe_left_out),
            superseded_by: None,
            ses_message_id: item.message_id.clone(),
            event: pii.text(&item.event),
            correlation_id: item.correlation_id.clone(),
            next: next.unwrap_or_else(|| next_step(item, now)),
            waits_for_a_mailer: item.state() == Some(State::Planned) && item.not_before <= now,
            accepted_at: item.accepted_at,
            sent_at: sent_at(item),
            is_redirected,
            commands: suggestions(item, now),
        }
    }
}

/// When SES accepted the mail: the first word of SES on it may be any of these.
fn sent_at(item: &Item) -> Option<i64> {
    let told = [item.sent_at, item.delivered_at, item.bounced_at, item.complained_at];
    told.into_iter().flatten().min()
}

/// Whether the customer's mail goes to another address than its event names.
fn is_redirected(item: &Item, events: &[StoredEvent]) -> bool {
    let asked_for_it = events.iter().find(|event| event.event == item.event);
    let request = asked_for_it.and_then(StoredEvent::request);
    other_recipient(item).is_none()
        && request.is_some_and(|request| {
            item.was_redirected_from(AddressHash::of_customer(&request.event))
        })
}

/// Where a mail goes that is not the customer's.
fn address_of(item: &Item, events: &[StoredEvent], pii: PiiMode) -> Option<String> {
    let recipient = other_recipient(item)?;
    let asked_for_it = events.iter().find(|event| event.event == item.event)?;
    let mail = asked_for_it.request()?.mail_request_for(recipient, Timestamp::UNIX_EPOCH)?;
    Some(pii.address(mail.to().expose()))
}

impl Report for OrderReport {
    fn text(&self, colors: ColorMode) -> String {
        let customer = self.customer.as_ref().map(|c| format!("  {c}")).unwrap_or_default();
        let name = OrderName { shop: self.shop.clone(), id: self.order_id.clone() };
        let order = colors.apply(Style::Bold, &format!("Order {name}"));
        let mut text =
            format!("{order}{}{customer}\n{}\n", self.shown_number(), self.found_by.sentence());
        text.push_str(&self.mails(colors));
        for warning in &self.warnings {
            text.push_str(&format!("\n{}", colors.wrap(warning, "  ")));
        }
        text.push_str(&self.commands());
        // No mail of the table above shows these.
        for event in self.events.iter().filter(|event| event.waits()) {
            let StoredEvent { kind, event: id, .. } = &event.event;
            let sentence = format!("{kind} ({id}) {}.", event.next);
            text.push_str(&format!("\n{}", colors.wrap(&sentence, "  ")));
        }
        text.push('\n');
        let columns = [
            Column::text("time", |m: &Moment| format_time(m.at)),
            Column::text("what", |m| m.what.to_owned()),
            Column::text("about", |m| m.about.clone()),
            Column::text("detail", |m| m.detail.clone()),
        ];
        text.push_str(&table(colors, &columns, &self.timeline));
        text
    }
}

impl Notification {
    /// Whether it went to somebody else than the customer.
    pub fn is_copy(&self) -> bool {
        matches!(Recipient::parse(&self.recipient), Ok(Recipient::Copy(_)))
    }

    /// Its role, and its address where an event names that.
    pub fn shown_recipient(&self) -> String {
        let address = self.address.as_ref().map(|address| format!(" {address}"));
        format!("{}{}", self.recipient, address.unwrap_or_default())
    }

    fn shown_reason(&self) -> String {
        let newer = self.superseded_by.as_ref().map(|newer| format!(" by {newer}"));
        let reason = self
            .reason
            .as_ref()
            .map(|reason| format!("{reason}{}", newer.as_deref().unwrap_or_default()));
        let parts = [reason.as_deref(), self.left_out.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

impl OrderReport {
    /// The number, where the operator would not recognize the order by its id.
    fn shown_number(&self) -> String {
        let number = self.number.as_ref().filter(|_| self.shows_number);
        number.map(|number| format!(", number {number}")).unwrap_or_default()
    }

    fn mails(&self, colors: ColorMode) -> String {
        if self.notifications.is_empty() {
            return "No mail has been decided yet.\n".to_owned();
        }
        let columns = [
            Column::text("mail", |n: &Notification| n.kind.clone()),
            Column::text("scope", |n| n.scope.clone()),
            Column::text("to", Notification::shown_recipient).unless_all("customer"),
            Column::text("state", |n: &Notification| n.state.clone())
                .styled(|n| State::parse(&n.state).and_then(state_style)),
            Column::number("attempts", |n| n.attempts.to_string()),
            Column::number("in doubt", |n: &Notification| nonzero(n.doubts))
                .styled(|_| Some(Style::Warning)),
            Column::text("reason", Notification::shown_reason),
            Column::text("next", |n| n.next.clone()),
        ];
        table(colors, &columns, &self.notifications)
    }

    /// Each on a line of its own, which nothing wraps: they are there to be copied.
    fn commands(&self) -> String {
        let all = self.notifications.iter().flat_map(|mail| &mail.commands);
        let lines = all.map(|one| format!("\n{}:\n  {}\n", one.purpose, one.command));
        lines.collect()
    }
}
