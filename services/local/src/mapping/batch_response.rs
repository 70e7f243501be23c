//! A function's answer about the items of its batch.
//!
//! AWS has one syntax for queues and streams, `{"batchItemFailures": [{"itemIdentifier": …}]}`,
//! and the same conditions of success and failure:
//! [queues](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html),
//! [streams](https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html).

use serde_json::Value;

/// What an answer says about the batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BatchResult {
    /// Nothing failed.
    Succeeded,
    /// The items at these places of the batch failed; at least one, in ascending order.
    PartialFailure(Vec<usize>),
    /// The answer can't be believed: everything failed.
    Malformed,
}

/// Reads an answer. `place` finds an identifier's place in the batch; an identifier that has none
/// makes the answer malformed.
pub(super) fn parse(answer: &[u8], place: impl Fn(&str) -> Option<usize>) -> BatchResult {
    if answer.trim_ascii().is_empty() {
        return BatchResult::Succeeded;
    }
    match serde_json::from_slice(answer) {
        Ok(Value::Null) => BatchResult::Succeeded,
        Ok(Value::Object(mut answer)) => match answer.remove("batchItemFailures") {
            None | Some(Value::Null) => BatchResult::Succeeded,
            Some(Value::Array(failures)) => places(&failures, place),
            Some(_) => BatchResult::Malformed,
        },
        Ok(_) | Err(_) => BatchResult::Malformed,
    }
}

fn places(failures: &[Value], place: impl Fn(&str) -> Option<usize>) -> BatchResult {
    if failures.is_empty() {
        return BatchResult::Succeeded;
    }
    let identified = failures.iter().map(|failure| {
        let identifier = failure.get("itemIdentifier")?.as_str().filter(|id| !id.is_empty())?;
        place(identifier)
    });
    match identified.collect::<Option<Vec<_>>>() {
        Some(mut places) => {
            places.sort_unstable();
            places.dedup();
            BatchResult::PartialFailure(places)
        }
        None => BatchResult::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(answer: &str) -> BatchResult {
        parse(answer.as_bytes(), |id| ["a", "b", "c"].iter().position(|known| *known == id))
    }

    #[test]
    fn null_empty_or_absent_failures_are_a_success() {
        for answer in
            ["", " ", "null", "{}", r#"{"batchItemFailures":null}"#, r#"{"batchItemFailures":[]}"#]
        {
            assert_eq!(judged(answer), BatchResult::Succeeded, "{answer}");
        }
    }

    #[test]
    fn what_is_not_the_syntax_or_not_in_the_batch_is_malformed() {
        for answer in [
            "not json",
            "7",
            r#""text""#,
            "[]",
            r#"{"batchItemFailures":{}}"#,
            r#"{"batchItemFailures":"a"}"#,
            r#"{"batchItemFailures":["a"]}"#,
            r#"{"batchItemFailures":[null]}"#,
            r#"{"batchItemFailures":[{}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":7}]}"#,
            r#"{"batchItemFailures":[{"itemId":"a"}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"z"}]}"#,
        ] {
            assert_eq!(judged(answer), BatchResult::Malformed, "{answer}");
        }
    }

    #[test]
    fn failures_are_named_once_and_in_the_order_of_the_batch() {
        let answer = r#"{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"},{"itemIdentifier":"c"}]}"#;
        assert_eq!(judged(answer), BatchResult::PartialFailure(vec![0, 2]));
    }
}
