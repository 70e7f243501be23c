//! The schedule.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html>.

use std::sync::Arc;
use std::time::Duration;

use local::mapping::schedule::Schedule;
use serde_json::json;

use crate::support::function::{error, returning, success};

#[tokio::test]
async fn the_function_is_invoked_again_and_again_also_after_it_failed() {
    let function = returning(vec![error(), success()]);
    let schedule = Schedule {
        rule: "waybill-sweep".to_owned(),
        region: "us-east-1".to_owned(),
        every: Duration::from_millis(20),
    };
    let mapping = schedule.start(Arc::clone(&function) as _);
    let mut events = function.wait_for_invocations(3).await;
    mapping.stop().await;
    assert_ne!(events[0]["id"], events[1]["id"]);
    let event = &mut events[0];
    assert!(event["id"].take().as_str().unwrap().parse::<uuid::Uuid>().is_ok());
    let time = event["time"].take();
    let time = time.as_str().unwrap();
    assert!(time.len() == 20 && time.parse::<jiff::Timestamp>().is_ok(), "whole seconds: {time}");
    assert_eq!(
        *event,
        json!({
            "version": "0",
            "id": null,
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "000000000000",
            "time": null,
            "region": "us-east-1",
            "resources": ["arn:aws:events:us-east-1:000000000000:rule/waybill-sweep"],
            "detail": {},
        })
    );
}
