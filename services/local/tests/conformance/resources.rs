//! The tables and queues. What they are is compared with the template: see `template`.

use aws_sdk_sqs::types::QueueAttributeName;
use local::resources::{Resources, Settings};

use crate::support::services::Services;

async fn create(services: &Services, settings: &Settings) -> Resources {
    Resources::create(&services.dynamodb, &services.sqs, settings, true).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn creating_them_again_changes_only_the_attributes() {
    let services = Services::start().await;
    let first = create(&services, &Settings::default()).await;
    services.send(&first.queues.mail, &["kept"]).await;
    let changed =
        Settings { visibility_timeout: std::time::Duration::from_secs(7), ..Settings::default() };
    let second = create(&services, &changed).await;
    assert_eq!(second.events_stream_arn, first.events_stream_arn);
    assert_eq!(second.queues, first.queues);
    assert_eq!(services.counts(&second.queues.mail).await, (1, 0));
    let request = services.sqs.get_queue_attributes().queue_url(&second.queues.mail.url);
    let answer = request.attribute_names(QueueAttributeName::All).send().await.unwrap();
    assert_eq!(answer.attributes().unwrap()[&QueueAttributeName::VisibilityTimeout], "7");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_a_run_without_mail_events_gets_its_stream_and_keeps_it() {
    let services = Services::start().await;
    let create = async |mail_events| {
        let settings = Settings::default();
        let (dynamodb, sqs) = (&services.dynamodb, &services.sqs);
        let created = Resources::create(dynamodb, sqs, &settings, mail_events).await.unwrap();
        created.ledger_stream_arn
    };
    assert_eq!(create(false).await, None);
    let stream = create(true).await;
    assert!(stream.is_some());
    assert_eq!(create(true).await, stream, "its checkpoints are of this stream");
}
