//! `waybill order`: one order's events, mails and timeline.

mod report;

use std::slice;

use jiff::Timestamp;
use serde::Serialize;

use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::find::{
    Found, OrderList, UnknownOrder, Wanted, find, find_in_each, in_other_shops,
    look_in_dead_letters,
};
use crate::interrupt::Interrupt;
use crate::notification::next_while_closed;
use crate::output::{ColorMode, Report, note};
use crate::pii::PiiMode;
use crate::progress::{self, RunControl};
use crate::send_gate;
use crate::store::StoredOrder;
pub use report::{Notification, OrderReport};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The order's id, its number such as '#1001', or its customer's e-mail address (a copy's finds
    /// nothing); - reads it from standard input, which keeps an address out of the shell's history
    pub order: String,
    /// The customer's address in clear, in an event's id too
    ///
    /// It leaves no audit item: whoever runs the command may read the tables with the same rights by any other tool, which
    /// CloudTrail's data events record. The console writes one, since it is shown to people who have no such tool.
    #[arg(long)]
    pub show_pii: bool,
}

/// The answer about what was asked for. In JSON, `notifications` tells the first, `orders` the second
/// and `dead_letters` the third.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum OrderAnswer {
    One(Box<OrderReport>),
    /// The number or the address of several.
    Several(OrderList),
    /// No table knows it, but dead letters are about it.
    Unknown(UnknownOrder),
}

/// Finds the order, in the shop of `--shop` or in each, and reports all that is known of it.
pub async fn run(stack: &Stack, args: &Args) -> Result<(OrderAnswer, ExitStatus), CliError> {
    let wanted = Wanted::read(&args.order, stack.shop_or_default())?;
    let pii = PiiMode::from_flag(args.show_pii);
    let progress = progress::scanning();
    let others = in_other_shops(stack, &wanted).await.unwrap_or_else(|error| {
        note(&format!("Not everything: only the shop {} was looked at. {error}", wanted.shop()));
        Vec::new()
    });
    let all = [slice::from_ref(&wanted), &others].concat();
    let found = find_in_each(stack, &all).await?;
    found.check_complete()?;
    for failed in &found.failed {
        note(&format!("Not everything: {}", failed.sentence(failed.shop.as_str())));
    }
    let answer = match answer(stack, &found, pii).await? {
        Some(answer) => answer,
        None => {
            let control = RunControl { interrupt: &Interrupt::listen(), progress: &progress };
            let found = look_in_dead_letters(stack, &wanted, &others, pii, control).await;
            OrderAnswer::Unknown(found?)
        }
    };
    let is_unknown = matches!(answer, OrderAnswer::Unknown(_));
    Ok((answer, ExitStatus::attention_if(is_unknown)))
}

/// What the tables know of `wanted`; `None` for nothing. Dead letters may still be about it ([`look_in_dead_letters`]).
///
/// # Errors
/// [`CliError::Service`] when DynamoDB does not answer.
pub async fn answer_from_tables(
    stack: &Stack,
    wanted: &Wanted,
    pii: PiiMode,
) -> Result<Option<OrderAnswer>, CliError> {
    answer(stack, &find(stack, wanted).await?, pii).await
}

async fn answer(
    stack: &Stack,
    found: &Found,
    pii: PiiMode,
) -> Result<Option<OrderAnswer>, CliError> {
    Ok(Some(match found.orders.as_slice() {
        [] => return Ok(None),
        [StoredOrder { order, events, records }] => {
            let now = Timestamp::now().as_millisecond();
            let report = OrderReport::new(order, events, records, now, pii);
            let mut report = OrderReport { found_by: found.by, ..report };
            if report.notifications.iter().any(|mail| mail.waits_for_a_mailer)
                && let Some(closed) = send_gate::closed(stack).await?
            {
                let waits = report.notifications.iter_mut().filter(|mail| mail.waits_for_a_mailer);
                waits.for_each(|mail| mail.next = next_while_closed(mail.doubts, &closed));
            }
            OrderAnswer::One(Box::new(report))
        }
        _ => OrderAnswer::Several(OrderList::new(found, pii)),
    }))
}

impl Report for OrderAnswer {
    fn text(&self, colors: ColorMode) -> String {
        match self {
            Self::One(order) => order.text(colors),
            Self::Several(orders) => orders.text(colors),
            Self::Unknown(order) => order.text(colors),
        }
    }
}

#[cfg(test)]
mod tests {
    use kit::ledger::Item;
    use shared::OrderKey;
    use shared::ledger::State;
    use shared::notification::AddressHash;

    use super::*;
    use crate::store::StoredEvent;
    use shared::queue::message::DispatchRequest;

    const T0: i64 = 1_763_900_000_000;

    fn order(id: &str) -> OrderKey {
        OrderKey::parse(&format!("default/{id}")).unwrap()
    }

    fn item(notification: &str, state: State) -> Item {
        Item {
            order_key: "default/1001".to_owned(),
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
            copies: Vec::new(),
            sweeps: 0,
        }
    }

    fn message() -> String {
        let event: serde_json::Value =
            serde_json::from_str(mailer::preview::SAMPLES.lines().next().unwrap()).unwrap();
        let id = shared::CorrelationId::parse("c-1").unwrap();
        DispatchRequest::body(&event, Timestamp::UNIX_EPOCH, &id)
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
            event: "https://shop.example/orders e-2".to_owned(),
            ..item("shipment.shipped#S-1#customer", State::Failed)
        };
        let events = [
            event("e-1", "order.confirmed", "order.confirmed##customer", &message()),
            event("e-2", "shipment.shipped", "shipment.shipped#S-1#customer", ""),
            event("e-3", "shipment.delivered", "shipment.delivered#S-1#customer", ""),
        ];
        let report = OrderReport::new(
            &order("1001"),
            &events,
            &[confirmed, shipped],
            T0 + 60_000,
            PiiMode::Masked,
        );
        insta::assert_snapshot!(report.text(ColorMode::Plain));
        insta::assert_json_snapshot!(report);
    }

    #[test]
    fn a_second_event_for_a_mail_and_what_a_mail_was_superseded_by_are_told() {
        let superseded = Item {
            reason: Some("superseded".to_owned()),
            address_hash: Some("AAAAAAAA".to_owned()),
            ..item("order.confirmed##customer", State::Skipped)
        };
        let shipped = Item {
            news_at: Some(T0 + 1),
            event: "shop e-3".to_owned(),
            ..item("shipment.shipped#S-1#customer", State::Delivered)
        };
        let events =
            ["e-1", "e-2"].map(|id| event(id, "order.confirmed", "order.confirmed##customer", ""));
        let (items, now) = ([superseded, shipped], T0 + 600_000);
        let report = OrderReport::new(&order("1001"), &events, &items, now, PiiMode::Masked);
        assert_eq!(report.notifications[0].superseded_by.as_deref(), Some("shipment.shipped S-1"));
        assert_eq!(report.notifications[1].superseded_by, None);
        let text = report.text(ColorMode::Plain);
        assert!(text.contains("superseded by shipment.shipped S-1"), "{text}");
        let row = "orders e-2: nothing: another event asked for the same mail";
        assert!(text.contains(row), "{text}");
        assert!(!text.contains("orders e-1: "), "{text}");
    }

    #[test]
    fn a_copy_is_shown_with_its_role_its_masked_address_and_a_fate_of_its_own() {
        let address = shared::EmailAddress::parse("accounts@north.example").unwrap();
        let hash = AddressHash::new(&shared::ShopId::default(), &address).to_string();
        let event_json: serde_json::Value =
            serde_json::from_str(mailer::preview::SAMPLES.lines().next().unwrap()).unwrap();
        let id = shared::CorrelationId::parse("c-1").unwrap();
        let routing = shared::routing::Routing { is_off: false, copies: vec![address] };
        let at = Timestamp::UNIX_EPOCH;
        let message = DispatchRequest::body_of_arrival(&event_json, at, &id, &routing, None, None);
        let asked = event("e-1", "order.confirmed", "order.confirmed##customer", &message);
        let asked = StoredEvent { copies: vec![hash.clone()], ..asked };
        let customers = item("order.confirmed##customer", State::Delivered);
        let copy = item(&format!("order.confirmed##copy-{hash}"), State::Bounced);
        let report = |items: &[Item]| {
            let (order, events) = (order("1001"), [asked.clone()]);
            OrderReport::new(&order, &events, items, T0 + 60_000, PiiMode::Masked)
        };
        let both = report(&[copy, customers.clone()]);
        let shown = |mail: &Notification| (mail.shown_recipient(), mail.state.clone());
        assert_eq!(
            both.notifications.iter().map(shown).collect::<Vec<_>>(),
            [
                (format!("copy-{hash} a***@***.example"), "bounced".to_owned()),
                ("customer".to_owned(), "delivered".to_owned()),
            ]
        );
        assert!(both.events[0].decided);
        let text = both.text(ColorMode::Plain);
        assert!(
            text.contains(" TO ") && text.contains("its recipient has not received it"),
            "{text}"
        );
        assert!(text.contains(&format!("order.confirmed to copy-{hash}")), "{text}");
        let waits = report(&[customers]);
        assert!(!waits.events[0].decided, "a copy has no record yet");
    }

    /// An order as it looks after a bad day, with ids as long as SES and carriers make them.
    fn bad_day() -> OrderReport {
        const ID: &str = "010701a2083f345a-05fba3c1-0d36-4505-9d67-3984095c0c53-000000";
        let long = |notification: &str, state| Item {
            order_key: "default/ORD-2026-1015".to_owned(),
            event: "https://shop.example/orders 7f0c2f0e-3c7b-4a53-9c39-6a7f5e0e7d11".to_owned(),
            ..item(notification, state)
        };
        let items = [
            Item {
                sent_at: Some(T0 + 2_500),
                bounced_at: Some(T0 + 9_000),
                reason: Some("Permanent/OnAccountSuppressionList".to_owned()),
                message_id: Some(ID.to_owned()),
                event: "https://shop.example/orders e-1".to_owned(),
                ..long("order.confirmed##customer", State::Bounced)
            },
            Item {
                failed_at: Some(T0 + 4_000),
                reason: Some("refused: RequestEntityTooLargeException".to_owned()),
                attempt: 12,
                ..long("shipment.updated#S-1015-A#00340434161094022115#customer", State::Failed)
            },
            Item {
                in_doubt_at: Some(T0 + 5_000),
                reason: Some(shared::ledger::LEASE_EXPIRED.to_owned()),
                doubts: 1,
                ..long("order.refunded#R-2026-000017#customer", State::InDoubt)
            },
            Item {
                not_before: T0 + 900_000,
                reason: Some("SendingPausedException".to_owned()),
                ..long("shipment.delayed#S-1015-A#2026-12-03#customer", State::Planned)
            },
        ];
        let events = [
            event("e-1", "order.confirmed", "order.confirmed##customer", &message()),
            event("e-3", "shipment.delivered", "shipment.delivered#S-1#customer", ""),
        ];
        OrderReport::new(&order("ORD-2026-1015"), &events, &items, T0 + 60_000, PiiMode::Masked)
    }

    #[test]
    fn at_any_width_no_id_and_no_command_is_broken_into_pieces() {
        let report = bad_day();
        let plain = report.text(ColorMode::Plain);
        for width in [80, 100, 150] {
            let text = report.text(ColorMode::at_width(width));
            insta::assert_snapshot!(format!("at_{width}_columns"), text);
            let words = |text: &str| -> Vec<String> {
                // Titles are in capitals above a table, and not beside a value below its row.
                let words = text.split_whitespace().map(|word| word.trim_end_matches(':'));
                words.map(str::to_lowercase).collect()
            };
            let printed = words(&text);
            for word in words(&plain) {
                assert!(printed.contains(&word), "{word} is broken at {width} columns");
            }
            for command in report.notifications.iter().flat_map(|mail| &mail.commands) {
                let line = format!("  {}", command.command);
                assert!(text.lines().any(|printed| printed == line), "{line} at {width}");
            }
        }
    }
}
