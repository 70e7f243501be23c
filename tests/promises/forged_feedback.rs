//! SES events that somebody else in the account had SES publish change nothing.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use kit::ledger::Item;
use local::Config;
use local::edge::faults::{Call, Fault, Faults};
use serde_json::{Value, json};
use shared::ledger::State;

use crate::ops::process::{dead_letters, with_refused_mails};
use crate::support::events::{confirmed, customer};
use crate::support::{TestStack, config, eventually};

const LOGGED: &str = "without this mail's token";

/// An SES event about the mail of `item`, with these further tags.
fn ses_event(kind: &str, item: &Item, token: Option<&str>) -> String {
    let encoded = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let mut tags = json!({
        "waybill-shop": ["default"],
        "waybill-order": [encoded(item.order().expect("an order").order_id.as_str())],
        "waybill-notification": [encoded(&item.notification)],
        "waybill-attempt": ["1"],
    });
    if let Some(token) = token {
        tags["waybill-token"] = json!([token]);
    }
    let bounce = json!({ "bounceType": "Permanent", "bounceSubType": "General" });
    let mail = json!({ "messageId": "0107-forged", "tags": tags });
    json!({ "source": "aws.ses", "detail": { "eventType": kind, "mail": mail, "bounce": bounce } })
        .to_string()
}

async fn item(stack: &TestStack, order: &str) -> Item {
    stack.ledger_items(order).await.remove(0)
}

/// Sends the events to feedback, and waits until it has refused each.
async fn refuses(stack: &TestStack, events: &[String]) {
    let feedback = stack.stack.resources.queues.feedback.clone();
    for event in events {
        stack.send(&feedback, event).await;
    }
    eventually("feedback has refused each", async || {
        stack.output().iter().filter(|line| line.contains(LOGGED)).count() == events.len()
    })
    .await;
    eventually("and acknowledged it", async || stack.depth(&feedback).await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_bounce_of_a_delivered_mail_changes_nothing_and_is_logged_and_counted() {
    let stack = TestStack::start().await;
    stack.publish(&[confirmed("F1")]).await;
    let delivered = item(&stack, "F1").await;
    assert_eq!(delivered.state(), Some(State::Delivered), "the true events are believed");

    let token = delivered.feedback_token.clone().expect("a claimed mail has a token");
    let guess = token.replace(|c: char| c.is_ascii_hexdigit(), "0");
    let forged = [None, Some(""), Some(guess.as_str())];
    refuses(&stack, &forged.map(|token| ses_event("Bounce", &delivered, token))).await;
    assert_eq!(item(&stack, "F1").await, delivered);
    let output = stack.output();
    let counted = |line: &&String| line.contains("ForgedFeedback") && line.contains("_aws");
    assert!(output.iter().any(|line| counted(&line)), "no metric");
    let logged = output.iter().find(|line| line.contains(LOGGED)).expect("a log line");
    for said in ["F1", "order.confirmed##customer", "Bounce"] {
        assert!(logged.contains(said), "{logged}");
    }
    assert!(!output.iter().any(|line| line.contains(&token)), "the token is a secret");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_delivery_of_a_failed_mail_changes_nothing() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["F1"]).await;
    let failed = item(&stack, "F1").await;
    assert_eq!(failed.state(), Some(State::Failed));
    refuses(&stack, &[ses_event("Delivery", &failed, None)]).await;
    assert_eq!(item(&stack, "F1").await, failed);
    assert_eq!(stack.mails_to(&customer("F1")), 0);
    stack.stop().await;
}

/// SES refuses the first call and accepts the second, and its events are lost. Keeps the tokens of the calls.
#[derive(Default)]
struct SecondAttempt(Mutex<Vec<String>>);

impl SecondAttempt {
    fn tokens(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Faults for SecondAttempt {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        if call.operation != "SendEmail" {
            return None;
        }
        let body: Value = serde_json::from_slice(call.body).expect("JSON");
        let tags = body["EmailTags"].as_array().expect("tags");
        let token = tags.iter().find(|tag| tag["Name"] == "waybill-token").expect("a token");
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.push(token["Value"].as_str().expect("text").to_owned());
        (tokens.len() == 1).then_some(Fault::Throttled)
    }

    fn ses_event(&self, _: &str) -> Vec<Duration> {
        Vec::new()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_about_the_first_attempt_is_believed_after_the_second() {
    let faults = Arc::<SecondAttempt>::default();
    let stack =
        TestStack::start_with(Config { faults: Arc::clone(&faults) as _, ..config() }).await;
    stack.publish_only(&[confirmed("F1")]).await;
    eventually("the second attempt is sent", async || {
        stack.ledger_items("F1").await.first().is_some_and(|i| i.state() == Some(State::Sent))
    })
    .await;
    let sent = item(&stack, "F1").await;
    assert_eq!(sent.attempt, 2);
    let first = faults.tokens().remove(0);
    let feedback = stack.stack.resources.queues.feedback.clone();
    stack.send(&feedback, &ses_event("Bounce", &sent, Some(&first))).await;
    eventually("it is recorded", async || item(&stack, "F1").await.state() == Some(State::Bounced))
        .await;
    stack.stop().await;
}
