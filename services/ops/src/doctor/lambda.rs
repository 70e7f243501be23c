//! The five functions' configuration, and the event source mappings that invoke them.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_lambda::error::SdkError;
use aws_sdk_lambda::operation::get_function_configuration::{
    GetFunctionConfigurationError, GetFunctionConfigurationOutput,
};
use aws_sdk_lambda::types::{EventSourceMappingConfiguration, FunctionResponseType, State};
use futures::future;

use super::finding::Finding;
use crate::aws::{Stack, describe_error, is_denied, is_unknown_operation};

/// The functions, and the variables that each needs to start.
const FUNCTIONS: [(&str, &[&str]); 5] = [
    ("intake", &["EVENTS_TABLE"]),
    ("relay", &["EVENTS_TABLE", "LEDGER_TABLE", "DISPATCH_QUEUE_URL", "DISPATCH_DLQ_URL"]),
    ("dispatcher", &["LEDGER_TABLE", "MAIL_QUEUE_URL", "DISPATCH_DLQ_URL"]),
    (
        "mailer",
        &[
            "LEDGER_TABLE",
            "MAIL_QUEUE_URL",
            "MAIL_DLQ_URL",
            "FEEDBACK_QUEUE_URL",
            "FEEDBACK_DLQ_URL",
            "MAIL_FROM",
        ],
    ),
    ("feedback", &["LEDGER_TABLE", "FEEDBACK_DLQ_URL"]),
];

/// The functions that a mapping invokes.
const MAPPED: [&str; 4] = ["relay", "dispatcher", "mailer", "feedback"];

/// The mailer's defaults, in seconds.
const DEFAULT_LEASE: i64 = 60;
const DEFAULT_GRACE: i64 = 1200;

/// A stream keeps its records for a day; relay must give up on one before it is gone.
const MAX_RECORD_AGE: i32 = 86_400;

#[derive(Debug, Clone, Default)]
struct Function {
    name: String,
    /// Seconds.
    timeout: i64,
    state: String,
    is_active: bool,
    environment: HashMap<String, String>,
}

/// The functions by their role, such as `mailer`.
#[derive(Debug, Default)]
pub struct Functions {
    known: BTreeMap<&'static str, Function>,
    /// Why the others are not known.
    unknown: Vec<Finding>,
}

impl Functions {
    pub async fn read(stack: &Stack) -> Self {
        let client = stack.lambda();
        let calls = FUNCTIONS.map(|(role, _)| {
            let name = stack.function(role);
            let call = client.get_function_configuration().function_name(&name);
            async move { (role, name, call.send().await) }
        });
        let mut functions = Self::default();
        for (role, name, answer) in future::join_all(calls).await {
            match answer {
                Ok(answer) => {
                    functions.known.insert(role, Function::new(name, answer));
                }
                Err(error) => functions.unknown.push(unknown(&name, &error)),
            }
        }
        functions
    }

    /// The function's timeout in seconds; `None` if the function is not known.
    pub fn timeout(&self, role: &str) -> Option<i64> {
        self.known.get(role).map(|function| function.timeout)
    }

    /// A variable of the function; `None` if the function is not known or the variable is empty.
    pub fn variable(&self, role: &str, name: &str) -> Option<&str> {
        let value = self.known.get(role)?.environment.get(name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// How many seconds the mailer waits for SES's events about a mail in doubt; `None` if the mailer
    /// is not known.
    pub fn grace(&self) -> Option<i64> {
        self.mailer_setting("DOUBT_GRACE_SECONDS", DEFAULT_GRACE)
    }

    fn mailer_setting(&self, name: &str, default: i64) -> Option<i64> {
        self.known.get("mailer")?;
        Some(self.variable("mailer", name).and_then(|s| s.parse().ok()).unwrap_or(default))
    }

    pub fn check(&self) -> Vec<Finding> {
        let mut findings = self.unknown.clone();
        for (role, needed) in FUNCTIONS {
            findings.extend(self.known.get(role).map(|function| function.check(needed)));
        }
        findings.extend(self.check_lease());
        findings
    }

    /// The lease must outlive the function, or else a slow mailer is taken for dead.
    fn check_lease(&self) -> Option<Finding> {
        let timeout = self.timeout("mailer")?;
        let lease = self.mailer_setting("LEASE_SECONDS", DEFAULT_LEASE)?;
        Some(Finding::expect(
            lease > timeout,
            "mailer: lease",
            format!("{lease} s, its timeout is {timeout} s"),
            "set LEASE_SECONDS above the function's timeout",
        ))
    }

    /// One known function, for tests of checks that depend on it.
    #[cfg(test)]
    pub fn with_timeout(role: &'static str, timeout: i64) -> Self {
        let function = Function { timeout, is_active: true, ..Function::default() };
        Self { known: [(role, function)].into(), unknown: Vec::new() }
    }
}

fn unknown(name: &str, error: &SdkError<GetFunctionConfigurationError>) -> Finding {
    let subject = format!("function {name}");
    // An emulator has no such operation, which says nothing about the function.
    let is_missing = error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception());
    if is_denied(error) {
        Finding::unanswered(subject, error, "lambda:GetFunctionConfiguration")
    } else if is_missing || !is_unknown_operation(error) {
        Finding::wrong(subject, describe_error(error), "deploy the template again")
    } else {
        Finding::not_checked(subject, "this endpoint has no functions' configuration")
    }
}

impl Function {
    fn new(name: String, answer: GetFunctionConfigurationOutput) -> Self {
        Self {
            name,
            timeout: answer.timeout.map(i64::from).unwrap_or_default(),
            // Emulators report no state; an inactive function starts with its next invocation.
            is_active: matches!(answer.state, None | Some(State::Active | State::Inactive)),
            state: answer.state.map_or_else(|| "there".to_owned(), |s| s.as_str().to_lowercase()),
            environment: answer.environment.and_then(|e| e.variables).unwrap_or_default(),
        }
    }

    fn check(&self, needed: &[&str]) -> Finding {
        let subject = format!("function {}", self.name);
        if !self.is_active {
            let fix = "see its console for the reason, and deploy the template again";
            return Finding::wrong(subject, format!("it is {}", self.state), fix);
        }
        let is_set = |name: &&&str| self.environment.get(**name).is_some_and(|v| !v.is_empty());
        let missing: Vec<&&str> = needed.iter().filter(|name| !is_set(name)).collect();
        let found = format!("{}, {} s", self.state, self.timeout);
        let fix = "deploy the template again; it sets them";
        Finding::expect_none_missing(&missing, subject, &found, "not set:", fix)
    }
}

/// Checks the mappings of the functions that are known.
pub async fn check_mappings(stack: &Stack, functions: &Functions) -> Vec<Finding> {
    let client = &stack.lambda();
    let mapped = functions.known.iter().filter(|(role, _)| MAPPED.contains(role));
    let checks = mapped.map(|(role, function)| async move {
        let call = client.list_event_source_mappings().function_name(&function.name);
        match call.send().await {
            Ok(answer) => mapping_findings(role, answer.event_source_mappings()),
            Err(error) => {
                let permission = "lambda:ListEventSourceMappings";
                vec![Finding::unanswered(format!("{role}: mapping"), &error, permission)]
            }
        }
    });
    future::join_all(checks).await.concat()
}

fn mapping_findings(role: &str, mappings: &[EventSourceMappingConfiguration]) -> Vec<Finding> {
    if mappings.is_empty() {
        let fix = "nothing invokes it: deploy the template again";
        return vec![Finding::wrong(format!("{role}: mapping"), "none", fix)];
    }
    let mut findings = Vec::new();
    for mapping in mappings {
        findings.push(check_enabled(role, mapping));
        findings.push(check_partial_failures(role, mapping));
        if role == "relay" {
            findings.push(check_stream(mapping));
        }
    }
    findings
}

fn check_enabled(role: &str, mapping: &EventSourceMappingConfiguration) -> Finding {
    let state = mapping.state().unwrap_or("unknown");
    Finding::expect(
        matches!(state, "Enabled" | "Enabling" | "Updating" | "Creating"),
        format!("{role}: mapping"),
        state.to_lowercase(),
        format!(
            "nothing invokes it: aws lambda update-event-source-mapping --enabled --uuid {}",
            mapping.uuid().unwrap_or("UUID")
        ),
    )
}

fn check_partial_failures(role: &str, mapping: &EventSourceMappingConfiguration) -> Finding {
    let reports =
        mapping.function_response_types().contains(&FunctionResponseType::ReportBatchItemFailures);
    Finding::expect(
        reports,
        format!("{role}: partial failures"),
        if reports { "reported" } else { "not reported" },
        "set FunctionResponseTypes to ReportBatchItemFailures: else one bad message repeats its \
         whole batch",
    )
}

fn check_stream(mapping: &EventSourceMappingConfiguration) -> Finding {
    let bisects = mapping.bisect_batch_on_function_error() == Some(true);
    // -1, the default, retries a record for as long as the stream keeps it.
    let age = mapping.maximum_record_age_in_seconds().unwrap_or(-1);
    let destination = mapping.destination_config().and_then(|c| c.on_failure()?.destination());
    let needed = [
        (bisects, "BisectBatchOnFunctionError"),
        ((1..=MAX_RECORD_AGE).contains(&age), "MaximumRecordAgeInSeconds (86400 at most)"),
        (destination.is_some_and(|arn| !arn.is_empty()), "a failure destination"),
    ];
    let missing: Vec<&str> =
        needed.iter().filter(|(is_set, _)| !is_set).map(|(_, name)| *name).collect();
    Finding::expect_none_missing(
        &missing,
        "relay: stream",
        "bisects, gives up, and reports where",
        "without",
        "one bad record would block its shard: deploy the template again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Level;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Needed by some deployments only: a setting of intake decides.
    const NEEDED_BY_SOME: [&str; 1] = ["WEBHOOK_SECRETS"];

    /// All Rust source in a directory of `services/`.
    fn sources(directory: &str) -> String {
        let mut directories =
            vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(directory)];
        let mut text = String::new();
        while let Some(directory) = directories.pop() {
            for entry in std::fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    directories.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    text.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        text
    }

    /// The variables that a source reads with `required("NAME", …)`. Fields of JSON are read in the
    /// same way, and are in lower case.
    fn required(source: &str) -> impl Iterator<Item = String> {
        let calls = source.split("required(").skip(1);
        calls.filter_map(|rest| {
            let (name, _) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
            let is_variable = name.starts_with(|c: char| c.is_ascii_uppercase());
            (is_variable && !NEEDED_BY_SOME.contains(&name)).then(|| name.to_owned())
        })
    }

    #[test]
    fn the_variables_are_those_without_which_the_functions_sources_refuse_to_start() {
        for (role, needed) in FUNCTIONS {
            let mut source = sources(&format!("{role}/src"));
            if source.contains("Ledger::from_settings(") {
                source.push_str(&sources("kit/src/ledger"));
            }
            let read: BTreeSet<String> = required(&source).collect();
            let needed: BTreeSet<String> = needed.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(needed, read, "{role}");
        }
    }

    #[test]
    fn the_grace_is_the_mailer_s_own_default_where_it_is_not_set_and_unknown_where_the_mailer_is() {
        assert_eq!(Functions::default().grace(), None);
        assert_eq!(Functions::with_timeout("mailer", 30).grace(), Some(DEFAULT_GRACE));
    }

    #[test]
    fn a_function_without_what_it_needs_and_a_short_lease_are_wrong() {
        const NOT_SET: &str = "not set: MAIL_QUEUE_URL, MAIL_DLQ_URL, FEEDBACK_QUEUE_URL, \
                               FEEDBACK_DLQ_URL, MAIL_FROM";
        let environment = [("LEDGER_TABLE", "t"), ("LEASE_SECONDS", "20"), ("MAIL_FROM", "")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()));
        let mailer = Function {
            name: "shop-mailer".to_owned(),
            timeout: 30,
            is_active: true,
            environment: environment.into(),
            ..Function::default()
        };
        let functions = Functions { known: [("mailer", mailer)].into(), unknown: Vec::new() };
        let findings = functions.check();
        assert!(findings.iter().all(|f| f.level == Level::Wrong));
        assert_eq!(findings[0].found, NOT_SET);
        assert_eq!(findings[1].found, "20 s, its timeout is 30 s");
    }

    #[test]
    fn a_disabled_mapping_without_partial_failures_is_wrong_twice() {
        let mapping =
            EventSourceMappingConfiguration::builder().uuid("u-1").state("Disabled").build();
        let findings = mapping_findings("mailer", &[mapping]);
        assert_eq!(findings.len(), 2);
        assert!(findings.iter().all(|finding| finding.level == Level::Wrong));
        assert!(findings[0].fix.contains("u-1"));
    }

    #[test]
    fn a_function_that_nothing_invokes_is_wrong() {
        assert_eq!(mapping_findings("relay", &[])[0].level, Level::Wrong);
    }
}
