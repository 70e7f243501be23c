//! Poison messages go to the dead-letter queue with a reason, and their neighbours are mailed.

use crate::support::TestStack;
use crate::support::events::{confirmed, customer};
use local::resources::Queue;

const POISON: [&str; 4] = ["not json", "{}", r#"{"v":7}"#, r#"{"v":1,"v":1}"#];

#[tokio::test(flavor = "multi_thread")]
async fn poison_on_the_dispatch_queue_reaches_its_dead_letter_queue_with_a_reason() {
    let stack = TestStack::start().await;
    let queues = stack.stack.resources.queues.clone();
    check_poison(&stack, &queues.dispatch, &queues.dispatch_dlq).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn poison_on_the_mail_queue_reaches_its_dead_letter_queue_with_a_reason() {
    let stack = TestStack::start().await;
    let queues = stack.stack.resources.queues.clone();
    check_poison(&stack, &queues.mail, &queues.mail_dlq).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn poison_on_the_feedback_queue_reaches_its_dead_letter_queue_with_a_reason() {
    let stack = TestStack::start().await;
    let queues = stack.stack.resources.queues.clone();
    check_poison(&stack, &queues.feedback, &queues.feedback_dlq).await;
    stack.stop().await;
}

async fn check_poison(stack: &TestStack, queue: &Queue, dead_letters: &Queue) {
    for body in POISON {
        stack.send(queue, body).await;
    }
    let orders = ["A1", "A2", "A3"];
    let outcomes = stack.publish(&orders.map(confirmed)).await;
    for order in orders {
        // The poison was in the same batches, and must not have used up their receives.
        assert_eq!(stack.mails_to(&customer(order)), 1, "the neighbour {order} is mailed");
        let outcome = outcomes.status(&format!("{order}-confirmed"));
        assert_eq!(outcome.state.as_deref(), Some("delivered"));
    }
    let mut bodies = Vec::new();
    for _ in POISON {
        let message = stack.receive(dead_letters).await;
        let attributes = message.message_attributes.expect("attributes");
        assert_eq!(attributes["waybill-code"].string_value(), Some("unreadable"));
        assert!(attributes["waybill-reason"].string_value().is_some_and(|r| r.len() > 10));
        bodies.push(message.body.expect("its body"));
    }
    bodies.sort();
    let mut expected = POISON.map(str::to_owned);
    expected.sort();
    assert_eq!(bodies, expected);
    assert_eq!(stack.depth(dead_letters).await, 4, "each message exactly once");
}
