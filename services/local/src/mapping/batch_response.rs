//! Which items of a batch a function's response reports as failed.
//!
//! AWS has one syntax for queues and streams, `{"batchItemFailures": [{"itemIdentifier": …}]}`,
//! and the same conditions of success and failure:
//! [queues](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html),
//! [streams](https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html).

use serde_json::Value;

use crate::lambda::Invocation;

/// How an invocation ended for the items of its batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BatchResult {
    /// No item failed.
    Succeeded,
    /// The items at these positions of the batch failed; at least one, in ascending order.
    PartialFailure(Vec<usize>),
    /// The response is not of the syntax, or names no item of the batch: every item failed.
    Malformed,
    /// The function failed, and with it every item.
    FunctionError,
}

impl BatchResult {
    /// Reads an invocation's result. Without `report_batch_item_failures` any response means that the
    /// whole batch succeeded. `position` finds an identifier's position in the batch; an identifier
    /// that has none makes the response malformed.
    pub fn new(
        invocation: &Invocation,
        report_batch_item_failures: bool,
        position: impl Fn(&str) -> Option<usize>,
    ) -> Self {
        match invocation {
            Invocation::Failed { .. } => Self::FunctionError,
            Invocation::Answered(response) if report_batch_item_failures => {
                parse(response, position)
            }
            Invocation::Answered(_) => Self::Succeeded,
        }
    }
}

fn parse(response: &[u8], position: impl Fn(&str) -> Option<usize>) -> BatchResult {
    if response.trim_ascii().is_empty() {
        return BatchResult::Succeeded;
    }
    match serde_json::from_slice(response) {
        Ok(Value::Null) => BatchResult::Succeeded,
        Ok(Value::Object(mut response)) => match response.remove("batchItemFailures") {
            None | Some(Value::Null) => BatchResult::Succeeded,
            Some(Value::Array(failures)) => positions(&failures, position),
            Some(_) => BatchResult::Malformed,
        },
        Ok(_) | Err(_) => BatchResult::Malformed,
    }
}

fn positions(failures: &[Value], position: impl Fn(&str) -> Option<usize>) -> BatchResult {
    if failures.is_empty() {
        return BatchResult::Succeeded;
    }
    let identified = failures.iter().map(|failure| {
        let identifier = failure.get("itemIdentifier")?.as_str().filter(|id| !id.is_empty())?;
        position(identifier)
    });
    match identified.collect::<Option<Vec<_>>>() {
        Some(mut positions) => {
            positions.sort_unstable();
            positions.dedup();
            BatchResult::PartialFailure(positions)
        }
        None => BatchResult::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What a whole response means is in `tests/conformance`: see `support::responses`.
    #[test]
    fn failures_are_named_once_and_in_the_order_of_the_batch_or_the_response_is_malformed() {
        let parsed = |identifiers: &[&str]| {
            let failures: Vec<Value> =
                identifiers.iter().map(|id| json!({ "itemIdentifier": id })).collect();
            let response = json!({ "batchItemFailures": failures }).to_string();
            parse(response.as_bytes(), |id| ["a", "b", "c"].iter().position(|known| *known == id))
        };
        assert_eq!(parsed(&["c", "a", "c"]), BatchResult::PartialFailure(vec![0, 2]));
        assert_eq!(parsed(&["a", "z"]), BatchResult::Malformed);
    }
}
