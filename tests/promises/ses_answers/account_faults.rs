//! What a mail does that SES refuses although nothing is wrong with the mail, against an SES that refuses as the
//! real one does: it waits, rings, and goes out once after the repair. No address that SES names gets anywhere.

use jiff::SignedDuration;
use local::ses::settings::{Recipients, Refusal, Senders, Sending, Settings};
use mailer::ses_errors::repair;
use shared::CorrelationId;
use shared::ledger::State;
use shared::queue::message::DispatchRequest;

use crate::support::events::{confirmed, customer};
use crate::support::simulated_pipeline::{DISPATCH, MAIL, MAIL_DLQ, SimulatedPipeline};
use crate::support::{TestStack, eventually};

/// A fault of the account, and the reason that the ledger has for it.
type AccountFault = (fn(&mut Settings), &'static str);

const ACCOUNT_FAULTS: [AccountFault; 7] = [
    (|account| account.sending = Sending::Paused, "SendingPausedException"),
    (|account| account.refusal = Some(Refusal::Suspended), "AccountSuspendedException"),
    (
        |account| account.refusal = Some(Refusal::MailFromDomain),
        "MailFromDomainNotVerifiedException",
    ),
    (|account| account.refusal = Some(Refusal::Permission), "AccessDeniedException"),
    (|account| account.configuration_sets = vec!["another".to_owned()], "NotFoundException"),
    (
        |account| account.senders = Senders::Verified(vec!["another.example".to_owned()]),
        "MessageRejected: sender not verified",
    ),
    (|account| account.daily_quota = 0.0, "TooManyRequestsException: daily quota spent"),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_the_accounts_fault_waits_for_the_repair_and_then_goes_out_once() {
    let stack = TestStack::start().await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    for (n, (break_account, reason)) in ACCOUNT_FAULTS.into_iter().enumerate() {
        let order = format!("F{n}");
        stack.stack.ses.account().change(break_account);
        publish(&pipeline, &order);
        pipeline.run_for(SignedDuration::from_hours(3)).await;
        let item = stack.ledger_items(&order).await.remove(0);
        assert_eq!((item.state(), item.reason.as_deref()), (Some(State::Planned), Some(reason)));
        assert!(repair(reason).is_some(), "{reason}: the command says what to repair");
        assert_eq!(stack.mails_to(&customer(&order)), 0, "{reason}");
        assert_eq!(pipeline.queues.all(MAIL).len(), 1, "{reason}: it waits, once");
        assert_eq!(pipeline.queues.all(MAIL_DLQ).len(), 0, "{reason}");
        assert_eq!(pipeline.queues.max_receives(), 1, "{reason}: waiting uses up no receives");

        stack.stack.ses.account().change(|account| *account = Settings::default());
        pipeline.run_for(SignedDuration::from_hours(1)).await;
        assert_eq!(stack.mails_to(&customer(&order)), 1, "{reason}: it goes out after the repair");
        assert_eq!(pipeline.queues.all(MAIL).len(), 0, "{reason}");
    }
    stack.stop().await;
}

/// In the sandbox, a shop tests with a recipient that it has forgotten to verify.
#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_that_is_not_verified_holds_up_only_its_own_mail() {
    let stack = TestStack::start().await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    let verified = vec![customer("R2")];
    stack.stack.ses.account().change(|account| {
        account.senders = Senders::Verified(vec!["shop.example".to_owned()]);
        account.recipients = Recipients::Verified(verified);
    });
    publish(&pipeline, "R1");
    pipeline.drain().await;
    let waits = stack.ledger_items("R1").await.remove(0);
    assert_eq!(waits.reason.as_deref(), Some("MessageRejected: recipient not verified"));
    publish(&pipeline, "R2");
    pipeline.run_for(SignedDuration::from_mins(1)).await;
    assert_eq!((stack.mails_to(&customer("R1")), stack.mails_to(&customer("R2"))), (0, 1));
    assert_eq!(pipeline.queues.all(MAIL_DLQ).len(), 0);

    stack.stack.ses.account().change(|account| account.recipients = Recipients::Any);
    pipeline.run_for(SignedDuration::from_hours(1)).await;
    assert_eq!(stack.mails_to(&customer("R1")), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_ses_does_not_take_for_its_content_fails_at_once() {
    let stack = TestStack::start().await;
    stack.stack.ses.account().change(|account| account.refusal = Some(Refusal::Content));
    let outcomes = stack.publish(&[confirmed("C1")]).await;
    assert_eq!(outcomes.status("C1-confirmed").state.as_deref(), Some("failed"));
    let item = stack.ledger_items("C1").await.remove(0);
    assert_eq!(item.reason.as_deref(), Some("refused: MessageRejected"));
    assert_eq!(stack.depth(&stack.stack.resources.queues.mail_dlq).await, 1);
    stack.stop().await;
}

/// By the real functions, whose output the alarm's metric is made of.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_waits_for_a_repair_is_counted_and_no_address_is_logged_or_kept() {
    for (senders, recipients, reason) in [
        (Senders::Verified(Vec::new()), Recipients::Any, "MessageRejected: sender not verified"),
        (Senders::Any, Recipients::Verified(Vec::new()), "MessageRejected: recipient not verified"),
    ] {
        let stack = TestStack::start().await;
        stack.stack.ses.account().change(|account| {
            account.senders = senders;
            account.recipients = recipients;
        });
        stack.publish_only(&[confirmed("W1")]).await;
        eventually("its mail is counted as one that waits", || async {
            stack.output().iter().any(|line| is_metric(line, "Requeued"))
        })
        .await;
        // Alone, it is never turned away by the gate: it has asked SES, and is the next probe.
        let is_account = reason.contains("sender");
        let is_paused = stack.output().iter().any(|line| is_metric(line, "SendingPaused"));
        assert_eq!(is_paused, is_account, "{reason}");
        let item = stack.ledger_items("W1").await.remove(0);
        assert_eq!(item.reason.as_deref(), Some(reason));
        let kept = format!("{item:?} {:?}", stack.output());
        for address in [customer("W1").as_str(), "orders@shop.example"] {
            assert!(!kept.contains(address), "{address} in {kept}");
        }
        assert_eq!(stack.depth(&stack.stack.resources.queues.mail_dlq).await, 0);
        stack.stop().await;
    }
}

/// Whether the line is one of the mailer's that adds to this metric.
fn is_metric(line: &str, metric: &str) -> bool {
    line.starts_with("mailer ") && line.contains(&format!("\"{metric}\":1"))
}

fn publish(pipeline: &SimulatedPipeline<'_>, order: &str) {
    let event: serde_json::Value =
        serde_json::from_str(&confirmed(order)).expect("fixtures are JSON");
    let id = CorrelationId::parse("c-1").expect("an id");
    let now = pipeline.clock().now();
    let body = DispatchRequest::body(&event, now, &id);
    pipeline.queues.put(DISPATCH, &body, now.as_millisecond());
}
