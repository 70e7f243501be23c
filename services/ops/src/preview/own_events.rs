//! A shop's own events, from a file.

use std::path::Path;

use jiff::Timestamp;
use mailer::preview::{Sample, with_changes};
use shared::Event;

use crate::error::CliError;
use crate::event_file::{FileEvent, read_events};

/// The events of a file, each as if it had been accepted when it happened, or now.
///
/// # Errors
/// [`CliError::Input`] for an event that intake would not take, with each bad field.
pub fn from_file(file: &Path) -> Result<Vec<Sample>, CliError> {
    let now = Timestamp::now();
    let sample = |FileEvent { line, json }| {
        let event = Event::parse(&json).map_err(|errors| {
            let place = format!("{}:{line}", file.display());
            let errors = errors.iter().map(|error| format!("{place}: {error}\n"));
            CliError::input(format!(
                "Intake would not take this event, so there is no mail.\n{}",
                errors.collect::<String>().trim_end()
            ))
        })?;
        let name = format!("{}-{}", event.order.id, event.reference.id);
        Ok(Sample::new(name, event.time.unwrap_or(now), event))
    };
    read_events(file)?.into_iter().map(sample).collect::<Result<_, _>>().map(with_changes)
}
