//! The five functions' configuration.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput;
use aws_sdk_lambda::types::State;
use futures::future;

use super::Finding;
use crate::aws::{Stack, describe_error, is_denied, is_unknown_operation};

/// The functions, and the variables without which each cannot start.
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

/// What the mailer takes where the variables are not set, in seconds.
const DEFAULT_LEASE: i64 = 60;
const DEFAULT_GRACE: i64 = 1200;

/// A function as Lambda knows it.
#[derive(Debug, Clone, Default)]
pub struct Function {
    name: String,
    timeout: i64,
    state: String,
    is_active: bool,
    environment: HashMap<String, String>,
}

/// The functions that Lambda told about, and why it did not tell about the others.
#[derive(Debug, Default)]
pub struct Functions {
    known: BTreeMap<&'static str, Function>,
    missing: Vec<Finding>,
}

impl Functions {
    /// Asks Lambda about all five.
    pub async fn read(stack: &Stack) -> Self {
        let client = stack.lambda();
        let calls = FUNCTIONS.map(|(word, _)| {
            let name = stack.function(word);
            let call = client.get_function_configuration().function_name(&name);
            async move { (word, name, call.send().await) }
        });
        let mut functions = Self::default();
        for (word, name, answer) in future::join_all(calls).await {
            match answer {
                Ok(answer) => {
                    functions.known.insert(word, Function::new(name, answer));
                }
                Err(error) if is_denied(&error) => functions.missing.push(Finding::unanswered(
                    format!("function {name}"),
                    &error,
                    "lambda:GetFunctionConfiguration",
                )),
                Err(error)
                    if error
                        .as_service_error()
                        .is_some_and(|e| e.is_resource_not_found_exception())
                        || !is_unknown_operation(&error) =>
                {
                    functions.missing.push(Finding::wrong(
                        format!("function {name}"),
                        describe_error(&error),
                        "deploy the template again",
                    ));
                }
                Err(_) => functions.missing.push(Finding::not_checked(
                    format!("function {name}"),
                    "this endpoint does not tell functions' configuration",
                )),
            }
        }
        functions
    }

    /// The function's timeout in seconds, where it is known.
    #[must_use]
    pub fn timeout(&self, word: &str) -> Option<i64> {
        self.known.get(word).map(|function| function.timeout)
    }

    /// A variable of the function, where it is known and not empty.
    #[must_use]
    pub fn variable(&self, word: &str, name: &str) -> Option<&str> {
        let value = self.known.get(word)?.environment.get(name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// How long the mailer waits for SES's events about a doubt, in seconds, where it is known.
    #[must_use]
    pub fn grace(&self) -> Option<i64> {
        self.of_mailer("DOUBT_GRACE_SECONDS", DEFAULT_GRACE)
    }

    /// A setting of the mailer, where the mailer is known.
    fn of_mailer(&self, name: &str, default: i64) -> Option<i64> {
        self.known.get("mailer")?;
        Some(self.variable("mailer", name).and_then(|s| s.parse().ok()).unwrap_or(default))
    }

    /// The names of those that are known, by their words.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.known.iter().map(|(word, function)| (*word, function.name.as_str()))
    }

    /// Checks their configuration.
    #[must_use]
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = self.missing.clone();
        for (word, needed) in FUNCTIONS {
            if let Some(function) = self.known.get(word) {
                findings.push(function.check(needed));
            }
        }
        findings.extend(self.lease());
        findings
    }

    /// The lease must outlive the function: else a slow mailer is taken for dead.
    fn lease(&self) -> Option<Finding> {
        let timeout = self.timeout("mailer")?;
        let lease = self.of_mailer("LEASE_SECONDS", DEFAULT_LEASE)?;
        Some(Finding::expect(
            lease > timeout,
            "mailer: lease",
            format!("{lease} s, its timeout is {timeout} s"),
            "set LEASE_SECONDS above the function's timeout",
        ))
    }

    /// One known function, for tests of what depends on it.
    #[cfg(test)]
    pub fn with_timeout(word: &'static str, timeout: i64) -> Self {
        let function = Function { timeout, is_active: true, ..Function::default() };
        Self { known: [(word, function)].into(), missing: Vec::new() }
    }
}

impl Function {
    fn new(name: String, answer: GetFunctionConfigurationOutput) -> Self {
        let is_active = matches!(answer.state, None | Some(State::Active | State::Inactive));
        Self {
            name,
            timeout: answer.timeout.map(i64::from).unwrap_or_default(),
            state: answer.state.map_or_else(|| "there".to_owned(), |s| s.as_str().to_lowercase()),
            is_active,
            environment: answer.environment.and_then(|e| e.variables).unwrap_or_default(),
        }
    }

    fn check(&self, needed: &[&str]) -> Finding {
        let is_set = |name: &&&str| self.environment.get(**name).is_some_and(|v| !v.is_empty());
        let missing: Vec<&str> = needed.iter().filter(|name| !is_set(name)).copied().collect();
        let subject = format!("function {}", self.name);
        match (self.is_active, missing.as_slice()) {
            (true, []) => Finding::good(subject, format!("{}, {} s", self.state, self.timeout)),
            (false, _) => Finding::wrong(
                subject,
                format!("it is {}", self.state),
                "see its console for the reason, and deploy the template again",
            ),
            (true, missing) => Finding::wrong(
                subject,
                format!("not set: {}", missing.join(", ")),
                "deploy the template again; it sets them",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Needed by some deployments only: a setting of intake decides.
    const NEEDED_BY_SOME: [&str; 1] = ["WEBHOOK_SECRETS"];

    /// All that is written in Rust below a directory of `services/`.
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

    /// The variables that a source asks for with `required("NAME", …)`. Fields of JSON are asked for
    /// likewise, and in small letters.
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
        for (word, needed) in FUNCTIONS {
            let mut source = sources(&format!("{word}/src"));
            if source.contains("Ledger::from_settings(") {
                source.push_str(&sources("kit/src/ledger"));
            }
            let asked_for: BTreeSet<String> = required(&source).collect();
            let needed: BTreeSet<String> = needed.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(needed, asked_for, "{word}");
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
        let functions = Functions { known: [("mailer", mailer)].into(), missing: Vec::new() };
        let findings = functions.check();
        assert!(findings.iter().all(|f| f.level == Level::Wrong));
        assert_eq!(findings[0].found, NOT_SET);
        assert_eq!(findings[1].found, "20 s, its timeout is 30 s");
    }
}
