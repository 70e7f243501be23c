//! An address that is corrected while it is not known yet what becomes of the first mail.

use std::slice;

use super::*;

/// An event of a parcel's new number, which is a notification of its own.
fn update(id: &str, address: &str) -> String {
    let mut event: Value = serde_json::from_str(&at(&shipped("A1"), id, address)).expect("JSON");
    event["type"] = "shipment.updated".into();
    event["data"]["shipment"]["tracking_number"] = "NEW-1".into();
    event.to_string()
}

/// A pipeline that has sent a parcel's update, and has the same in its dispatch queue for a customer at another address.
async fn update_sent(stack: &TestStack) -> SimulatedPipeline<'_> {
    stack.publish_only(&[update("e-1", BOUNCES)]).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SWEPT);
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    pipeline.drain().await;
    deliver_again(&pipeline, &update("e-2", NEW));
    pipeline
}

/// The records of the events `e-1` and, once there is one, `e-2`.
async fn record_of(stack: &TestStack, id: &str) -> Option<Item> {
    let items = stack.ledger_items("A1").await;
    items.into_iter().find(|item| item.event.ends_with(&format!(" {id}")))
}

/// As feedback records an SES event about the mail of `e-1`.
async fn ses_says(pipeline: &SimulatedPipeline<'_>, stack: &TestStack, event: Transition) {
    let first = record_of(stack, "e-1").await.expect("a record");
    let now = pipeline.clock().now_ms();
    let facts = Facts { not_before: now + TRANSIENT_BOUNCE_MS, ..Facts::new(now) };
    let change = Change::new(event, facts);
    let recorded = pipeline.ledger().record(&first.order_key, &first.notification, change).await;
    assert!(matches!(recorded, Ok(RecordOutcome::Recorded(_))), "{recorded:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_published_again_with_another_address_is_told_there_once_the_mail_before_bounces()
{
    let stack = without_stream().await;
    let mut pipeline = update_sent(&stack).await;
    for _ in 0..3 {
        pipeline.drain().await;
        assert_eq!(pipeline.queues.all(DISPATCH).len(), 1, "it waits, once");
        pipeline.skip(HOUR);
    }
    assert_eq!((stack.mails_to(BOUNCES), stack.mails_to(NEW)), (1, 0));
    ses_says(&pipeline, &stack, Transition::Bounce).await;
    pipeline.drain().await;
    assert_eq!((stack.mails_to(BOUNCES), stack.mails_to(NEW)), (1, 1));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_published_again_with_another_address_is_nothing_new_once_the_mail_before_arrived()
{
    for arrives in [true, false] {
        let stack = without_stream().await;
        let mut pipeline = update_sent(&stack).await;
        pipeline.drain().await;
        if arrives {
            ses_says(&pipeline, &stack, Transition::Deliver).await;
            pipeline.skip(HOUR);
        } else {
            pipeline.skip(HOUR * 15);
        }
        pipeline.drain().await;
        assert_eq!(pipeline.queues.all(DISPATCH).len(), 0);
        assert_eq!(stack.mails_to(NEW), 0);
        let second = record_of(&stack, "e-2").await.expect("a record");
        let said = (second.state.as_str(), second.reason.as_deref());
        assert_eq!(said, ("skipped", Some("nothing_new")), "arrives: {arrives}");
        stack.stop().await;
    }
}

/// A pipeline that has sent the confirmation, of which an automatic reply came before the event of its delivery.
async fn replied(stack: &TestStack) -> SimulatedPipeline<'_> {
    let pipeline = sent(stack, &confirmed("A1")).await;
    ses_says(&pipeline, stack, Transition::BounceTransiently).await;
    deliver(&pipeline, "e-3");
    pipeline
}

#[tokio::test(flavor = "multi_thread")]
async fn an_automatic_reply_that_overtakes_the_delivery_has_the_news_go_to_no_other_address() {
    let stack = without_stream().await;
    let mut pipeline = replied(&stack).await;
    pipeline.skip(HOUR * 3);
    pipeline.drain().await;
    assert_eq!(pipeline.queues.all(DISPATCH).len(), 1, "it waits, once");
    ses_says(&pipeline, &stack, Transition::Deliver).await;
    pipeline.skip(HOUR * 2);
    pipeline.drain().await;
    assert_eq!(pipeline.queues.all(DISPATCH).len(), 0);
    assert_eq!((stack.mails_to(BOUNCES), stack.mails_to(NEW)), (1, 0));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bounce_that_passes_and_is_followed_by_no_delivery_has_the_news_go_to_the_corrected_address()
 {
    let stack = without_stream().await;
    let mut pipeline = replied(&stack).await;
    pipeline.skip(HOUR * 4);
    pipeline.drain().await;
    assert_eq!((stack.mails_to(BOUNCES), stack.mails_to(NEW)), (1, 1));
    stack.stop().await;
}

/// Puts the dispatch message of this event, accepted just now.
fn deliver_again(pipeline: &SimulatedPipeline<'_>, line: &str) {
    let mut event: Value = serde_json::from_str(line).expect("JSON");
    event["time"] = pipeline.clock().now().to_string().into();
    deliver_event(pipeline, &event);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_whose_address_an_operator_corrected_in_its_dead_letter_is_not_swept_to_the_one_before()
 {
    let stack = without_stream().await;
    stack.publish_only(slice::from_ref(&at(&confirmed("A1"), "e-1", BOUNCES))).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SWEPT);
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    let event = pipeline.queues.take_all(DISPATCH).remove(0).body;
    pipeline.queues.put(DISPATCH, &event, pipeline.clock().now_ms());
    pipeline.plan().await;
    assert_eq!(pipeline.queues.take_all(MAIL).len(), 1);
    // As a replay edits it: a mailer claims it, and SES refuses it for now. Then the message is lost.
    let first = record_of(&stack, "e-1").await.expect("a record");
    let (key, now) = ((&first.order_key, &first.notification), pipeline.clock().now_ms());
    let facts = Facts { lease_until: now, ..Facts::new(now) };
    let address = EmailAddress::parse(NEW).expect("an address");
    let to = AddressHash::new(&ShopId::default(), &address);
    let claimed = pipeline.ledger().claim(key.0, key.1, facts, "h", to).await;
    assert!(matches!(claimed, Ok(ClaimOutcome::Claimed(_))), "{claimed:?}");
    let deferred = Change::new(Transition::Defer, Facts::for_attempt(now, 1));
    let recorded = pipeline.ledger().record(key.0, key.1, deferred).await;
    assert!(matches!(recorded, Ok(RecordOutcome::Recorded(_))), "{recorded:?}");
    pipeline.skip(HOUR);
    assert_eq!(pipeline.sweep().await.queued_again, 0);
    // Nor if its event is delivered again.
    pipeline.queues.put(DISPATCH, &event, pipeline.clock().now_ms());
    pipeline.drain().await;
    assert_eq!((stack.mails_to(BOUNCES), stack.mails_to(NEW)), (0, 0));

    let refused = waybill(&stack, &["resend", "A1", "order.confirmed", "--reason", "lost"]).await;
    assert!(refused.stderr.contains("Name the corrected one again"), "{refused:#?}");
    let resend = ["resend", "A1", "order.confirmed", "--to", NEW, "--reason", "lost"];
    let done = waybill(&stack, &resend).await;
    assert_eq!(done.code, Some(0), "{done:#?}");
    eventually("it is mailed", async || stack.mails_to(NEW) == 1).await;
    assert_eq!(stack.mails_to(BOUNCES), 0);
    stack.stop().await;
}
