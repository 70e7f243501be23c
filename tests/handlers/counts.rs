//! Each count that an alarm, the dashboard or an operator reads is one for what happened once.
//!
//! In one thread, because the metrics of a test are those of its thread.

use std::sync::Arc;

use jiff::SignedDuration;
use local::Config;
use local::ses::settings::{Refusal, Sending};
use serde_json::{Value, json};
use shared::ledger::State;

use crate::events::{confirmed, shipped};
use crate::recorder::Metrics;
use crate::simulated_pipeline::{
    FEEDBACK, Outage, Service, SesMode, SimulatedSes, Stage, WholePipeline,
};
use crate::support::TestStack;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

async fn simulated() -> (TestStack, Arc<SimulatedSes>) {
    let ses = Arc::<SimulatedSes>::default();
    let faults = Arc::<SimulatedSes>::clone(&ses);
    (TestStack::start_with(Config { faults, ..Config::default() }).await, ses)
}

fn whole<'a>(services: &'a TestStack, ses: &Arc<SimulatedSes>) -> WholePipeline<'a> {
    WholePipeline::new(services, ses, true, SignedDuration::ZERO)
}

/// What was counted since the last call, in the order of `names`.
fn counts<const N: usize>(metrics: &Metrics, names: [&str; N]) -> [f64; N] {
    names.map(|name| metrics.count(name))
}

fn to(address: &str, line: &str) -> String {
    let mut event: Value = serde_json::from_str(line).expect("JSON");
    event["data"]["order"]["customer"]["email"] = address.into();
    event.to_string()
}

#[tokio::test]
async fn an_event_counts_once_at_each_stage_and_a_second_time_as_a_duplicate() {
    let started = std::time::Instant::now();
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let (services, ses) = simulated().await;
    let mut pipeline = whole(&services, &ses);
    pipeline.run_without(Stage::Mailer);
    pipeline.publish(confirmed("N1"));
    pipeline.run_for(MINUTE * 10).await;
    pipeline.run_every_stage();
    pipeline.run_for(MINUTE).await;
    let stages = ["Accepted", "Duplicate", "Queued", "Planned", "Sent", "Delivered"];
    assert_eq!(counts(&metrics, stages), [1.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
    let rest = ["Requeued", "SendingPaused", "InDoubt", "Skipped", "Failed", "DeadLettered"];
    assert_eq!(counts(&metrics, rest), [0.0; 6]);
    // Not what was swept: the mail has waited for as long as the sweep lets one, and this machine may be slow.
    assert_eq!(counts(&metrics, ["ForgedFeedback"]), [0.0]);
    // The simulated clock goes on while this runs.
    let slack = 1000.0 * started.elapsed().as_secs_f64();
    let took = metrics.take("AcceptedToSent");
    assert!(matches!(took[..], [t] if (590_000.0..660_000.0 + slack).contains(&t)), "{took:?}");
    let lags = metrics.take("SweepLag");
    assert!(!lags.is_empty() && lags.iter().all(|lag| *lag < 60_000.0 + slack), "{lags:?}");

    let again = confirmed("N1");
    pipeline.publish(again);
    let mut other: Value = serde_json::from_str(&confirmed("N1")).expect("JSON");
    other["data"]["order"]["customer"]["email"] = "other@customers.example".into();
    pipeline.publish(other.to_string());
    pipeline.publish("{}".to_owned());
    pipeline.run_for(MINUTE).await;
    let answers = ["Accepted", "Duplicate", "Conflict", "Invalid"];
    assert_eq!(counts(&metrics, answers), [0.0, 1.0, 1.0, 1.0]);
    services.stop().await;
}

#[tokio::test]
async fn what_the_recipient_s_server_says_is_counted_by_its_kind() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let (services, ses) = simulated().await;
    let mut pipeline = whole(&services, &ses);
    pipeline.publish(to("bounce@simulator.amazonses.com", &confirmed("B1")));
    pipeline.publish(to("complaint@simulator.amazonses.com", &confirmed("B2")));
    pipeline.run_for(MINUTE).await;
    let names = ["Sent", "Bounced", "Complained", "DeadLettered"];
    assert_eq!(counts(&metrics, names), [2.0, 1.0, 1.0, 0.0]);
    services.stop().await;
}

#[tokio::test]
async fn an_event_of_somebody_else_is_counted_as_forged_and_as_nothing_else() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let (services, ses) = simulated().await;
    let mut pipeline = whole(&services, &ses);
    pipeline.publish(confirmed("F1"));
    pipeline.run_for(MINUTE).await;
    assert_eq!(counts(&metrics, ["ForgedFeedback", "Bounced"]), [0.0, 0.0]);
    let encoded =
        |text: &str| base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text);
    let tags = json!({
        "waybill-shop": ["default"],
        "waybill-order": [encoded("F1")],
        "waybill-notification": [encoded("order.confirmed##customer")],
        "waybill-token": ["guessed"],
    });
    let forged = json!({ "detail": {
        "eventType": "Bounce", "bounce": { "bounceType": "Permanent" },
        "mail": { "messageId": "0107-forged", "tags": tags },
    }});
    pipeline.core.queues.put(FEEDBACK, &forged.to_string(), pipeline.core.clock().now_ms());
    pipeline.run_for(MINUTE).await;
    assert_eq!(counts(&metrics, ["ForgedFeedback", "Bounced"]), [1.0, 0.0]);
    services.stop().await;
}

#[tokio::test]
async fn a_doubt_is_counted_when_it_arises_and_when_an_event_settles_it() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let (services, ses) = simulated().await;
    let mut pipeline = whole(&services, &ses);
    ses.set_mode(SesMode::LostAnswer);
    pipeline.run_without(Stage::Feedback);
    pipeline.publish(shipped("D1"));
    pipeline.run_for(MINUTE).await;
    assert_eq!(services.ledger_items("default/D1").await[0].state(), Some(State::InDoubt));
    // Its copy waits, which is not counted: it has the doubt's alarm.
    let names = ["InDoubt", "Sent", "Requeued", "Settled", "Delivered"];
    assert_eq!(counts(&metrics, names), [1.0, 0.0, 0.0, 0.0, 0.0]);
    pipeline.run_every_stage();
    pipeline.run_for(MINUTE * 60).await;
    assert_eq!(counts(&metrics, names), [0.0, 0.0, 0.0, 1.0, 1.0]);
    services.stop().await;
}

#[tokio::test]
async fn a_mail_that_ses_refuses_is_counted_as_failed_and_as_a_dead_letter() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let (services, ses) = simulated().await;
    let mut pipeline = whole(&services, &ses);
    services.stack.ses.account().change(|account| account.refusal = Some(Refusal::Content));
    pipeline.publish(confirmed("R1"));
    pipeline.run_for(MINUTE).await;
    let names = ["Failed", "DeadLettered", "Sent", "InDoubt", "Requeued"];
    assert_eq!(counts(&metrics, names), [1.0, 1.0, 0.0, 0.0, 0.0]);
    services.stop().await;
}

#[tokio::test]
async fn while_sending_is_paused_mails_that_ask_and_mails_that_are_kept_from_asking_are_counted() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let (services, ses) = simulated().await;
    let mut pipeline = whole(&services, &ses);
    services.stack.ses.account().change(|account| account.sending = Sending::Paused);
    pipeline.publish(confirmed("P1"));
    pipeline.run_for(MINUTE).await;
    // The one that asked.
    assert_eq!(counts(&metrics, ["SendingPaused", "Requeued", "Sent"]), [1.0, 1.0, 0.0]);
    pipeline.publish(confirmed("P2"));
    pipeline.publish(confirmed("P3"));
    pipeline.run_for(MINUTE).await;
    assert_eq!(counts(&metrics, ["SendingPaused", "Requeued", "Sent"]), [2.0, 0.0, 0.0]);
    services.stop().await;
}

#[tokio::test]
async fn what_waits_for_a_table_is_counted_as_requeued_by_each_function() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let (services, ses) = simulated().await;
    let mut pipeline = whole(&services, &ses);
    for (n, stage) in [Stage::Dispatcher, Stage::Mailer, Stage::Feedback].into_iter().enumerate() {
        pipeline.run_without(stage);
        pipeline.publish(confirmed(&format!("W{n}")));
        pipeline.run_for(MINUTE).await;
        let away = Outage::of(Service::DynamoDb).for_stage(stage);
        pipeline.core.outages.begin(away);
        pipeline.run_every_stage();
        pipeline.run_for(SignedDuration::from_secs(1)).await;
        assert!(metrics.count("Requeued") >= 1.0, "{stage:?}");
        pipeline.core.outages.end();
        pipeline.run_for(MINUTE * 10).await;
        assert_eq!(counts(&metrics, ["Sent", "DeadLettered"]), [1.0, 0.0], "{stage:?}");
        metrics.count("Requeued");
    }
    // An event that waits for what becomes of another mail does so by itself.
    pipeline.run_without(Stage::Mailer);
    pipeline.publish(shipped("W9"));
    let mut corrected: Value = serde_json::from_str(&shipped("W9")).expect("JSON");
    corrected["id"] = "W9-corrected".into();
    pipeline.publish(to("other@customers.example", &corrected.to_string()));
    pipeline.run_for(MINUTE).await;
    assert_eq!(counts(&metrics, ["Accepted", "Requeued"]), [5.0, 0.0]);
    services.stop().await;
}

#[tokio::test]
async fn a_lost_event_is_counted_as_swept_and_a_stale_mail_as_skipped() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let (services, ses) = simulated().await;
    let mut pipeline = whole(&services, &ses);
    pipeline.run_only(&[Stage::Intake]);
    pipeline.publish(confirmed("S1"));
    pipeline.run_for(MINUTE).await;
    pipeline.lose_stream();
    pipeline.run_every_stage();
    // What a sweep has queued is handled when the next one is due.
    pipeline.run_for(MINUTE * 120).await;
    assert_eq!(counts(&metrics, ["Swept", "Sent"]), [1.0, 1.0]);
    pipeline.run_only(&[Stage::Intake, Stage::Relay, Stage::Dispatcher]);
    pipeline.publish_now(&shipped("S2"));
    pipeline.run_for(SignedDuration::from_hours(24 * 15)).await;
    pipeline.run_only(&[Stage::Mailer]);
    pipeline.run_for(MINUTE * 30).await;
    assert_eq!(counts(&metrics, ["Sent", "Skipped"]), [0.0, 1.0]);
    services.stop().await;
}
