//! What SQS has taken counts as sent, and nothing else does.

use aws_sdk_sqs::types::MessageSystemAttributeName;
use kit::queue::{OutgoingMessage, QueueDepth, SendError, queue_depth, send_all, send_one};
use mailer::FeedbackBacklog;

use crate::support::TestStack;

fn message(body: &str) -> OutgoingMessage {
    OutgoingMessage { body: body.to_owned(), ..OutgoingMessage::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_messages_of_which_sqs_refuses_one_the_others_are_sent_once() {
    let services = TestStack::start().await;
    let (sqs, url) = (&services.stack.sqs, &services.stack.resources.queues.mail_dlq.url);
    // SQS refuses the whole call for this character.
    let bodies = ["a", "\u{1}", "c"];
    let results = send_all(sqs, url, bodies.map(message).to_vec()).await;
    assert!(
        matches!(results[..], [Ok(()), Err(SendError::Refused), Ok(())]),
        "in the order of the messages: {results:?}"
    );
    let depth = queue_depth(sqs, url).await.expect("an answer");
    assert_eq!(depth, QueueDepth { visible: 2, ..QueueDepth::default() });
    let refused = send_one(sqs, url, message("\u{1}")).await;
    assert!(matches!(refused, Err(SendError::Refused)), "{refused:?}");
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_not_there_has_taken_nothing_and_may_take_it_later() {
    let services = TestStack::start().await;
    let url = format!("{}/no-such-queue", services.stack.url());
    let results = send_all(&services.stack.sqs, &url, vec![message("a"), message("b")]).await;
    let unavailable =
        |result: &Result<(), SendError>| matches!(result, Err(SendError::Unavailable(_)));
    assert!(results.len() == 2 && results.iter().all(unavailable), "{results:?}");
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_sent_with_its_delay_its_attributes_and_its_group() {
    let services = TestStack::start().await;
    let (sqs, url) = (&services.stack.sqs, &services.stack.resources.queues.mail_dlq.url);
    let whole = OutgoingMessage {
        attributes: vec![("why".to_owned(), "x".to_owned())],
        group: Some("north".to_owned()),
        ..message("now")
    };
    send_one(sqs, url, whole).await.expect("taken");
    let receive = sqs.receive_message().queue_url(url).message_attribute_names("All");
    let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All);
    let received = receive.send().await.expect("an answer").messages.unwrap_or_default().remove(0);
    assert_eq!(received.body(), Some("now"));
    let attributes = received.message_attributes.expect("one");
    assert_eq!(attributes["why"].string_value(), Some("x"));
    let system = received.attributes.expect("some");
    assert_eq!(system[&MessageSystemAttributeName::MessageGroupId], "north");
    send_one(sqs, url, OutgoingMessage { delay: 900, ..message("later") }).await.expect("taken");
    let depth = queue_depth(sqs, url).await.expect("an answer");
    assert_eq!(depth, QueueDepth { visible: 0, in_flight: 1, delayed: 1 });
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ses_events_may_be_unread_while_one_lies_on_either_of_feedback_s_queues_or_sqs_is_away() {
    let services = TestStack::start().await;
    let (sqs, queues) = (&services.stack.sqs, &services.stack.resources.queues);
    let of = |urls: [&str; 2]| FeedbackBacklog::new(sqs.clone(), urls.map(str::to_owned));
    let [queue, dead_letters] = [queues.feedback.url.as_str(), queues.feedback_dlq.url.as_str()];
    let state = async |urls| format!("{:?}", of(urls).check().await);
    assert_eq!(state([queue, dead_letters]).await, "Empty");
    let nowhere = format!("{}/no-such-queue", services.stack.url());
    assert_eq!(state([nowhere.as_str(), dead_letters]).await, "Unread");
    assert_eq!(state([queue, nowhere.as_str()]).await, "Unread");
    send_one(sqs, dead_letters, message("an event")).await.expect("SQS takes it");
    assert_eq!(state([queue, dead_letters]).await, "Unread");
    // As if they were the other way round.
    assert_eq!(state([dead_letters, queue]).await, "Unread");
    services.stop().await;
}
