//! Each function's timeout against the calls that it makes one after the other, each with its retries.

use std::time::Duration;

use kit::aws::OPERATION_TIMEOUT;
use template::Deployed;

use super::EVERYTHING_ON;

/// A function, and the calls that one message may need one after the other. What a function does for several
/// messages, it does at the same time.
const SEQUENTIAL_CALLS: [(&str, &[&str]); 6] = [
    ("Intake", &["the put of an event"]),
    ("Relay", &["ten batches for the dispatch queue"; 10]),
    ("Dispatcher", &["the order's notifications", "the plan", "the mail request", "a requeue"]),
    ("Feedback", &["the record", "a requeue"]),
    ("Publisher", &["ten entries for the bus"; 10]),
    ("Connector", &["the events of an order", "its events for the inbox", "a requeue"]),
];

/// What is left for reading a request and for the response: intake's largest request takes less than that.
const TIME_TO_COMPUTE: Duration = Duration::from_secs(2);

#[test]
fn each_function_s_timeout_lets_its_calls_have_their_retries() {
    let deployed = Deployed::with(EVERYTHING_ON);
    for (function, calls) in SEQUENTIAL_CALLS {
        let count = u32::try_from(calls.len()).expect("a few");
        let needed = OPERATION_TIMEOUT * count + TIME_TO_COMPUTE;
        assert!(deployed.timeout(function) >= needed, "{function} needs {needed:?} for {calls:?}");
    }
    // Its own budget adds up at compile time.
    assert_eq!(deployed.timeout("Mailer"), mailer::delivery::FUNCTION_TIMEOUT);
}
