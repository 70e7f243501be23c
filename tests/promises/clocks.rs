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
    // Late enough that what was told before matters.
    let earlier = now - SignedDuration::from_mins(2);
    for kind in ["shipment.out_for_delivery", "shipment.delivered"] {
        let outcomes = stack.publish(&[about_the_parcel("A1", kind, earlier)]).await;
        assert_eq!(outcomes.status(&format!("A1-{kind}")).outcome, Some(Outcome::Sent), "{kind}");
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
