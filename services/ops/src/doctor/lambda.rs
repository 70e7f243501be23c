//! The functions' configuration, and the event source mappings that invoke them.

use std::collections::BTreeMap;

use aws_sdk_lambda::error::SdkError;
use aws_sdk_lambda::operation::get_function_configuration::{
    GetFunctionConfigurationError, GetFunctionConfigurationOutput,
};
use aws_sdk_lambda::types::{EventSourceMappingConfiguration, FunctionResponseType, State};
use futures::future;

use super::finding::{Finding, Level};
use super::parts::Parts;
use crate::aws::{Dlq, Part, Queue, Stack, is_unknown_operation};

/// The functions, and the variables that each needs to start.
pub const REQUIRED_VARIABLES: [(&str, &[&str]); 7] = [
    ("intake", &["EVENTS_TABLE", "SHOPS_TABLE", "INBOX_QUEUE_URL", "INBOX_DLQ_URL"]),
    ("relay", &["EVENTS_TABLE", "LEDGER_TABLE", "DISPATCH_QUEUE_URL", "DISPATCH_DLQ_URL"]),
    (
        "dispatcher",
        &[
            "EVENTS_TABLE",
            "LEDGER_TABLE",
            "MAIL_QUEUE_URL",
            "DISPATCH_QUEUE_URL",
            "DISPATCH_DLQ_URL",
        ],
    ),
    (
        "mailer",
        &[
            "LEDGER_TABLE",
            "SHOPS_TABLE",
            "MAIL_QUEUE_URL",
            "MAIL_DLQ_URL",
            "FEEDBACK_QUEUE_URL",
            "FEEDBACK_DLQ_URL",
            "MAIL_FROM",
        ],
    ),
    ("feedback", &["LEDGER_TABLE", "FEEDBACK_QUEUE_URL", "FEEDBACK_DLQ_URL"]),
    (
        "connector",
        &[
            "DELIVERIES_QUEUE_URL",
            "DELIVERIES_DLQ_URL",
            "INBOX_QUEUE_URL",
            "EVENTS_TABLE",
            "SYSTEM_SECRET_PREFIX",
        ],
    ),
    ("publisher", &["MAIL_BUS_NAME", "PUBLISHER_DLQ_URL"]),
];

/// The part of the stack that a function belongs to; `None` where every stack has it.
fn part_of(role: &str) -> Option<Part> {
    match role {
        "connector" => Some(Part::Connector),
        "publisher" => Some(Part::MailEvents),
        _ => None,
    }
}

/// The functions by their role, such as `mailer`.
#[derive(Debug, Default)]
pub struct Functions {
    known: BTreeMap<&'static str, GetFunctionConfigurationOutput>,
    /// Why the others are not known.
    unknown: Vec<Finding>,
}

impl Functions {
    /// Asks Lambda for the functions that the stack has.
    pub async fn read(stack: &Stack, parts: &Parts) -> Self {
        let client = stack.lambda();
        let is_there = |role| part_of(role).is_none_or(|part| parts.has(part));
        let there = REQUIRED_VARIABLES.into_iter().filter(|(role, _)| is_there(*role));
        let calls = there.map(|(role, _)| {
            let name = stack.function(role);
            let call = client.get_function_configuration().function_name(&name);
            async move { (role, name, call.send().await) }
        });
        let mut functions = Self::default();
        for (role, name, answer) in future::join_all(calls).await {
            match answer {
                Ok(answer) => {
                    functions.known.insert(role, answer);
                }
                Err(error) => functions.unknown.push(unknown(&name, error)),
            }
        }
        functions
    }

    /// The function's timeout in seconds; `None` if the function is not known.
    pub fn timeout(&self, role: &str) -> Option<i64> {
        self.known.get(role)?.timeout().map(i64::from)
    }

    /// A variable of the function; `None` if the function is not known or the variable is empty.
    pub fn variable(&self, role: &str, name: &str) -> Option<&str> {
        let value = self.known.get(role)?.environment()?.variables()?.get(name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// How many seconds the mailer waits for SES's events about a mail in doubt; `None` if the mailer
    /// is not known.
    pub fn grace(&self) -> Option<i64> {
        self.mailer_setting("DOUBT_GRACE_SECONDS", mailer::DEFAULT_GRACE_SECONDS)
    }

    fn mailer_setting(&self, name: &str, default: i64) -> Option<i64> {
        self.known.get("mailer")?;
        Some(self.variable("mailer", name).and_then(|s| s.parse().ok()).unwrap_or(default))
    }

    pub fn check(&self) -> Vec<Finding> {
        let known = REQUIRED_VARIABLES
            .into_iter()
            .filter_map(|(role, needed)| Some(self.check_one(role, self.known.get(role)?, needed)));
        self.unknown.iter().cloned().chain(known).chain(self.check_lease()).collect()
    }

    fn check_one(
        &self,
        role: &str,
        function: &GetFunctionConfigurationOutput,
        needed: &[&'static str],
    ) -> Finding {
        let subject = format!("function {}", function.function_name().unwrap_or(role));
        // Emulators report no state.
        let state = function.state().map_or("there".to_owned(), |s| s.as_str().to_lowercase());
        // An inactive function starts with its next invocation.
        if !matches!(function.state(), None | Some(State::Active | State::Inactive)) {
            let fix = "see its console for the reason, and deploy the template again";
            return Finding::new(Level::Wrong, subject, format!("it is {state}"), fix);
        }
        let is_missing = |name: &&&str| self.variable(role, name).is_none();
        let missing: Vec<&str> = needed.iter().filter(is_missing).copied().collect();
        let found = format!("{state}, {} s", function.timeout().unwrap_or_default());
        let fix = "deploy the template again; it sets them";
        Finding::expect_none_missing(&missing, subject, &found, "not set:", fix)
    }

    /// The lease must outlive the function, or else a slow mailer is taken for dead.
    fn check_lease(&self) -> Option<Finding> {
        let timeout = self.timeout("mailer")?;
        let lease = self.mailer_setting("LEASE_SECONDS", mailer::DEFAULT_LEASE_SECONDS)?;
        Some(Finding::expect(
            lease > timeout,
            "mailer: lease",
            format!("{lease} s, its timeout is {timeout} s"),
            "set LEASE_SECONDS above the function's timeout",
        ))
    }

    /// One known function, for tests of checks that depend on it.
    #[cfg(test)]
    pub fn with(role: &'static str, timeout: i32, variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let environment = aws_sdk_lambda::types::EnvironmentResponse::builder()
            .set_variables(Some(variables.collect()));
        let function = GetFunctionConfigurationOutput::builder()
            .timeout(timeout)
            .environment(environment.build())
            .build();
        Self { known: [(role, function)].into(), unknown: Vec::new() }
    }
}

fn unknown(name: &str, error: SdkError<GetFunctionConfigurationError>) -> Finding {
    let subject = format!("function {name}");
    let is_missing = error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception());
    // An emulator has no such operation, which says nothing about the function.
    if is_unknown_operation(&error) && !is_missing {
        let found = "this endpoint has no functions' configuration";
        return Finding::new(Level::NotChecked, subject, found, "");
    }
    let (permission, fix) = ("lambda:GetFunctionConfiguration", "deploy the template again");
    Finding::failed_call(subject, permission, Some(fix))(error)
}

/// Checks the mappings that invoke the functions that are known.
pub async fn check_mappings(stack: &Stack, functions: &Functions) -> Vec<Finding> {
    let client = &stack.lambda();
    let checks = functions.known.keys().map(|role| async move {
        let call = client.list_event_source_mappings().function_name(stack.function(role));
        let (subject, permission) = (format!("{role}: mapping"), "lambda:ListEventSourceMappings");
        match call.send().await.map_err(Finding::failed_call(subject, permission, None)) {
            Ok(answer) => mapping_findings(role, answer.event_source_mappings()),
            Err(failed) => vec![failed],
        }
    });
    future::join_all(checks).await.concat()
}

fn mapping_findings(role: &str, mappings: &[EventSourceMappingConfiguration]) -> Vec<Finding> {
    if mappings.is_empty() {
        let fix = "nothing invokes it: deploy the template again";
        return vec![Finding::new(Level::Wrong, format!("{role}: mapping"), "none", fix)];
    }
    let check = |mapping| {
        let stream = match role {
            "relay" => Some(check_stream(role, mapping, &[], "events would wait for the sweep")),
            "publisher" => {
                let destination = [(has_destination(mapping), "its failure destination")];
                Some(check_stream(role, mapping, &destination, "changes would be lost to the shop"))
            }
            _ => None,
        };
        check_mapping(role, mapping).into_iter().chain(stream)
    };
    mappings.iter().flat_map(check).collect()
}

fn check_mapping(role: &str, mapping: &EventSourceMappingConfiguration) -> [Finding; 2] {
    let state = mapping.state().unwrap_or("unknown");
    let reports =
        mapping.function_response_types().contains(&FunctionResponseType::ReportBatchItemFailures);
    [
        Finding::expect(
            // A mapping that is being created or changed is no fault.
            matches!(state, "Enabled" | "Enabling" | "Updating" | "Creating"),
            format!("{role}: mapping"),
            state.to_lowercase(),
            format!(
                "nothing invokes it: aws lambda update-event-source-mapping --enabled --uuid {}",
                mapping.uuid().unwrap_or("UUID")
            ),
        ),
        Finding::expect(
            reports,
            format!("{role}: partial failures"),
            if reports { "reported" } else { "not reported" },
            "set FunctionResponseTypes to ReportBatchItemFailures: else one bad message repeats its \
             whole batch",
        ),
    ]
}

/// Whether what Lambda gives up is reported to the publisher's dead-letter queue.
fn has_destination(mapping: &EventSourceMappingConfiguration) -> bool {
    let on_failure = mapping.destination_config().and_then(|config| config.on_failure());
    let queue = Queue::Dead(Dlq::Publisher).suffix();
    on_failure.and_then(|to| to.destination()).is_some_and(|arn| arn.ends_with(queue))
}

/// `also`: what else this mapping needs; `otherwise`: what is the matter without.
fn check_stream(
    role: &str,
    mapping: &EventSourceMappingConfiguration,
    also: &[(bool, &'static str)],
    otherwise: &str,
) -> Finding {
    let needed = [
        (mapping.bisect_batch_on_function_error() == Some(true), "BisectBatchOnFunctionError"),
        // -1, the default: for as long as the stream keeps a record, which is a day. An outage of SQS lasts
        // longer than any number of attempts.
        (mapping.maximum_retry_attempts().unwrap_or(-1) == -1, "MaximumRetryAttempts of -1"),
    ];
    let all = needed.iter().chain(also);
    let missing: Vec<&str> = all.filter(|(is_set, _)| !is_set).map(|(_, name)| *name).collect();
    Finding::expect_none_missing(
        &missing,
        format!("{role}: stream"),
        "bisects, and retries for a day",
        "without",
        &format!("{otherwise}: deploy the template again"),
    )
}

#[cfg(test)]
mod tests {
    use aws_sdk_lambda::types::{DestinationConfig, OnFailure};

    use super::*;

    #[test]
    fn the_grace_is_the_mailer_s_own_default_where_it_is_not_set_and_unknown_where_the_mailer_is() {
        assert_eq!(Functions::default().grace(), None);
        let mailer = Functions::with("mailer", 30, &[]);
        assert_eq!(mailer.grace(), Some(mailer::DEFAULT_GRACE_SECONDS));
    }

    #[test]
    fn a_function_without_what_it_needs_and_a_short_lease_are_wrong() {
        let variables = [("LEDGER_TABLE", "t"), ("LEASE_SECONDS", "20"), ("MAIL_FROM", "")];
        let findings = Functions::with("mailer", 30, &variables).check();
        assert!(findings.iter().all(|f| f.level == Level::Wrong));
        assert_eq!(
            [&findings[0].found, &findings[1].found],
            [
                "not set: SHOPS_TABLE, MAIL_QUEUE_URL, MAIL_DLQ_URL, FEEDBACK_QUEUE_URL, FEEDBACK_DLQ_URL, MAIL_FROM",
                "20 s, its timeout is 30 s",
            ]
        );
    }

    #[test]
    fn a_mapping_that_is_missing_or_disabled_or_hides_partial_failures_is_wrong() {
        let mapping = EventSourceMappingConfiguration::builder().uuid("u-1").state("Disabled");
        let findings = mapping_findings("mailer", &[mapping.build()]);
        assert_eq!(findings.len(), 2);
        assert!(findings[0].fix.contains("u-1"));
        let missing = mapping_findings("relay", &[]);
        assert!(findings.iter().chain(&missing).all(|finding| finding.level == Level::Wrong));
    }

    #[test]
    fn a_publisher_whose_failures_are_reported_nowhere_is_wrong() {
        let stream = |destination: Option<&str>| {
            let to = OnFailure::builder().set_destination(destination.map(str::to_owned)).build();
            let mapping = EventSourceMappingConfiguration::builder()
                .bisect_batch_on_function_error(true)
                .destination_config(DestinationConfig::builder().on_failure(to).build());
            mapping_findings("publisher", &[mapping.build()]).remove(2)
        };
        let found = stream(Some("arn:aws:sqs:eu-central-1:1:shop-publisher-dlq"));
        assert_eq!((found.level, found.subject.as_str()), (Level::Ok, "publisher: stream"));
        for elsewhere in [None, Some("arn:aws:sqs:eu-central-1:1:shop-mail-dlq")] {
            let found = stream(elsewhere);
            assert_eq!(found.level, Level::Wrong, "{elsewhere:?}");
            assert!(found.found.contains("failure destination"), "{}", found.found);
        }
    }
}
