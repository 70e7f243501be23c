//! The order's events.

use super::{Mode, Place};
use crate::aws::Stack;
use crate::error::CliError;
use crate::events::{self, StoredEvent};

/// Deletes the events.
pub async fn delete(
    stack: &Stack,
    order: &str,
    stored: &[StoredEvent],
    mode: Mode,
) -> Result<Place, CliError> {
    let mut place = Place {
        place: "Events table".to_owned(),
        what: "events, with the customer's data".to_owned(),
        found: stored.len(),
        ..Place::default()
    };
    if mode == Mode::Remove {
        for event in stored {
            events::delete(stack, order, &event.event).await?;
            place.removed += 1;
        }
    }
    Ok(place)
}
