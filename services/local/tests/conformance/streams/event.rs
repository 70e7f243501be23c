//! What the function is given.

use local::mapping::stream::{EventName, Filter, StartingPosition, StreamMapping};
use serde_json::json;

use super::{mapping, start, stream_of, wait_for_delivery};
use crate::support::function::responding;
use crate::support::wait::until;

// with-ddb, "Example DynamoDB Streams event".
#[tokio::test(flavor = "multi_thread")]
async fn the_event_has_every_field_that_lambda_gives_it() {
    let (services, stream) = stream_of(&["a"]).await;
    let function = responding("null");
    let mapping = start(&services, mapping(&stream), &function);
    let mut event = function.wait_for_invocations(1).await.remove(0);
    let record = &mut event["Records"][0];
    assert!(record["eventID"].take().is_string());
    assert!(record["dynamodb"]["ApproximateCreationDateTime"].take().is_number());
    assert!(record["dynamodb"]["SizeBytes"].take().is_number());
    let number = record["dynamodb"]["SequenceNumber"].take();
    assert!(number.as_str().is_some_and(|number| number.len() >= 21), "{number}");
    assert_eq!(
        event,
        json!({ "Records": [{
            "eventID": null,
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": null,
                "Keys": { "id": { "S": "a" } },
                "NewImage": { "id": { "S": "a" } },
                "SequenceNumber": null,
                "SizeBytes": null,
                "StreamViewType": "NEW_IMAGE",
            },
            "eventSourceARN": stream,
        }]})
    );
    mapping.stop().await;
}

// filter: records that do not match are skipped, and the stream continues.
#[tokio::test(flavor = "multi_thread")]
async fn records_that_the_filter_does_not_match_never_reach_the_function() {
    let (services, stream) = stream_of(&["a", "b", "a"]).await;
    services.remove("a").await;
    services.put(&["c"]).await;
    let function = responding("null");
    let filter = Some(Filter { event_names: &[EventName::Insert], new_states: &[] });
    let mapping = start(&services, StreamMapping { filter, ..mapping(&stream) }, &function);
    wait_for_delivery(&function, &["a", "b", "c"]).await;
    mapping.stop().await;
    let names = function.batches(|record| record["eventName"].as_str().unwrap().to_owned());
    assert_eq!(names.concat(), ["INSERT"; 3]);
}

// params, StartingPosition: "LATEST - process new records that are added to the stream".
#[tokio::test(flavor = "multi_thread")]
async fn from_the_latest_only_what_is_written_afterwards_is_delivered() {
    let (services, stream) = stream_of(&["old"]).await;
    let function = responding("null");
    let starting_position = StartingPosition::Latest;
    let latest = StreamMapping { starting_position, ..mapping(&stream) };
    let mapping = start(&services, latest, &function);
    until("the shard read", async || (services.calls("GetRecords") > 0).then_some(())).await;
    services.put(&["new"]).await;
    wait_for_delivery(&function, &["new"]).await;
    mapping.stop().await;
}
