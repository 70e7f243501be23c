//! Starting: whoever is faster than the stack gets its first answer from a whole one.

use local::lambda::discard;
use local::{Config, Listener};
use serde_json::json;

use crate::support::config;
use crate::support::events::confirmed;
use crate::support::http::{Answer, request};

#[tokio::test(flavor = "multi_thread")]
async fn from_the_very_first_moment_every_answer_is_that_of_a_running_stack() {
    let listener = Listener::bind(0).await.expect("a port is free");
    let address = listener.address();
    // The port is open: all of this is sent before anything else of the stack exists.
    let [first, second, third] = ["first", "second", "third"].map(confirmed);
    let cloud_event = [("content-type", "application/cloudevents+json")];
    let to_the_bus = [("x-amz-target", "AWSEvents.PutEvents")];
    let entry = json!({
        "EventBusName": local::resources::SHOP_BUS,
        "Source": "shop", "DetailType": "order", "Detail": second,
    });
    let entries = json!({ "Entries": [entry] }).to_string();
    let calls = async {
        tokio::join!(
            request(address, "POST", "/v1/events", &cloud_event, first.as_bytes()),
            request(address, "GET", "/mail.json", &[], b""),
            request(address, "POST", "/", &to_the_bus, entries.as_bytes()),
            request(
                address,
                "POST",
                "/2015-03-31/functions/waybill-intake/invocations",
                &[],
                third.as_bytes(),
            ),
        )
    };
    let executable = Some(env!("CARGO_BIN_EXE_stack").into());
    let stack = local::start_on(listener, Config { executable, sink: discard(), ..config() });
    let ((posted, looked, put, invoked), stack) = tokio::join!(calls, stack);
    assert_eq!(posted.status, 202, "{posted:?}");
    assert_eq!(looked.status, 200, "{looked:?}");
    assert_eq!((put.status.as_u16(), &put.json()["FailedEntryCount"]), (200, &json!(0)));
    assert_eq!(invoked.status, 200, "{invoked:?}");
    assert!(!has_function_error(&invoked), "{invoked:?}");
    stack.expect("the stack starts").stop().await;
}

fn has_function_error(answer: &Answer) -> bool {
    answer.headers.contains_key("x-amz-function-error")
}
