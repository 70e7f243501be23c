//! What one delivery of an event makes of its order's records, and which mails it asks for.
//!
//! In one thread, because the metrics of a test are those of its thread.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use kit::ledger::Item;
use local::resources::EVENTS_TABLE;
use serde_json::{Value, json};
use shared::CorrelationId;
use shared::ledger::Transition;
use shared::notification::Recipient;
use shared::queue::message::{DispatchRequest, MailRequest};

use crate::events::{confirmed, shipped};
use crate::one_mail::{delay, set};
use crate::recorder::Metrics;
use crate::simulated_pipeline::{DISPATCH, MAIL, Outage, Service, SimulatedPipeline, Stage};
use crate::support::TestStack;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// A dispatcher on empty queues.
fn dispatcher(services: &TestStack) -> SimulatedPipeline<'_> {
    SimulatedPipeline::starting_at(&services.stack, SignedDuration::ZERO)
}

/// The event with this id and type instead.
fn event(line: &str, id: &str, event_type: &str) -> Value {
    let mut event: Value = serde_json::from_str(line).expect("JSON");
    (event["id"], event["type"]) = (id.into(), event_type.into());
    event
}

fn to(mut event: Value, address: &str) -> Value {
    event["data"]["order"]["customer"]["email"] = address.into();
    event
}

/// The event, which happened so long before the others.
fn an_hour_ago(mut event: Value) -> Value {
    event["time"] = (Timestamp::now() - MINUTE * 60).to_string().into();
    event
}

/// Its dispatch message, of an event that was accepted so long ago.
fn body(event: &Value, ago: SignedDuration) -> String {
    let id = CorrelationId::parse("c-1").expect("valid");
    DispatchRequest::body(event, Timestamp::now() - ago, &id)
}

/// The mails that one delivery of an event asks for, and after how many seconds its message comes back, if it does.
async fn decide(
    pipeline: &mut SimulatedPipeline<'_>,
    event: &Value,
    ago: SignedDuration,
) -> (Vec<MailRequest>, Option<i64>) {
    decide_about(pipeline, &body(event, ago)).await
}

async fn decide_about(
    pipeline: &mut SimulatedPipeline<'_>,
    body: &str,
) -> (Vec<MailRequest>, Option<i64>) {
    let now = pipeline.clock().now_ms();
    pipeline.queues.put(DISPATCH, body, now);
    pipeline.plan().await;
    let mails = pipeline.queues.take_all(MAIL);
    let groups = mails.iter().filter_map(|mail| mail.group.as_deref());
    assert!(groups.filter(|group| group.starts_with("default")).count() == mails.len());
    let mails = mails.iter().map(|mail| MailRequest::parse(&mail.body).expect("a mail request"));
    let copies = pipeline.queues.take_all(DISPATCH);
    assert!(copies.len() <= 1, "{copies:#?}");
    (mails.collect(), copies.first().map(delay))
}

const NOW: SignedDuration = SignedDuration::ZERO;

/// The order's only record of this kind and role.
async fn record(services: &TestStack, order: &str, kind: &str, role: &str) -> Item {
    let items = services.ledger_items(&format!("default/{order}")).await;
    let is_it = |item: &Item| {
        let [its_kind, .., its_role] = item.notification.split('#').collect::<Vec<_>>()[..] else {
            return false;
        };
        its_kind == kind && its_role.starts_with(role)
    };
    let mut found = items.into_iter().filter(is_it);
    let item = found.next().unwrap_or_else(|| panic!("no {kind} for the {role}"));
    assert_eq!(found.next(), None);
    item
}

async fn change(services: &TestStack, item: &Item, attributes: &Value) {
    set(services, (&item.order_key, &item.notification), attributes).await;
}

/// Puts the event's record as another dispatcher does, and its mail is sent.
async fn told(services: &TestStack, event: &Value) {
    let request = DispatchRequest::parse(&body(event, NOW)).expect("a dispatch request");
    let (item, now) = (Item::for_request(&request), Timestamp::now().as_millisecond());
    services.ledger().create(Transition::Plan, item.clone(), now).await.expect("an answer");
    change(services, &item, &json!({ "state": "sent", "attempt": 1 })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_mail_request_was_lost_is_judged_anew_when_its_event_comes_again() {
    let services = TestStack::start().await;
    let mut pipeline = dispatcher(&services);
    let shipment = an_hour_ago(event(&shipped("J1"), "J1-shipped", "shipment.shipped"));
    assert_eq!(decide(&mut pipeline, &shipment, NOW).await.0.len(), 1);
    told(&services, &event(&shipped("J1"), "J1-delivered", "shipment.delivered")).await;
    let (mails, waits) = decide(&mut pipeline, &shipment, NOW).await;
    assert_eq!((mails.len(), waits), (0, None));
    let record = record(&services, "J1", "shipment.shipped", "customer").await;
    assert_eq!((&*record.state, record.reason.as_deref()), ("skipped", Some("superseded")));
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_corrects_a_mail_that_is_not_sent_waits_for_it_and_goes_out_alone_once_it_may_be_asked_for()
 {
    let services = TestStack::start().await;
    let mut pipeline = dispatcher(&services);
    let shipment = an_hour_ago(event(&shipped("C1"), "C1-shipped", "shipment.shipped"));
    decide(&mut pipeline, &shipment, NOW).await;
    let mut update = event(&shipped("C1"), "C1-updated", "shipment.updated");
    update["data"]["shipment"]["tracking_number"] = "1Z".into();
    // For as long as it is old, again and again.
    for seconds in [10, 20] {
        let (mails, waits) =
            decide(&mut pipeline, &update, SignedDuration::from_secs(seconds)).await;
        assert_eq!(mails.len(), 0);
        assert!(waits.is_some_and(|it| (seconds..=seconds + 5).contains(&it)), "{waits:?}");
        let updated = record(&services, "C1", "shipment.updated", "customer").await;
        assert_eq!(updated.judging.map(|it| it.as_str()), Some("waits"));
    }
    // As if its dispatcher had died: it may have asked for the mail.
    let updated = record(&services, "C1", "shipment.updated", "customer").await;
    change(&services, &updated, &json!({ "judging": "once" })).await;
    let (mails, waits) = decide(&mut pipeline, &update, NOW).await;
    assert_eq!((mails.len(), waits), (1, None));
    let updated = record(&services, "C1", "shipment.updated", "customer").await;
    assert_eq!(updated.judging.map(|it| it.as_str()), Some("again"));
    let older = record(&services, "C1", "shipment.shipped", "customer").await;
    assert_eq!((&*older.state, older.reason.as_deref()), ("skipped", Some("superseded")));
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_event_of_the_same_revision_leaves_the_first_ones_record_as_it_is() {
    let services = TestStack::start().await;
    let mut pipeline = dispatcher(&services);
    let mut update = event(&confirmed("R1"), "R1-a", "order.updated");
    update["data"]["update"] = json!({ "revision": "2" });
    assert_eq!(decide(&mut pipeline, &update, NOW).await.0.len(), 1);
    let before = record(&services, "R1", "order.updated", "customer").await;
    assert_eq!(before.judging.map(|it| it.as_str()), Some("once"));
    update["id"] = "R1-b".into();
    let (mails, waits) = decide(&mut pipeline, &update, NOW).await;
    assert_eq!((mails.len(), waits), (0, None));
    assert_eq!(record(&services, "R1", "order.updated", "customer").await, before);
    services.stop().await;
}

#[tokio::test]
async fn an_outage_puts_an_event_back_for_a_minute_and_is_counted_and_a_wait_for_another_mail_is_not()
 {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let services = TestStack::start().await;
    let mut pipeline = dispatcher(&services);
    let shipment = an_hour_ago(event(&shipped("O1"), "O1-shipped", "shipment.shipped"));
    pipeline.outages.begin(Outage::of(Service::DynamoDb).for_stage(Stage::Dispatcher));
    let (mails, waits) = decide(&mut pipeline, &shipment, NOW).await;
    assert_eq!((mails.len(), waits, metrics.count("Requeued")), (0, Some(60), 1.0));
    // Nor the copy: the message stays.
    pipeline.outages.begin(Outage::of(Service::Sqs).for_stage(Stage::Dispatcher));
    decide(&mut pipeline, &shipment, NOW).await;
    assert_eq!(metrics.count("Requeued"), 0.0);
    pipeline.outages.end();
    decide(&mut pipeline, &shipment, NOW).await;
    let mut update = event(&shipped("O1"), "O1-updated", "shipment.updated");
    update["data"]["shipment"]["tracking_number"] = "1Z".into();
    let (_, waits) = decide(&mut pipeline, &update, NOW).await;
    assert_eq!((waits, metrics.count("Requeued")), (Some(2), 0.0));
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_mails_nobody_is_recorded_with_the_reason() {
    let services = TestStack::start().await;
    let mut pipeline = dispatcher(&services);
    let mut muted = event(&shipped("M1"), "M1-shipped", "shipment.shipped");
    muted["data"]["notify"] = false.into();
    assert!(decide(&mut pipeline, &muted, NOW).await.0.is_empty());
    let items = services.ledger_items("default/M1").await;
    assert_eq!((items.len(), items[0].reason.as_deref()), (1, Some("muted")));
    // Too old; and too old where newer news came before it, which says more.
    for (order, newer, reason) in
        [("M2", None, "stale"), ("M3", Some("shipment.delivered"), "superseded")]
    {
        if let Some(newer) = newer {
            told(&services, &event(&shipped(order), "newer", newer)).await;
        }
        let mut old = event(&shipped(order), "old", "shipment.shipped");
        old["time"] = (Timestamp::now() - SignedDuration::from_hours(24 * 30)).to_string().into();
        assert!(decide(&mut pipeline, &old, NOW).await.0.is_empty());
        let skipped = record(&services, order, "shipment.shipped", "customer").await;
        assert_eq!((&*skipped.state, skipped.reason.as_deref()), ("skipped", Some(reason)));
    }
    services.stop().await;
}

/// The event as it is stored, for who tells later what has changed since.
async fn store(services: &TestStack, order: &str, event: &Value) {
    let name = format!(
        "{} {}",
        event["source"].as_str().unwrap_or_default(),
        event["id"].as_str().unwrap_or_default()
    );
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let packed = Blob::new(shared::outbox::pack(&body(event, NOW)));
    let put = services.stack.dynamodb.put_item().table_name(EVENTS_TABLE);
    let put = put.item("order_key", text(&format!("default/{order}"))).item("event", text(&name));
    put.item("message", AttributeValue::B(packed)).send().await.expect("the table answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mail_of_an_update_says_what_changed_since_the_last_event_that_was_told() {
    let services = TestStack::start().await;
    let mut pipeline = dispatcher(&services);
    let first = event(&confirmed("U1"), "U1-confirmed", "order.confirmed");
    store(&services, "U1", &first).await;
    told(&services, &first).await;
    let mut update = event(&confirmed("U1"), "U1-updated", "order.updated");
    update["data"]["order"]["lines"][0]["quantity"] = 7.into();
    let (mails, waits) = decide(&mut pipeline, &update, NOW).await;
    assert_eq!((mails.len(), waits), (1, None));
    assert!(!mails[0].changes.is_empty(), "{:?}", mails[0].changes);
    services.stop().await;
}

const NEW: &str = "new@customers.example";

/// The roles of the order's records.
async fn roles(services: &TestStack, order: &str) -> usize {
    services.ledger_items(&format!("default/{order}")).await.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn news_that_bounced_goes_to_the_corrected_address_also_where_its_mail_request_is_lost() {
    let services = TestStack::start().await;
    let mut pipeline = dispatcher(&services);
    let first = event(&confirmed("B1"), "B1-a", "order.confirmed");
    decide(&mut pipeline, &first, NOW).await;
    let record = record(&services, "B1", "order.confirmed", "customer").await;
    change(&services, &record, &json!({ "state": "bounced", "attempt": 1 })).await;
    let corrected = to(event(&confirmed("B1"), "B1-b", "order.confirmed"), NEW);
    for _ in 0..2 {
        let (mails, waits) = decide(&mut pipeline, &corrected, NOW).await;
        assert_eq!((mails.len(), waits), (1, None));
        assert!(matches!(mails[0].key.recipient, Recipient::Corrected(_)), "{:?}", mails[0].key);
        assert_eq!(mails[0].to().expose(), NEW);
    }
    assert_eq!(roles(&services, "B1").await, 2);
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn news_that_arrived_goes_nowhere_else_and_news_that_may_bounce_is_waited_for_unless_it_is_old()
 {
    let services = TestStack::start().await;
    let mut pipeline = dispatcher(&services);
    let month = SignedDuration::from_hours(24 * 30);
    for (order, state, is_old, waits) in [
        ("A1", "delivered", false, false),
        ("A2", "delivered", true, false),
        ("A3", "sent", false, true),
        ("A4", "sent", true, false),
    ] {
        let first = event(&confirmed(order), &format!("{order}-a"), "order.confirmed");
        decide(&mut pipeline, &first, NOW).await;
        let record = record(&services, order, "order.confirmed", "customer").await;
        change(&services, &record, &json!({ "state": state, "attempt": 1 })).await;
        let mut corrected =
            to(event(&confirmed(order), &format!("{order}-b"), "order.confirmed"), NEW);
        if is_old {
            corrected["time"] = (Timestamp::now() - month).to_string().into();
        }
        let (mails, comes) = decide(&mut pipeline, &corrected, MINUTE * 5).await;
        assert_eq!((mails.len(), roles(&services, order).await), (0, 1), "{order}");
        // Longer than for a mail that is about to be sent: it may take hours.
        let is_right = comes.map_or(!waits, |it| waits && (300..305).contains(&it));
        assert!(is_right, "{order}: {comes:?}");
    }
    services.stop().await;
}

/// A copy's mail to an address that is the customer's by now was answered by a mailbox that nobody reads.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_waits_whether_the_same_news_bounced_for_good_at_its_address_and_is_skipped_where_it_arrived()
 {
    let services = TestStack::start().await;
    let mut pipeline = dispatcher(&services);
    for (order, state, reason) in
        [("T1", "bounced", None), ("T2", "delivered", Some("nothing_new"))]
    {
        let first = event(&confirmed(order), &format!("{order}-a"), "order.confirmed");
        let mut first: Value = serde_json::from_str(&body(&first, MINUTE * 5)).expect("JSON");
        first["copies"] = json!([NEW]);
        assert_eq!(decide_about(&mut pipeline, &first.to_string()).await.0.len(), 2);
        let copy = record(&services, order, "order.confirmed", "copy").await;
        let later = Timestamp::now().as_millisecond() + 3_600_000;
        let told = json!({ "state": state, "attempt": 1, "not_before": later });
        change(&services, &copy, &told).await;
        // The customer's record is gone, as if it were put only now.
        let customer = record(&services, order, "order.confirmed", "customer").await;
        let address = copy.address_hash.clone().expect("the address");
        change(&services, &customer, &json!({ "address_hash": address })).await;
        let (mails, waits) = decide_about(&mut pipeline, &first.to_string()).await;
        assert_eq!(mails.len(), 0, "{order}");
        assert_eq!(waits.is_some(), reason.is_none(), "{order}: {waits:?}");
        assert!(waits.is_none_or(|it| (300..305).contains(&it)), "{waits:?}");
        let customer = record(&services, order, "order.confirmed", "customer").await;
        assert_eq!(customer.reason.as_deref(), reason);
    }
    services.stop().await;
}
