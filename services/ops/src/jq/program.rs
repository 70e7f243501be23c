//! A jq program, run by jaq. Its error messages quote the input, so they are never printed.

use jaq_all::data::{self, Runner};
use jaq_all::jaq_core::unwrap_valr;
use jaq_all::json::Val;
use jaq_all::load::FileReportsDisp;
use serde_json::Value;

pub struct Program(data::Filter);

impl Program {
    /// Compiles what the operator typed. The error shows the place.
    pub fn compile(code: &str) -> Result<Self, String> {
        let compiled = jaq_all::compile_with(code, jaq_all::defs(), data::base_funs(), &[]);
        compiled.map(Self).map_err(|reports| {
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

    /// At most `most` outputs for `input`, where it ends.
    ///
    /// # Errors
    /// What it failed on, by its type: jq's own message would quote the customer's data.
    pub fn outputs(&self, input: &Value, most: usize) -> Result<Vec<Value>, String> {
        let (runner, name) = (Runner::default(), Val::Null);
        let input = jaq_all::json::read::parse_single(input.to_string().as_bytes());
        let inputs = (&name, std::iter::once(input));
        let mut outputs = Vec::new();
        let ended = data::run(
            &runner,
            &self.0,
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
