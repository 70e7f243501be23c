//! What invokes the functions: the event source mappings.

use aws_sdk_lambda::types::{EventSourceMappingConfiguration, FunctionResponseType};
use futures::future;

use super::Finding;
use super::functions::Functions;
use crate::aws::Stack;

/// The functions that a mapping invokes.
const MAPPED: [&str; 4] = ["relay", "dispatcher", "mailer", "feedback"];

/// A stream forgets after a day; what is older than this is given up before.
const MAX_AGE: i32 = 86_400;

/// Checks the mappings of the functions that are known.
pub async fn check(stack: &Stack, functions: &Functions) -> Vec<Finding> {
    let client = &stack.lambda();
    let checks = functions.names().filter(|(word, _)| MAPPED.contains(word)).map(
        |(word, name)| async move {
            let call = client.list_event_source_mappings().function_name(name).send().await;
            match call {
                Ok(answer) => judge(word, answer.event_source_mappings()),
                Err(error) => {
                    let permission = "lambda:ListEventSourceMappings";
                    vec![Finding::unanswered(format!("{word}: mapping"), &error, permission)]
                }
            }
        },
    );
    future::join_all(checks).await.into_iter().flatten().collect()
}

fn judge(word: &str, mappings: &[EventSourceMappingConfiguration]) -> Vec<Finding> {
    if mappings.is_empty() {
        let fix = "nothing invokes it: deploy the template again";
        return vec![Finding::wrong(format!("{word}: mapping"), "none", fix)];
    }
    let mut findings = Vec::new();
    for mapping in mappings {
        findings.push(enabled(word, mapping));
        findings.push(partial(word, mapping));
        if word == "relay" {
            findings.push(stream(mapping));
        }
    }
    findings
}

fn enabled(word: &str, mapping: &EventSourceMappingConfiguration) -> Finding {
    let state = mapping.state().unwrap_or("unknown");
    Finding::expect(
        matches!(state, "Enabled" | "Enabling" | "Updating" | "Creating"),
        format!("{word}: mapping"),
        state.to_lowercase(),
        format!(
            "nothing invokes it: aws lambda update-event-source-mapping --enabled --uuid {}",
            mapping.uuid().unwrap_or("UUID")
        ),
    )
}

fn partial(word: &str, mapping: &EventSourceMappingConfiguration) -> Finding {
    let reports =
        mapping.function_response_types().contains(&FunctionResponseType::ReportBatchItemFailures);
    Finding::expect(
        reports,
        format!("{word}: partial failures"),
        if reports { "reported" } else { "not reported" },
        "set FunctionResponseTypes to ReportBatchItemFailures: else one bad message repeats its \
         whole batch",
    )
}

fn stream(mapping: &EventSourceMappingConfiguration) -> Finding {
    let bisects = mapping.bisect_batch_on_function_error() == Some(true);
    let age = mapping.maximum_record_age_in_seconds().unwrap_or(-1);
    let destination = mapping
        .destination_config()
        .and_then(|config| config.on_failure()?.destination())
        .is_some_and(|arn| !arn.is_empty());
    let is_bounded = (1..=MAX_AGE).contains(&age);
    let mut missing = Vec::new();
    if !bisects {
        missing.push("BisectBatchOnFunctionError");
    }
    if !is_bounded {
        missing.push("MaximumRecordAgeInSeconds (86400 at most)");
    }
    if !destination {
        missing.push("a failure destination");
    }
    Finding::expect(
        missing.is_empty(),
        "relay: stream",
        if missing.is_empty() {
            "bisects, gives up, and tells where".to_owned()
        } else {
            format!("without {}", missing.join(", "))
        },
        "one bad record would hold up its shard: deploy the template again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn a_disabled_mapping_without_partial_failures_is_wrong_twice() {
        let mapping =
            EventSourceMappingConfiguration::builder().uuid("u-1").state("Disabled").build();
        let findings = judge("mailer", &[mapping]);
        assert_eq!(findings.len(), 2);
        assert!(findings.iter().all(|finding| finding.level == Level::Wrong));
        assert!(findings[0].fix.contains("u-1"));
    }

    #[test]
    fn a_function_that_nothing_invokes_is_wrong() {
        assert_eq!(judge("relay", &[])[0].level, Level::Wrong);
    }
}
