//! The events of a file.

use std::io::Read;
use std::path::Path;

use serde_json::Value;
use shared::contract::documents::{Document, documents};
use shared::contract::json::parse_strict;

use crate::error::CliError;

/// An event as it stands in a file: any JSON document.
#[derive(Debug)]
pub struct FileEvent {
    /// The line on which it begins, from 1.
    pub line: usize,
    pub json: Value,
}

/// Reads a file of CloudEvents, or standard input for `-`: JSON documents one after the other, or arrays of them.
///
/// # Errors
/// [`CliError::Input`] when it cannot be read, a document is no JSON, or there is none.
pub fn read_events(file: &Path) -> Result<Vec<FileEvent>, CliError> {
    let text = match file.to_str() {
        Some("-") => std::io::stdin().lock().bytes().collect(),
        _ => std::fs::read(file),
    };
    let text = text.map_err(|error| {
        CliError::input(format!("Can't read {}: {error}.", file.display())).caused_by(error)
    })?;
    events(&text)
}

fn events(text: &[u8]) -> Result<Vec<FileEvent>, CliError> {
    let read = |Document { line, json }: Document<'_>| {
        let json = json.and_then(|json| parse_strict(json.as_bytes())).map_err(|invalid| {
            CliError::input(format!(
                "Line {line} is not a CloudEvent: {invalid}. Nothing was done."
            ))
        })?;
        Ok(FileEvent { line, json })
    };
    let events = documents(text).into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    if events.is_empty() {
        return Err(CliError::input(
            "The file holds no event. Expected CloudEvents in JSON, one after the other.",
        ));
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_events_one_after_the_other() {
        let lines = |text: &str| -> Vec<usize> {
            events(text.as_bytes()).unwrap().iter().map(|event| event.line).collect()
        };
        assert_eq!(lines("{\n  \"id\": \"1\"\n}\n{\n  \"id\": \"2\"\n}\n"), [1, 4]);
        assert_eq!(lines(r#"{"id":"1"}"#), [1]);
        assert_eq!(lines(r#"[{"id":"1"},{"id":"2"}]"#), [1, 1]);
        assert_eq!(lines("{\"id\":\"1\"}\n\n{\"id\":\"2\"}\n"), [1, 3]);
    }

    #[test]
    fn a_bad_line_is_named_and_nothing_is_done() {
        let refused = events(b"{\"id\":\"1\"}\n{oops}\n").unwrap_err().to_string();
        assert!(refused.starts_with("Line 2 is not a CloudEvent"), "{refused}");
        assert!(events(b"\n\n").unwrap_err().to_string().contains("no event"));
    }
}
