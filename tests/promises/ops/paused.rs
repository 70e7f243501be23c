//! What an operator sees and does while SES takes no mails, or a service is away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use local::Config;
use local::aws::calls::{Caller, Service};
use local::edge::faults::{Call, Fault, Faults};
use local::ses::settings::Sending;

use super::process::{json, wait_for_state, waybill};
use crate::support::events::{confirmed, customer};
use crate::support::{TestStack, eventually, eventually_within};

fn is_operators(call: &Call<'_>) -> bool {
    *call.caller == Caller::Function("ops".to_owned())
}

/// The operator's write to the send gate takes long: a mailer that polls is faster.
struct SlowGate;

impl Faults for SlowGate {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_gate = call.operation == "UpdateItem"
            && String::from_utf8_lossy(call.body).contains("#send-gate");
        (is_gate && is_operators(call)).then_some(Fault::Delay(Duration::from_secs(2)))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resend_asks_ses_at_once_however_soon_a_mailer_receives_it_and_until_then_order_says_why_it_waits()
 {
    let config = Config { faults: Arc::new(SlowGate), ..crate::support::config() };
    let stack = TestStack::start_with(config).await;
    let set = |sending| stack.stack.ses.account().change(|account| account.sending = sending);
    for n in 0..3 {
        set(Sending::Paused);
        let (asked, waits) = (format!("A{n}"), format!("W{n}"));
        stack.publish_only(&[confirmed(&asked)]).await;
        eventually("SES has refused it", || async {
            let items = stack.ledger_items(&asked).await;
            items.iter().any(|item| item.reason.as_deref() == Some("SendingPausedException"))
        })
        .await;
        stack.publish_only(&[confirmed(&waits)]).await;
        wait_for_state(&stack, &waits, "planned").await;
        let order = json(&stack, &["order", &waits]).await;
        let next = order["notifications"][0]["next"].as_str().expect("a sentence");
        assert!(next.starts_with("waits in the mail queue. SES takes no mail until "), "{next}");
        assert!(next.contains("SendingPausedException. To do: "), "{next}");

        set(Sending::Enabled);
        let resent = waybill(&stack, &["resend", &asked, "order.confirmed"]).await;
        assert_eq!(resent.code, Some(0), "{resent:#?}");
        // Or the mail that waits is the probe, and this one follows it.
        eventually_within(Duration::from_secs(40), "it is sent", || async {
            stack.mails_to(&customer(&asked)) == 1
        })
        .await;
    }
    stack.stop().await;
}

/// While the flag is set, DynamoDB fails for the operator.
struct NoTables(AtomicBool);

impl Faults for NoTables {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_hit = call.service == Service::DynamoDb && is_operators(call);
        (is_hit && self.0.load(Ordering::Relaxed)).then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_tables_are_away_status_reports_the_rest_and_says_what_it_does_not_know() {
    let faults = Arc::new(NoTables(AtomicBool::new(true)));
    let config = Config { faults: Arc::clone(&faults) as _, ..crate::support::config() };
    let stack = TestStack::start_with(config).await;
    let status = waybill(&stack, &["status"]).await;
    assert_eq!(status.code, Some(1), "{status:#?}");
    for told in
        ["mail-dlq", "Sweep: unknown", "Last 24 hours: unknown", "mails a second", "Attention:"]
    {
        assert!(status.stdout.contains(told), "{told} is missing in {status:#?}");
    }
    faults.0.store(false, Ordering::Relaxed);
    let status = waybill(&stack, &["status"]).await;
    assert_eq!(status.code, Some(0), "{status:#?}");
    stack.stop().await;
}
