//! News ages while nobody can store it: "arriving today" is not mailed days late, wherever its event has waited.

use jiff::SignedDuration;
use shared::ledger::State;

use super::out_for_delivery;
use super::run::simulated_stack;
use crate::support::events::{confirmed, customer};
use crate::support::simulated_pipeline::{INBOX, INBOX_DLQ, Outage, Service, WholePipeline};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_waited_in_the_inbox_queue_for_longer_than_its_news_lasts_is_not_mailed() {
    let (stack, ses) = simulated_stack().await;
    let mut whole = WholePipeline::new(&stack, &ses, true, SignedDuration::ZERO);
    whole.core.outages.begin(Outage::of(Service::DynamoDb));
    let put = |whole: &WholePipeline<'_>, event: &str| {
        whole.core.queues.put(INBOX, event, whole.core.clock().now_ms());
    };
    put(&whole, &out_for_delivery("W1"));
    put(&whole, &confirmed("W2"));
    whole.run_for(HOUR * 6).await;
    put(&whole, &out_for_delivery("W3"));
    whole.run_for(HOUR * 6).await;
    whole.core.outages.end();
    whole.run_for(SignedDuration::from_mins(10)).await;

    let item = stack.ledger_items("W1").await.remove(0);
    assert_eq!((item.state(), item.reason.as_deref()), (Some(State::Skipped), Some("stale")));
    assert_eq!(stack.mails_to(&customer("W1")), 0);
    for order in ["W2", "W3"] {
        assert_eq!(stack.mails_to(&customer(order)), 1, "{order} is news still");
    }
    assert_eq!(whole.core.queues.all(INBOX_DLQ).len(), 0);
    stack.stop().await;
}
