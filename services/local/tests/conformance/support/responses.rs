//! Responses to a batch that AWS reads in the same way for queues and for streams.

/// A complete success: "an empty batchItemFailures list, a null batchItemFailures list, an empty
/// EventResponse, a null EventResponse".
pub const EMPTY: [&str; 6] =
    ["null", "{}", "", " ", r#"{"batchItemFailures":[]}"#, r#"{"batchItemFailures":null}"#];

/// A complete failure: "an invalid JSON response, an empty string itemIdentifier, a null
/// itemIdentifier, an itemIdentifier with a bad key name", and one that is not in the batch.
pub const MALFORMED: [&str; 14] = [
    "{not json",
    "7",
    r#""text""#,
    "[]",
    r#"{"batchItemFailures":{}}"#,
    r#"{"batchItemFailures":"a"}"#,
    r#"{"batchItemFailures":["a"]}"#,
    r#"{"batchItemFailures":[null]}"#,
    r#"{"batchItemFailures":[{}]}"#,
    r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
    r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
    r#"{"batchItemFailures":[{"itemIdentifier":7}]}"#,
    r#"{"batchItemFailures":[{"id":"a"}]}"#,
    r#"{"batchItemFailures":[{"itemIdentifier":"not in this batch"}]}"#,
];
