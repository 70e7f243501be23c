//! DynamoDB condition expressions, made from the protocol's data.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use shared::ledger::{Facts, Guard, Precondition, Transition};

/// A condition expression with the values it mentions. `state` is a reserved word of DynamoDB, so
/// it is always written `#state`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The expression.
    pub text: String,
    /// Its values.
    pub values: HashMap<String, AttributeValue>,
}

/// The condition under which `transition` may happen, for a writer that knows `facts`.
#[must_use]
pub fn condition(transition: Transition, facts: &Facts) -> Condition {
    let mut values = HashMap::new();
    let alternatives: Vec<String> =
        transition.preconditions().iter().map(|p| alternative(*p, facts, &mut values)).collect();
    Condition { text: alternatives.join(" OR "), values }
}

fn alternative(
    precondition: Precondition,
    facts: &Facts,
    values: &mut HashMap<String, AttributeValue>,
) -> String {
    let (state, guard) = match precondition {
        Precondition::Absent => return "attribute_not_exists(order_id)".to_owned(),
        Precondition::In(state, guard) => (state, guard),
    };
    let is_state = format!(":is_{state}");
    let text = match guard_text(guard, facts) {
        None => format!("(#state = {is_state})"),
        Some((comparison, name, number)) => {
            values.insert(name.to_owned(), AttributeValue::N(number.to_string()));
            format!("(#state = {is_state} AND {comparison} {name})")
        }
    };
    values.insert(is_state, AttributeValue::S(state.as_str().to_owned()));
    text
}

/// Left side and operator, the value's name, and the value.
fn guard_text(guard: Guard, facts: &Facts) -> Option<(&'static str, &'static str, i64)> {
    match guard {
        Guard::Always => None,
        Guard::SameAttempt => Some(("attempt =", ":if_attempt", i64::from(facts.attempt))),
        Guard::Attempted => Some(("attempt >", ":if_never", 0)),
        Guard::Due => Some(("not_before <=", ":if_now", facts.now)),
        Guard::LeaseExpired => Some(("lease_until <", ":if_now", facts.now)),
        Guard::Replayed => Some(("since <", ":if_enqueued", facts.enqueued_at)),
        Guard::GracePassed => Some(("since <=", ":if_graced", facts.resend_doubts_from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_asks_for_each_way_in_and_nothing_else() {
        let condition = condition(Transition::Claim, &Facts::at(5));
        assert_eq!(
            condition.text,
            "(#state = :is_planned AND not_before <= :if_now) OR \
             (#state = :is_failed AND since < :if_enqueued) OR \
             (#state = :is_in_doubt AND since <= :if_graced)"
        );
        assert_eq!(condition.values.len(), 6);
    }

    #[test]
    fn every_value_of_every_condition_is_mentioned_in_it() {
        for transition in Transition::ALL {
            let condition = condition(transition, &Facts::at(5));
            for name in condition.values.keys() {
                assert!(condition.text.contains(name.as_str()), "{transition:?}: {name}");
            }
        }
    }
}
