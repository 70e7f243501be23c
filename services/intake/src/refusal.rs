//! Why a message of the inbox queue goes to its dead-letter queue.

use kit::queue::DeadLetter;
use shared::queue::dead_letter::DeadLetterCode;
use shared::queue::sqs_json::escape_noncharacters;

use crate::outcome::{Outcome, PublishResult};

/// How many bad fields and conflicts a reason lists. With a message's attributes, its body must stay below
/// SQS's limit.
const MAX_LISTED: usize = 10;

/// The dead letter of a message of which an event is refused; `None` if all of them are stored.
pub fn from_outcomes(body: &str, outcomes: &[Outcome]) -> Option<DeadLetter> {
    let reasons: Vec<String> =
        outcomes.iter().enumerate().flat_map(|(i, o)| reasons(i, outcomes.len(), o)).collect();
    if reasons.is_empty() {
        return None;
    }
    let is_invalid = |outcome: &Outcome| matches!(outcome.result, PublishResult::Invalid(_));
    let is_any_invalid = outcomes.iter().any(is_invalid);
    Some(DeadLetter {
        body: body.to_owned(),
        code: if is_any_invalid { DeadLetterCode::Invalid } else { DeadLetterCode::Conflict },
        // A field's text may repeat an article number, and SQS takes no such character in an attribute.
        reason: escape_noncharacters(sentence(&reasons, outcomes)),
        order: match outcomes {
            [only] => only.order.clone(),
            _ => None,
        },
        kind: None,
    })
}

/// What is wrong with an event, with its position where there are several.
fn reasons(i: usize, count: usize, outcome: &Outcome) -> Vec<String> {
    let place = if count == 1 { String::new() } else { format!("event {}: ", i + 1) };
    match &outcome.result {
        PublishResult::Accepted | PublishResult::Duplicate => Vec::new(),
        PublishResult::Conflict => {
            let why = "another event with this source and id is stored for this order";
            vec![format!("{place}{why}")]
        }
        PublishResult::Invalid(errors) => {
            errors.iter().map(|error| format!("{place}{error}")).collect()
        }
    }
}

fn sentence(reasons: &[String], outcomes: &[Outcome]) -> String {
    let listed = reasons[..reasons.len().min(MAX_LISTED)].join("; ");
    let more = match reasons.len().saturating_sub(MAX_LISTED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let stored = match outcomes.iter().filter(|outcome| outcome.result.is_success()).count() {
        0 => String::new(),
        stored => format!(" ({stored} of its {} events are stored)", outcomes.len()),
    };
    format!("{listed}{more}{stored}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::FieldError;

    fn outcome(result: PublishResult) -> Outcome {
        Outcome::without_reference(result)
    }

    fn invalid(fields: usize) -> PublishResult {
        let error = FieldError { pointer: "/id".to_owned(), detail: "is missing".to_owned() };
        PublishResult::Invalid(vec![error; fields])
    }

    fn reason(outcomes: &[Outcome]) -> (DeadLetterCode, String) {
        let dead_letter = from_outcomes("[]", outcomes).expect("refused");
        (dead_letter.code, dead_letter.reason)
    }

    #[test]
    fn what_is_stored_is_no_dead_letter() {
        let stored = [outcome(PublishResult::Accepted), outcome(PublishResult::Duplicate)];
        assert_eq!(from_outcomes("[]", &stored), None);
    }

    #[test]
    fn the_reason_names_each_bad_field_and_of_an_array_the_event() {
        let single = reason(&[outcome(invalid(1))]);
        assert_eq!(single, (DeadLetterCode::Invalid, "/id: is missing".to_owned()));
        let conflict = "another event with this source and id is stored for this order";
        let single = reason(&[outcome(PublishResult::Conflict)]);
        assert_eq!(single, (DeadLetterCode::Conflict, conflict.to_owned()));
        let batch = [PublishResult::Accepted, PublishResult::Conflict, invalid(1)].map(outcome);
        let expected =
            format!("event 2: {conflict}; event 3: /id: is missing (1 of its 3 events are stored)");
        assert_eq!(reason(&batch), (DeadLetterCode::Invalid, expected));
    }

    #[test]
    fn a_long_list_of_bad_fields_is_cut() {
        let (_, reason) = reason(&[outcome(invalid(150))]);
        assert!(reason.ends_with("/id: is missing; and 140 more"), "{reason}");
        assert!(reason.len() < 1000, "{reason}");
    }
}
