//! jq filters, run by jaq. Its error messages quote the input, so they are never printed.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use jaq_all::data::{self, Runner};
use jaq_all::jaq_core::unwrap_valr;
use jaq_all::json::Val;
use jaq_all::load::FileReportsDisp;
use serde_json::Value;

/// How long a filter may take for one body: longer than any that ends.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// As the main thread of a process has: a filter may recurse.
const STACK_BYTES: usize = 8 << 20;

/// How many outputs are read of a filter: one is wanted, and some have no last one.
const MAX_OUTPUTS: usize = 100;

#[derive(Clone)]
pub struct Filter {
    compiled: Arc<data::Filter>,
    /// Whether it did not end for a body. It is not tried with the next one.
    is_endless: Arc<AtomicBool>,
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filter")
    }
}

impl Filter {
    /// Compiles a filter that the operator typed. The error shows the place.
    pub fn compile(code: &str) -> Result<Self, String> {
        let compiled = jaq_all::compile_with(code, jaq_all::defs(), data::base_funs(), &[]);
        compiled.map(|filter| Self { compiled: Arc::new(filter), is_endless: Arc::default() }).map_err(|reports| {
            let shown: String =
                reports.iter().map(|report| FileReportsDisp::new(report).to_string()).collect();
            // jaq pads its lines to one width.
            let lines: Vec<&str> =
                shown.trim_start_matches("Error: ").lines().map(str::trim_end).collect();
            format!(
                "expected a jq filter: {}\nTry it on one message first: `waybill dlq show QUEUE \
                 --output json --body`.",
                lines.join("\n")
            )
        })
    }

    /// All outputs of the filter for `input`.
    ///
    /// On a thread of its own, since nothing ends a filter that does not end by itself: whoever waits gives it up, and the
    /// thread goes on, and takes the memory that it likes, until the process ends.
    ///
    /// # Errors
    /// What the filter failed on, by its type: jq's own message would quote the customer's data. That it does not end.
    pub fn run(&self, input: &Value) -> Result<Vec<Value>, String> {
        let outputs = self.first_outputs(input, MAX_OUTPUTS + 1)?;
        if outputs.len() > MAX_OUTPUTS {
            return Err(format!("the filter gave more than {MAX_OUTPUTS} values"));
        }
        Ok(outputs)
    }

    /// At most `most` outputs.
    fn first_outputs(&self, input: &Value, most: usize) -> Result<Vec<Value>, String> {
        let endless = || format!("the filter did not end within {} s", TIME_LIMIT.as_secs());
        if self.is_endless.load(Ordering::Relaxed) {
            return Err(endless());
        }
        let (filter, input) = (self.clone(), input.clone());
        let (answer, outputs) = mpsc::sync_channel(1);
        let run = move || answer.send(filter.outputs(&input, most));
        let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn(run);
        thread.map_err(|_| "this machine gave no thread for the filter".to_owned())?;
        outputs.recv_timeout(TIME_LIMIT).unwrap_or_else(|error| match error {
            RecvTimeoutError::Timeout => {
                self.is_endless.store(true, Ordering::Relaxed);
                Err(endless())
            }
            RecvTimeoutError::Disconnected => Err("jq itself failed on it".to_owned()),
        })
    }

    fn outputs(&self, input: &Value, most: usize) -> Result<Vec<Value>, String> {
        let (runner, name) = (Runner::default(), Val::Null);
        let input = jaq_all::json::read::parse_single(input.to_string().as_bytes());
        let inputs = (&name, std::iter::once(input));
        let mut outputs = Vec::new();
        let ended = data::run(
            &runner,
            &self.compiled,
            Default::default(),
            inputs,
            |e| e,
            |output| {
                let output =
                    unwrap_valr(output).map_err(|error| without_values(&error.to_string()))?;
                outputs.push(to_json(&output)?);
                // What ends the run here is no error: more outputs are not wanted.
                if outputs.len() < most { Ok(()) } else { Err(String::new()) }
            },
        );
        if outputs.len() < most {
            ended?;
        }
        Ok(outputs)
    }

    /// Whether the first output is neither `null` nor `false`.
    pub fn is_true(&self, input: &Value) -> Result<bool, String> {
        let outputs = self.first_outputs(input, 1)?;
        Ok(outputs.first().is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false))))
    }
}

/// jq's error message with types in place of values.
fn without_values(message: &str) -> String {
    // Only the beginnings that jaq is known to write are kept; all else may be the message.
    let kinds = |rest: &str| kind_of(rest.trim_start());
    if let Some(rest) = message.strip_prefix("cannot index ") {
        format!("it indexes {} that cannot be indexed so", kinds(rest))
    } else if let Some(rest) = message.strip_prefix("cannot use ") {
        let wanted = rest.rsplit(" as ").next().filter(|expected| JQ_TYPES.contains(expected));
        format!("it uses {} as {}", kinds(rest), wanted.unwrap_or("something else"))
    } else if let Some(rest) = message.strip_prefix("cannot calculate ") {
        format!("it calculates with {}", kinds(rest))
    } else if let Some(rest) = message.strip_prefix("invalid path expression with input ") {
        format!("it assigns to {}, which is not a path of the message", kinds(rest))
    } else {
        "the filter's own error (error, or a function's), which may quote the message".to_owned()
    }
}

/// The types that jq names as expected. Anything else in that place may be a value.
const JQ_TYPES: [&str; 8] = [
    "array",
    "object",
    "string",
    "number",
    "integer",
    "boolean",
    "iterable",
    "iterable (array or object)",
];

/// The type of the JSON value that the text begins with.
fn kind_of(json: &str) -> &'static str {
    match json.chars().next() {
        Some('"') => "a string",
        Some('{') => "an object",
        Some('[') => "an array",
        Some('t' | 'f') => "a boolean",
        Some('n') => "null",
        _ => "a number",
    }
}

fn to_json(value: &Val) -> Result<Value, String> {
    // Through text: jaq keeps large integers exactly, which a conversion by f64 would not.
    serde_json::from_str(&value.to_string())
        .map_err(|_| "the filter gave a value that JSON cannot hold".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_filter_without_an_end_is_given_up_and_not_tried_again() {
        let run = |filter: &Filter| filter.run(&Value::Null).expect_err("no end");
        assert_eq!(
            run(&Filter::compile("repeat(1)").unwrap()),
            "the filter gave more than 100 values"
        );
        assert!(Filter::compile("repeat(1)").unwrap().is_true(&Value::Null).unwrap());
        let hundred = Filter::compile("range(100)").unwrap();
        assert_eq!(hundred.run(&Value::Null).unwrap().len(), 100);
        let filter = Filter::compile("until(false; .)").unwrap();
        assert_eq!(run(&filter), "the filter did not end within 10 s");
        let begun = std::time::Instant::now();
        assert_eq!(run(&filter), "the filter did not end within 10 s");
        assert!(begun.elapsed() < TIME_LIMIT);
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
