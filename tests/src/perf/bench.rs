//! What is measured against what: the functions' executables, and the event and the answers that each of them gets.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use local::resources::Resources;
use local::stack::{Endpoints, function_configs};
use local::{Config, Stack};
use serde::Serialize;
use serde_json::value::RawValue;

use super::error::PerfError;
use super::process::Program;
use super::python;
use super::recording::{Recording, Replay};
use super::services::Services;
use super::tls::Tls;

/// How a function is invoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Trigger {
    /// Its Function URL: one request.
    Url,
    /// The mapping of a queue.
    Queue,
    /// The mapping of a table's stream.
    Stream,
}

impl Trigger {
    /// The most records in one invocation, as deployed; a request to intake may have as many events.
    pub const fn most_records(self) -> usize {
        match self {
            Self::Url | Self::Stream => 100,
            Self::Queue => 10,
        }
    }
}

/// An event as a function got it from the one-machine stack, and what the stack answered to its calls.
#[derive(Debug, Clone)]
pub struct Sample {
    pub function: &'static str,
    pub trigger: Trigger,
    /// Records of the batch, or events of the request.
    pub records: usize,
    pub payload: Bytes,
    pub recording: Arc<Recording>,
    pub environments: Arc<Environments>,
}

/// The variables of the functions of one stack.
#[derive(Debug)]
pub struct Environments {
    resources: Resources,
    mail_events: bool,
}

impl Environments {
    pub fn of(stack: &Stack) -> Self {
        Self { resources: stack.resources.clone(), mail_events: stack.mail_bus.is_some() }
    }

    /// Those of `function`, whose services are at `url`.
    pub fn environment(
        &self,
        function: &str,
        url: &str,
    ) -> Result<BTreeMap<String, String>, PerfError> {
        let config = Config { mail_events: self.mail_events, ..Config::default() };
        let url = url.to_owned();
        let endpoints =
            Endpoints { dynamodb: url.clone(), sqs: url.clone(), ses: url.clone(), built_in: url };
        let all = function_configs(&config, &endpoints, &self.resources)?;
        let one = all.into_iter().find(|config| config.name == function);
        let mut environment = one.ok_or("the stack has no such function")?.environment;
        // Else the mailer waits for SES's rate, which is no cost of its own.
        environment.insert("SES_SEND_RATE".to_owned(), "100000".to_owned());
        Ok(environment)
    }
}

/// The executables, and how services are trusted.
pub struct Bench {
    /// The directory of the deployed executables and of the floor's; if absent, `counting` stands in for the functions.
    pub programs: Option<PathBuf>,
    /// The executable that is every function and counts its allocations.
    pub counting: PathBuf,
    /// The interpreter of the peer's environment, if it is measured.
    pub python: Option<PathBuf>,
    /// For tapes and certificates.
    pub directory: PathBuf,
    pub tls: Tls,
}

impl Bench {
    /// The services of one process that gets `sample`: a function, or its floor.
    pub async fn services(
        &self,
        sample: &Sample,
        tls: Option<&Tls>,
    ) -> Result<Services, PerfError> {
        Services::replay(Replay::new(Arc::clone(&sample.recording)), tls).await
    }

    /// The deployed executable.
    pub fn function(
        &self,
        function: &str,
        environments: &Environments,
        url: &str,
    ) -> Result<Program, PerfError> {
        let mut environment = environments.environment(function, url)?;
        environment.insert("SSL_CERT_FILE".to_owned(), self.tls.trusted.display().to_string());
        let (path, args) = match &self.programs {
            Some(directory) => (directory.join(function), Vec::new()),
            None => self.counting(function),
        };
        Ok(Program { function: function.to_owned(), path, args, environment })
    }

    fn counting(&self, function: &str) -> (PathBuf, Vec<String>) {
        (self.counting.clone(), vec!["function".to_owned(), function.to_owned()])
    }

    /// The same code in the executable whose allocator counts.
    pub fn counted(&self, sample: &Sample, url: &str) -> Result<Program, PerfError> {
        let program = self.function(sample.function, &sample.environments, url)?;
        let (path, args) = self.counting(sample.function);
        Ok(Program { path, args, ..program })
    }

    /// The same in Python, if that is measured and there is such a function.
    pub fn python(&self, sample: &Sample, url: &str) -> Result<Option<Program>, PerfError> {
        let Some(interpreter) = &self.python else { return Ok(None) };
        let program = self.function(sample.function, &sample.environments, url)?;
        Ok(python::program(interpreter, program, &self.tls.trusted))
    }

    /// The floor, which repeats the calls of `tape`.
    pub fn floor(&self, sample: &Sample, url: &str, tape: &Tape) -> Result<Program, PerfError> {
        let directory = self.programs.as_ref().ok_or("the floor is not built")?;
        let mut program = self.function(sample.function, &sample.environments, url)?;
        let name = format!("{}-{:?}-{}.json", sample.function, sample.trigger, sample.records);
        let path = self.directory.join(name);
        std::fs::write(&path, serde_json::to_vec(tape)?)?;
        program.environment.insert("FLOOR_TAPE".to_owned(), path.display().to_string());
        Ok(Program { path: directory.join("floor"), ..program })
    }
}

/// What the floor repeats; `tests/floor` reads it.
#[derive(Debug, Serialize)]
pub struct Tape {
    pub input: Input,
    /// What the function answered.
    pub answer: Box<RawValue>,
    pub at_once: usize,
    pub calls: Vec<serde_json::Value>,
}

/// What a function has its event read into before its own code runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Input {
    /// AWS's type of a batch.
    Batch,
    /// The text, which the function reads itself: [`RawValue`].
    Text,
    /// A tree of values.
    Tree,
}

impl Input {
    /// That of `function`, whose `run` names it.
    ///
    /// # Errors
    /// The function is none of those of the stack.
    pub fn of_function(function: &str) -> Result<Self, PerfError> {
        match function {
            "dispatcher" | "mailer" | "feedback" => Ok(Self::Batch),
            "intake" | "connector" => Ok(Self::Text),
            "relay" | "publisher" => Ok(Self::Tree),
            other => {
                Err(format!("how {other} reads its event is unknown: add it to bench.rs").into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use local::stack::FUNCTIONS;

    use super::*;

    #[test]
    fn the_floor_reads_each_event_into_the_type_that_the_function_names() {
        for function in FUNCTIONS.map(|function| function.name) {
            let path = format!("../services/{function}/src/lib.rs");
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
            let source = std::fs::read_to_string(path).expect("the function's source");
            let event = match Input::of_function(function).expect("a known function") {
                Input::Batch => "event: LambdaEvent<SqsEvent>",
                Input::Text => "event: LambdaEvent<Box<RawValue>>",
                Input::Tree => "event: LambdaEvent<Value>",
            };
            assert!(source.contains(event), "{function} does not read {event}");
        }
    }
}
