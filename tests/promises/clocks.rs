//! Publishers whose clocks are wrong.

use jiff::{SignedDuration, Timestamp};
use local::run::outcome::Outcome;
use serde_json::{Value, json};

use crate::support::TestStack;
use crate::support::events::shipped;

/// Another event about the parcel of [`shipped`], at `time` by its publisher's clock.
fn about_the_parcel(order: &str, kind: &str, time: Timestamp) -> String {
    let mut event: Value = serde_json::from_str(&shipped(order)).expect("JSON");
    event["type"] = json!(kind);
    event["id"] = json!(format!("{order}-{kind}"));
    event["time"] = json!(time.to_string());
    event["data"]["shipment"]["expected_on"] = json!("2026-12-24");
    event.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn news_by_a_clock_that_is_a_day_ahead_supersedes_nothing_that_follows() {
    let stack = TestStack::start().await;
    let now = Timestamp::now();
    let tomorrow = now + SignedDuration::from_hours(24);
    stack.publish(&[about_the_parcel("A1", "shipment.delayed", tomorrow)]).await;
    // Late enough that the dispatcher looks at what was told before.
    let earlier = now - SignedDuration::from_mins(2);
    let later = ["shipment.out_for_delivery", "shipment.delivered"];
    let later = later.map(|kind| about_the_parcel("A1", kind, earlier));
    let outcomes = stack.publish(&later).await;
    for id in ["A1-shipment.out_for_delivery", "A1-shipment.delivered"] {
        assert_eq!(outcomes.status(id).outcome, Some(Outcome::Sent), "{id}");
    }
    assert_eq!(stack.mails().len(), 3);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn news_by_a_clock_that_is_a_day_ahead_is_superseded_by_what_was_told_before_it_came() {
    let stack = TestStack::start().await;
    let now = Timestamp::now();
    stack.publish(&[about_the_parcel("A1", "shipment.delivered", now)]).await;
    let tomorrow = now + SignedDuration::from_hours(24);
    let outcomes = stack.publish(&[about_the_parcel("A1", "shipment.delayed", tomorrow)]).await;
    let delayed = outcomes.status("A1-shipment.delayed");
    assert_eq!(delayed.outcome, Some(Outcome::Skipped));
    assert_eq!(delayed.reason.as_deref(), Some("superseded"));
    assert_eq!(stack.mails().len(), 1);
    stack.stop().await;
}
