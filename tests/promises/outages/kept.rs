//! What can neither be handled nor requeued stays on its queue, at every consumer.

use jiff::SignedDuration;

use super::run::{Run, simulated_stack};
use crate::support::simulated_pipeline::{
    DISPATCH, FEEDBACK, MAIL, Outage, Service, Stage, WholePipeline,
};

const MOMENT: SignedDuration = SignedDuration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_requeue_failed_stays_on_its_queue_at_every_consumer() {
    let (stack, ses) = simulated_stack().await;
    let whole = WholePipeline::new(&stack, &ses, true, SignedDuration::ZERO);
    let mut run = Run::new("kept", &stack, whole);
    let stages = [Stage::Intake, Stage::Relay, Stage::Dispatcher, Stage::Mailer];
    let (mut before, queues) = (stages.to_vec(), [FEEDBACK, MAIL, DISPATCH]);
    let mut waiting = Vec::new();
    for queue in queues {
        run.pipeline.run_only(&before);
        run.publish(2);
        run.pipeline.run_for(MOMENT).await;
        waiting.push(run.pipeline.core.queues.all(queue).len());
        before.pop();
    }
    // Each consumer receives, the ledger does not answer, and the queue does not take the copy.
    run.pipeline.run_only(&[Stage::Dispatcher, Stage::Mailer, Stage::Feedback]);
    ses.outages.begin(Outage::of(Service::DynamoDb));
    ses.outages.begin(Outage { operation: Some("SendMessageBatch"), ..Outage::of(Service::Sqs) });
    run.pipeline.run_for(MOMENT).await;
    for (queue, count) in queues.into_iter().zip(waiting) {
        assert!(count > 0, "{queue}");
        let kept = run.pipeline.core.queues.all(queue);
        assert_eq!(kept.len(), count, "{queue}");
        assert!(kept.iter().all(|message| message.receives == 1), "{queue}: each was received");
    }
    ses.outages.end();
    run.pipeline.run_every_stage();
    run.recover(SignedDuration::from_mins(15)).await;
    run.check().await;
    stack.stop().await;
}

/// The mail queue takes nothing, while events can be decided about and requeued.
#[tokio::test(flavor = "multi_thread")]
async fn the_dispatcher_acknowledges_only_what_the_mail_queue_has_taken() {
    let (stack, ses) = simulated_stack().await;
    let mut whole = WholePipeline::new(&stack, &ses, true, SignedDuration::ZERO);
    // The sweep would hide the loss.
    whole.run_only(&[
        Stage::Intake,
        Stage::Relay,
        Stage::Dispatcher,
        Stage::Mailer,
        Stage::Feedback,
    ]);
    let mut run = Run::new("taken", &stack, whole);
    ses.outages.begin(Outage { queue: Some(MAIL), ..Outage::of(Service::Sqs) });
    run.publish(3);
    run.pipeline.run_for(MOMENT).await;
    assert_eq!(run.pipeline.core.queues.all(DISPATCH).len(), 3, "each waits, once");
    ses.outages.end();
    run.recover(SignedDuration::from_mins(5)).await;
    run.check().await;
    stack.stop().await;
}

/// A call that hangs takes eight seconds: one for each message of a batch would be longer than the dispatcher's
/// time-out, and use up the receives of all.
#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_does_not_answer_about_an_order_is_asked_once_for_all_its_events_of_a_batch()
{
    let (stack, ses) = simulated_stack().await;
    let whole = WholePipeline::new(&stack, &ses, true, SignedDuration::ZERO);
    let mut run = Run::new("asked", &stack, whole);
    run.pipeline.run_only(&[Stage::Intake, Stage::Relay]);
    run.publish(1);
    run.pipeline.run_for(MOMENT).await;
    let queues = &run.pipeline.core.queues;
    let body = queues.all(DISPATCH).remove(0).body;
    for _ in 0..9 {
        queues.put(DISPATCH, &body, run.pipeline.core.clock().now_ms());
    }
    ses.outages.begin(Outage::of(Service::DynamoDb));
    run.pipeline.run_only(&[Stage::Dispatcher]);
    run.pipeline.run_for(MOMENT).await;
    assert_eq!(ses.outages.failures(), 1);
    assert_eq!(run.pipeline.core.queues.all(DISPATCH).len(), 10, "each waits");
    ses.outages.end();
    run.pipeline.run_every_stage();
    run.recover(SignedDuration::from_mins(5)).await;
    run.check().await;
    stack.stop().await;
}
