//! Reading an event together with what about it is probably not meant: unknown members, dropped links,
//! totals, refunds, dates and countries.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::contract::error::{FieldError, FieldWarning};
use crate::contract::event::Event;
use crate::contract::own_object::place_in;
use crate::contract::reader::FieldErrors;
use crate::contract::{plausibility, unknown_members};

/// The most warnings of one event: an answer has its limit.
const MAX_WARNINGS: usize = 20;

/// The most of one sentence: a mistake in a loop is one mistake, and must not hide another.
const MAX_OF_ONE_SENTENCE: usize = 5;

/// As [`Event::parse`], with warnings as of `now`: what was mended, left out or not understood, and what is
/// probably not meant as it stands. A refused event has them too: a misspelt member explains why another one is
/// missing.
pub fn parse_with_warnings(
    json: &Value,
    now: Timestamp,
) -> (Result<Event, Vec<FieldError>>, Vec<FieldWarning>) {
    let errors = FieldErrors::default();
    let (event, document) = Event::read_document(json, &errors);
    let (errors, mut warnings, known_members) = errors.into_parts();
    let is_new = |unknown: &FieldWarning| warnings.iter().all(|w| w.pointer != unknown.pointer);
    let unknown = unknown_members::find(&document, &known_members);
    let unknown: Vec<_> = unknown.into_iter().filter(is_new).collect();
    warnings.extend(unknown);
    let event = match event {
        Some(event) if errors.is_empty() => {
            let in_place = |warning: FieldWarning| {
                let pointer = place_in(&document, warning.pointer);
                FieldWarning { pointer, ..warning }
            };
            warnings.extend(plausibility::check(&event, now).into_iter().map(in_place));
            Ok(event)
        }
        _ => Err(errors),
    };
    (event, limited(warnings))
}

/// As [`Event::parse`], with the warnings about its form: where it is not what the JSON Schema describes.
pub fn read_form(json: &Value) -> (Result<Event, Vec<FieldError>>, Vec<FieldWarning>) {
    let errors = FieldErrors::default();
    let (event, _) = Event::read_document(json, &errors);
    let (errors, warnings, _) = errors.into_parts();
    let event = event.filter(|_| errors.is_empty()).ok_or(errors);
    (event, warnings)
}

fn limited(mut warnings: Vec<FieldWarning>) -> Vec<FieldWarning> {
    let all = warnings.len();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    warnings.retain(|warning| {
        let count = seen.entry(warning.detail.clone()).or_default();
        *count += 1;
        *count <= MAX_OF_ONE_SENTENCE
    });
    warnings.truncate(MAX_WARNINGS);
    if warnings.len() < all {
        let left_out = all - warnings.len();
        warnings.push(FieldWarning {
            pointer: String::new(),
            detail: format!("{left_out} more warnings are left out."),
            suggestion: None,
        });
    }
    warnings
}

#[cfg(test)]
mod tests;
