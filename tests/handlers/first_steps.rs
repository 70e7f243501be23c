//! What a delivery does before SES is asked, and where the ledger does not answer it.

use std::sync::{Arc, Mutex, PoisonError};

use local::Config;
use local::edge::faults::{Call, Fault, Faults};
use serde_json::json;
use shared::ledger::State;

use crate::events::shipped;
use crate::one_mail::{OneMail, set_gate};
use crate::simulated_pipeline::{Outage, Service, Stage};
use crate::support::TestStack;

const MINUTE: i64 = 60_000;

/// DynamoDB fails each write that has this in its request.
#[derive(Default)]
struct FailedWrites(Mutex<Option<&'static str>>);

impl FailedWrites {
    fn set(&self, text: Option<&'static str>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }
}

impl Faults for FailedWrites {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let text = (*self.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        let body = String::from_utf8_lossy(call.body);
        (call.operation == "UpdateItem" && body.contains(text)).then_some(Fault::ServerError)
    }
}

/// After the call, a copy would only find the lease of a mail that may be sent.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_ledger_is_away_a_mail_is_put_back_before_ses_is_asked_and_left_alone_after_it() {
    let faults = Arc::<FailedWrites>::default();
    let as_faults = Arc::clone(&faults) as _;
    let services = TestStack::start_with(Config { faults: as_faults, ..Config::default() }).await;
    let mut mail = OneMail::planned(&services, &shipped("W1")).await;
    // The claim.
    faults.set(Some(":lease_until"));
    let left = mail.deliver(&[]).await;
    assert!(left.comes_in(30), "{left:#?}");
    assert_eq!((left.mails, left.record()), (0, ("planned", 0, 0)));
    // The record of SES's answer.
    faults.set(Some(":also_message_id"));
    let left = mail.deliver(&[]).await;
    assert_eq!((left.mails, left.record()), (1, ("sending", 0, 1)), "{left:#?}");
    assert!(left.is_kept && left.copies.is_empty(), "{left:#?}");
    faults.set(None);
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_sent_once_it_is_replayed_and_stays_one_until_then() {
    let services = TestStack::start().await;
    let mut mail = OneMail::planned(&services, &shipped("R1")).await;
    let failed_at = mail.now() - MINUTE;
    let failed = json!({
        "state": "failed", "attempt": 1, "since": failed_at, "failed_at": failed_at,
        "reason": "refused: MessageRejected",
    });
    mail.set(&failed).await;
    // A copy of the request that failed.
    mail.sent_at = failed_at - 1;
    let left = mail.deliver(&[]).await;
    assert_eq!((left.mails, left.record()), (0, ("failed", 0, 1)));
    let [dead] = &left.dead[..] else { panic!("a dead letter: {left:#?}") };
    assert_eq!((&dead.body, dead.code.as_deref()), (&mail.body.to_string(), Some("refused")));

    mail.sent_at = mail.now();
    // Whether it is still news, only the order's other records tell.
    mail.pipeline.outages.begin(query_of_the_mailer());
    let left = mail.deliver(&[]).await;
    assert!(left.comes_in(30), "{left:#?}");
    assert_eq!((left.mails, left.record()), (0, ("planned", 0, 2)), "{left:#?}");
    mail.pipeline.outages.end();
    mail.set(&json!({ "not_before": 0 })).await;
    let left = mail.deliver(&[]).await;
    assert_eq!((left.mails, left.record()), (1, ("sent", 0, 3)), "{left:#?}");
    services.stop().await;
}

fn query_of_the_mailer() -> Outage {
    let away = Outage::of(Service::DynamoDb).for_stage(Stage::Mailer);
    Outage { operation: Some("Query"), ..away }
}

/// Newer news skips it while it waits: it costs no read of the order.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_never_failed_is_sent_without_another_look_at_its_order() {
    let services = TestStack::start().await;
    let mut mail = OneMail::planned(&services, &shipped("O1")).await;
    mail.pipeline.outages.begin(query_of_the_mailer());
    let left = mail.deliver(&[]).await;
    assert_eq!((left.mails, left.record()), (1, ("sent", 0, 1)), "{left:#?}");
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_whose_mail_is_not_sent_is_the_next_mails() {
    let services = TestStack::start().await;
    let mut done = OneMail::planned(&services, &shipped("G1")).await;
    done.set(&json!({ "state": "sent", "attempt": 1 })).await;
    set_gate(&services, &json!({ "closed_until": done.now() - 1 })).await;
    assert!(done.deliver(&[]).await.is_done());
    let mut next = OneMail::planned(&services, &shipped("G2")).await;
    let left = next.deliver(&[]).await;
    assert_eq!(left.mails, 1, "{left:#?}");
    assert_eq!(left.item.state(), Some(State::Sent));
    services.stop().await;
}
