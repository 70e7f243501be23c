//! The tables and queues.

use aws_sdk_dynamodb::types::{StreamViewType, TimeToLiveStatus};
use aws_sdk_sqs::types::QueueAttributeName;
use local::resources::{EVENTS_TABLE, LEDGER_TABLE, Resources, Settings};
use serde_json::Value;

use crate::support::services::Services;

async fn create(services: &Services, settings: &Settings) -> Resources {
    Resources::create(&services.dynamodb, &services.sqs, settings).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_table_has_its_index_and_its_stream() {
    let services = Services::start().await;
    let resources = create(&services, &Settings::default()).await;
    let answer = services.dynamodb.describe_table().table_name(EVENTS_TABLE).send().await.unwrap();
    let table = answer.table.unwrap();
    assert_eq!(table.latest_stream_arn(), Some(resources.events_stream_arn.as_str()));
    let stream = table.stream_specification().unwrap();
    assert_eq!(stream.stream_view_type(), Some(&StreamViewType::NewImage));
    let keys: Vec<&str> = table.key_schema().iter().map(|key| key.attribute_name()).collect();
    assert_eq!(keys, ["order_id", "event"]);
    let index = &table.global_secondary_indexes()[0];
    assert_eq!(index.index_name(), Some("sweep"));
    assert_eq!(index.projection().unwrap().non_key_attributes(), ["ledger_key"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn items_of_both_tables_expire() {
    let services = Services::start().await;
    create(&services, &Settings::default()).await;
    for table in [EVENTS_TABLE, LEDGER_TABLE] {
        let request = services.dynamodb.describe_time_to_live().table_name(table);
        let ttl = request.send().await.unwrap().time_to_live_description.unwrap();
        assert_eq!(ttl.time_to_live_status(), Some(&TimeToLiveStatus::Enabled));
        assert_eq!(ttl.attribute_name(), Some("expires_at"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_work_queue_gives_up_into_its_own_dead_letter_queue() {
    let services = Services::start().await;
    let queues = create(&services, &Settings::default()).await.queues;
    for (work, dead) in [
        (&queues.dispatch, &queues.dispatch_dlq),
        (&queues.mail, &queues.mail_dlq),
        (&queues.feedback, &queues.feedback_dlq),
    ] {
        let request = services.sqs.get_queue_attributes().queue_url(&work.url);
        let answer = request.attribute_names(QueueAttributeName::All).send().await.unwrap();
        let attributes = answer.attributes.unwrap();
        assert_eq!(attributes[&QueueAttributeName::VisibilityTimeout], "30");
        let policy = &attributes[&QueueAttributeName::RedrivePolicy];
        let policy: Value = serde_json::from_str(policy).unwrap();
        assert_eq!(policy["deadLetterTargetArn"], dead.arn);
        assert_eq!(policy["maxReceiveCount"], 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn making_them_again_changes_only_the_times() {
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
