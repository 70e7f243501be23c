//! What `waybill doctor` checks is what the functions need.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

/// Keeps the SDK from looking for a region and credentials, and the mailer from asking SES.
const SETTINGS: [(&str, &str); 4] = [
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "none"),
    ("AWS_SECRET_ACCESS_KEY", "none"),
    ("SES_SEND_RATE", "1"),
];

/// The first variable that the function misses; `None` if it starts.
fn missing_variable(function: &str, set: &BTreeSet<String>) -> Option<String> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stack"))
        .args(["function", function])
        .env_clear()
        .envs(SETTINGS)
        .envs(set.iter().map(|name| (name, "http://127.0.0.1:9/x")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the function starts");
    // A function ends with its standard input; here it has to end by itself.
    let _open = child.stdin.take();
    let output = child.wait_with_output().expect("its output");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    // The last words of a panic are a log line.
    let printed = text(output.stderr) + &text(output.stdout);
    let Some((_, rest)) = printed.split_once("the environment variable ") else {
        // Outside of Lambda a function that has started stops at the runtime's own variables.
        assert!(printed.contains("AWS_LAMBDA_"), "{function}: {printed}");
        return None;
    };
    rest.split_whitespace().next().map(str::to_owned)
}

#[test]
fn the_variables_that_doctor_checks_are_those_without_which_the_functions_refuse_to_start() {
    for (function, checked) in ops::REQUIRED_VARIABLES {
        let mut needed = BTreeSet::new();
        while let Some(name) = missing_variable(function, &needed) {
            assert!(needed.insert(name.clone()), "{function} does not take {name}");
        }
        assert_eq!(needed, checked.iter().map(|&name| name.to_owned()).collect(), "{function}");
    }
}
