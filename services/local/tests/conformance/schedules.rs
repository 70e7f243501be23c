//! The schedule.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html>.

use std::sync::Arc;
use std::time::Duration;

use local::mapping::schedule::Schedule;

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
    let events = function.wait_for_invocations(3).await;
    mapping.stop().await;
    assert!(events.iter().all(|event| event["detail-type"] == "Scheduled Event"));
    assert_ne!(events[0]["id"], events[1]["id"]);
}
