use connector::System;
use serde_json::json;
use shared::{Event, ShopId};

use super::account::Place;
use super::facts::{Fact, OrderRead, ReadOutcome};
use super::missing::{Fate, MissingFact, by_order};
use super::report::Reconciliation;
use super::run::{check_period, status};
use crate::error::ExitStatus;
use crate::output::{ColorMode, Report};

fn missing(order: &str, kind: &str, at: &str, fate: Fate, detail: Option<&str>) -> MissingFact {
    let price = json!({ "amount": 1490, "currency": "EUR" });
    let json = json!({
        "specversion": "1.0", "source": "/woocommerce/north", "id": format!("{order}-{kind}"),
        "type": kind, "time": at, "shop": "north",
        "data": {
            "order": {
                "id": order, "number": format!("#{order}"), "customer": { "email": "jo@example.com" },
                "lines": [{ "sku": "MUG", "title": "Mug", "quantity": 1, "unit_price": price }],
                "totals": { "total": price },
            },
            "shipment": { "id": format!("{order}-A") },
        },
    });
    let event = Event::parse(&json).expect("valid");
    MissingFact { fact: Fact { event, json }, fate, detail: detail.map(str::to_owned) }
}

fn place() -> Place {
    Place {
        shop: ShopId::parse("north").unwrap(),
        system: System::WooCommerce,
        api: "north.example/blog".to_owned(),
    }
}

fn left(id: &str, outcome: ReadOutcome) -> OrderRead {
    OrderRead { id: id.to_owned(), number: Some(format!("#{id}")), outcome }
}

fn reconciliation() -> Reconciliation {
    let mut report = Reconciliation::new(&place(), 1_795_600_000_000, 1_795_690_000_000);
    let without = || ReadOutcome::WithoutAddress;
    for order in [
        left("1005", without()),
        left("1005", without()),
        left("1006", ReadOutcome::Unreadable("/total: expected a decimal string".to_owned())),
        left("1007", ReadOutcome::Ignored("a test order")),
    ] {
        report.leave(&order);
    }
    report.orders = 12;
    let stale = "its deadline was 2026-11-26 12:00:00Z";
    let facts = [
        missing("1002", "shipment.shipped", "2026-11-26T11:00:00Z", Fate::Mailed, None),
        missing("1001", "order.confirmed", "2026-11-20T10:00:00Z", Fate::Stale, Some(stale)),
        missing("1002", "order.confirmed", "2026-11-26T10:00:00Z", Fate::Mailed, None),
        missing("1003", "order.cancelled", "2026-11-26T12:00:00Z", Fate::Off, None),
    ];
    report.compare(40, &facts);
    report
}

#[test]
fn what_is_missing_as_people_and_scripts_read_it() {
    let mut report = reconciliation();
    insta::assert_snapshot!(report.text(ColorMode::Plain));
    insta::assert_snapshot!("what_is_missing_at_80_columns", report.text(ColorMode::at_width(80)));
    report.published = Some(4);
    insta::assert_json_snapshot!(report);
    insta::assert_snapshot!("what_was_published", report.text(ColorMode::Plain));
}

#[test]
fn nothing_missing_is_healthy_and_what_is_missing_or_unreadable_needs_attention() {
    let mut report = Reconciliation::new(&place(), 1_795_600_000_000, 1_795_690_000_000);
    report.compare(3, &[]);
    insta::assert_snapshot!(report.text(ColorMode::Plain));
    assert_eq!(status(&report), ExitStatus::Healthy);
    let fact = missing("1001", "order.confirmed", "2026-11-26T10:00:00Z", Fate::Mailed, None);
    report.compare(3, &[fact]);
    assert_eq!(status(&report), ExitStatus::Attention);
    report.published = Some(1);
    assert_eq!(status(&report), ExitStatus::Healthy);
    report.leave(&left("1006", ReadOutcome::Unreadable("why".to_owned())));
    assert_eq!(status(&report), ExitStatus::Attention);
}

#[test]
fn an_order_that_no_queue_takes_is_named_after_publishing_and_needs_attention() {
    let mut report = Reconciliation::new(&place(), 1_795_600_000_000, 1_795_690_000_000);
    report.published = Some(3);
    assert!(!report.done(ColorMode::Plain).contains("Not published"));
    report.refuse(&left("1006", ReadOutcome::Unreadable("SQS refuses it".to_owned())));
    let text = report.done(ColorMode::Plain);
    assert!(text.contains("Not published: 1 order (1006 (SQS refuses it))."), "{text}");
    assert_eq!(status(&report), ExitStatus::Attention);
}

#[test]
fn where_no_order_has_an_address_it_is_asked_whether_they_are_hidden() {
    let mut report = Reconciliation::new(&place(), 1_795_600_000_000, 1_795_690_000_000);
    for id in ["1001", "1002"] {
        report.leave(&left(id, ReadOutcome::WithoutAddress));
    }
    report.orders = 3;
    assert!(!report.text(ColorMode::Plain).contains("see customers' data"));
    report.orders = 2;
    assert!(report.text(ColorMode::Plain).contains("see customers' data"));
}

#[test]
fn where_no_fact_is_known_it_is_asked_whether_the_system_is_another_shop_s() {
    let fact = |n: usize| {
        missing(&n.to_string(), "order.confirmed", "2026-11-26T10:00:00Z", Fate::Mailed, None)
    };
    let facts: Vec<MissingFact> = (1..=20).map(fact).collect();
    let mut report = Reconciliation::new(&place(), 1_795_600_000_000, 1_795_690_000_000);
    for (compared, is_asked) in [(20, true), (21, false)] {
        report.compare(compared, &facts);
        let text = report.text(ColorMode::Plain);
        assert_eq!(text.contains("Is north.example/blog its system?"), is_asked, "{text}");
    }
}

#[test]
fn the_facts_of_an_order_are_published_together_in_the_order_in_which_they_happened() {
    let facts = [
        missing("1002", "shipment.shipped", "2026-11-26T11:00:00Z", Fate::Mailed, None),
        missing("1001", "order.confirmed", "2026-11-26T10:30:00Z", Fate::Mailed, None),
        missing("1002", "order.confirmed", "2026-11-26T10:00:00Z", Fate::Mailed, None),
    ];
    let ids: Vec<Vec<&str>> = by_order(&facts)
        .iter()
        .map(|facts| facts.iter().map(|fact| fact.event.reference.id.as_str()).collect())
        .collect();
    let second = vec!["1002-order.confirmed", "1002-shipment.shipped"];
    assert_eq!(ids, [second, vec!["1001-order.confirmed"]]);
}

#[test]
fn a_period_that_holds_no_time_is_refused() {
    assert!(check_period(1, 2).is_ok());
    let refused = check_period(1_763_900_000_000, 1_763_900_000_000).unwrap_err().to_string();
    assert!(refused.contains("before 2025-11-23 12:13:20Z"), "{refused}");
}
