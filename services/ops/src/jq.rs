//! jq filters: compiled here, and run in a process of their own, with a limit of time and of memory.

mod child;
mod program;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

pub use child::{ARGUMENT, serve};
use child::{Child, Job, NoAnswer};
use program::Program;

/// How long a filter may take for one body: longer than any that ends.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// How much memory a filter may take: a hundred times what the largest message of SQS has as JSON.
const MEMORY_LIMIT: u64 = 512 << 20;

/// How many outputs are read of a filter: one is wanted, and some have no last one.
const MAX_OUTPUTS: usize = 100;

/// A filter that compiles. Its clones share the process that runs it.
#[derive(Clone)]
pub struct Filter {
    code: Arc<str>,
    state: Arc<Mutex<State>>,
    time_limit: Duration,
    memory_limit: u64,
}

/// The process that runs a filter.
enum State {
    /// None runs: the first body starts one.
    Idle,
    Running(Child),
    /// The filter did not end for a body. It is not tried with the next one.
    Endless,
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filter")
    }
}

impl Filter {
    /// Compiles a filter that the operator typed. The error shows the place.
    pub fn compile(code: &str) -> Result<Self, String> {
        Program::compile(code)?;
        Ok(Self {
            code: code.into(),
            state: Arc::new(Mutex::new(State::Idle)),
            time_limit: TIME_LIMIT,
            memory_limit: MEMORY_LIMIT,
        })
    }

    /// All outputs of the filter for `input`.
    ///
    /// # Errors
    /// What the filter failed on, by its type: jq's own message would quote the customer's data. That it does not end, or
    /// takes too much memory.
    pub fn run(&self, input: &Value) -> Result<Vec<Value>, String> {
        let outputs = self.first_outputs(input, MAX_OUTPUTS + 1)?;
        if outputs.len() > MAX_OUTPUTS {
            return Err(format!("the filter gave more than {MAX_OUTPUTS} values"));
        }
        Ok(outputs)
    }

    /// Whether the first output is neither `null` nor `false`.
    pub fn is_true(&self, input: &Value) -> Result<bool, String> {
        let outputs = self.first_outputs(input, 1)?;
        Ok(outputs.first().is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false))))
    }

    /// At most `most` outputs.
    fn first_outputs(&self, input: &Value, most: usize) -> Result<Vec<Value>, String> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Put back below, if it goes on. Whatever is not is killed.
        let asked = match std::mem::replace(&mut *state, State::Idle) {
            State::Endless => Err(NoAnswer::Late),
            State::Running(child) => Ok(child),
            State::Idle => {
                Child::start(&Job { code: self.code.to_string(), max_bytes: self.memory_limit })
            }
        };
        let answered = asked.and_then(|mut child| {
            let answer = child.ask(input, most, self.time_limit)?;
            Ok((child, answer))
        });
        match answered {
            Ok((child, answer)) => {
                *state = State::Running(child);
                answer
            }
            Err(NoAnswer::Late) => {
                *state = State::Endless;
                Err(format!("the filter did not end within {} s", self.time_limit.as_secs_f32()))
            }
            Err(NoAnswer::NotStarted) => {
                Err("the process that runs filters did not start: was `waybill` \
                 replaced since? Start it again"
                    .to_owned())
            }
            Err(NoAnswer::Gone) => Err(format!(
                "jq itself failed on it, or took more than {} MiB of memory",
                self.memory_limit >> 20
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// See [`child`].
    #[test]
    fn this_executable_is_a_filters_child_where_it_is_started_as_one() {
        if std::env::var("WAYBILL_TEST_ARGUMENT").is_ok_and(|argument| argument == ARGUMENT) {
            serve();
        }
    }

    #[test]
    fn a_filter_gives_a_hundred_values_at_most_and_its_first_one_is_enough_to_select() {
        let filter = |code| Filter::compile(code).unwrap();
        let refused = filter("repeat(1)").run(&Value::Null);
        assert_eq!(refused, Err("the filter gave more than 100 values".to_owned()));
        assert_eq!(filter("repeat(1)").is_true(&Value::Null), Ok(true));
        assert_eq!(filter("range(100)").run(&Value::Null).unwrap().len(), 100);
    }

    #[test]
    fn a_filter_without_an_end_is_given_up_with_its_process_and_not_tried_again() {
        let limit = Duration::from_millis(300);
        let filter = Filter { time_limit: limit, ..Filter::compile("until(false; .)").unwrap() };
        let endless = Err("the filter did not end within 0.3 s".to_owned());
        assert_eq!(filter.run(&Value::Null), endless);
        assert!(matches!(*filter.state.lock().unwrap(), State::Endless), "its process is killed");
        // Its clones share what became of it.
        let (begun, limit) = (std::time::Instant::now(), Duration::from_secs(60));
        let patient = Filter { time_limit: limit, ..filter.clone() };
        let refused = Err("the filter did not end within 60 s".to_owned());
        assert_eq!(patient.run(&Value::Null), refused);
        assert!(begun.elapsed() < limit);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_filter_that_takes_all_memory_ends_alone_and_the_next_body_is_tried() {
        // It takes some hundred MiB, and on a slow machine its time.
        let code = "if . then [range(10000000)] | length else 7 end";
        let (memory_limit, time_limit) = (64 << 20, Duration::from_secs(600));
        let filter = Filter { memory_limit, time_limit, ..Filter::compile(code).unwrap() };
        let refused = filter.run(&Value::Bool(true)).unwrap_err();
        assert_eq!(refused, "jq itself failed on it, or took more than 64 MiB of memory");
        assert_eq!(filter.run(&Value::Bool(false)), Ok(vec![json!(7)]));
    }

    #[test]
    fn a_typo_or_an_unknown_function_is_shown_with_its_place() {
        let refused = |code| Filter::compile(code).unwrap_err();
        insta::assert_snapshot!(
            [refused(".body.v == == 1"), refused(".body | slect(.v)")].join("\n\n")
        );
    }

    #[test]
    fn an_error_never_quotes_the_message() {
        let message = json!({"body": {"name": "Zoë Krüger", "n": 1}});
        for code in [
            ".body.name.x",
            ".body.name + 1",
            ".body.name[]",
            "error(.body)",
            ".body.n | keys",
            ".body | fromjson",
        ] {
            let refused = Filter::compile(code).unwrap().run(&message).unwrap_err();
            assert!(!refused.contains("Zo"), "{code}: {refused}");
        }
    }

    #[test]
    fn a_filter_keeps_and_changes_what_it_says() {
        let message = json!({"order_id": "1001", "body": {"v": 1, "amount": 12345678901234567u64}});
        let keeps = |code| Filter::compile(code).unwrap().is_true(&message);
        assert_eq!(keeps(r#".order_id | test("^10")"#), Ok(true));
        assert_eq!(keeps(".body.v == 2"), Ok(false));
        assert_eq!(keeps("empty"), Ok(false));
        let refused = keeps(".order_id.x").unwrap_err();
        assert_eq!(refused, "it indexes a string that cannot be indexed so");
        let edit = Filter::compile(".body | .v = 2").unwrap();
        assert_eq!(edit.run(&message), Ok(vec![json!({"v": 2, "amount": 12345678901234567u64})]));
    }
}
