//! The protocol's preconditions as DynamoDB condition expressions.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use shared::ledger::{Facts, Guard, MAX_DOUBTS, Precondition, Transition};
use shared::order_key::ORDER_KEY;

use super::attribute::{number, text};
use super::item::READDRESSED_TO;

/// A condition expression with its values. `state` is a reserved word of DynamoDB
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html>), so it is
/// always written `#state`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The expression.
    pub text: String,
    /// The value of each `:name` in it.
    pub values: HashMap<String, AttributeValue>,
    /// Whether it is a list of alternatives joined by OR.
    is_choice: bool,
}

impl Condition {
    /// Also asks for `clause`, which compares with the value `name`.
    pub(super) fn and(&mut self, clause: &str, name: String, value: AttributeValue) {
        // In parentheses only where they are needed: DynamoDB refuses an expression with redundant ones.
        self.text = match self.is_choice {
            true => format!("({}) AND {clause} {name}", self.text),
            false => format!("{} AND {clause} {name}", self.text),
        };
        self.is_choice = false;
        self.values.insert(name, value);
    }
}

/// The condition under which a writer that knows `facts` may make `transition`. The alternatives are the
/// transition's [`Precondition`]s.
#[must_use]
pub fn condition(transition: Transition, facts: &Facts) -> Condition {
    let mut values = HashMap::new();
    let alternatives: Vec<String> =
        transition.preconditions().iter().map(|p| alternative(*p, facts, &mut values)).collect();
    Condition { text: alternatives.join(" OR "), values, is_choice: alternatives.len() > 1 }
}

fn alternative(
    precondition: Precondition,
    facts: &Facts,
    values: &mut HashMap<String, AttributeValue>,
) -> String {
    let (state, guards) = match precondition {
        // Every item has a partition key, so this means that there is no item.
        Precondition::Absent => return format!("attribute_not_exists({ORDER_KEY})"),
        Precondition::In(state, guards) => (state, guards),
    };
    let is_state = format!(":is_{state}");
    let mut alternative = format!("#state = {is_state}");
    for (comparison, name, bound) in guards.iter().flat_map(|guard| comparisons(*guard, facts)) {
        alternative.push_str(&format!(" AND {comparison} {name}"));
        values.insert(name.to_owned(), number(bound));
    }
    if guards.contains(&Guard::NotReaddressed) {
        alternative.push_str(&format!(" AND attribute_not_exists({READDRESSED_TO})"));
    }
    values.insert(is_state, text(state.as_str()));
    format!("({alternative})")
}

/// The comparisons of a guard: left side and operator, name of the value, value.
fn comparisons(guard: Guard, facts: &Facts) -> Vec<(&'static str, &'static str, i64)> {
    match guard {
        Guard::SameAttempt => vec![("attempt =", ":if_attempt", i64::from(facts.attempt))],
        Guard::Attempted => vec![("attempt >", ":if_never", 0)],
        Guard::Due => vec![("not_before <=", ":if_now", facts.now)],
        Guard::MayPass => vec![("not_before >", ":if_final", 0)],
        Guard::LeaseExpired => vec![("lease_until <", ":if_now", facts.now)],
        Guard::Replayed => vec![("since <", ":if_enqueued", facts.enqueued_at)],
        Guard::ResendAllowed => vec![
            ("since <=", ":if_graced", facts.resend_doubts_from),
            ("doubts <", ":if_most_doubts", i64::from(MAX_DOUBTS)),
        ],
        Guard::NoDoubts => vec![("doubts =", ":if_no_doubts", 0)],
        Guard::HasDoubts => vec![("doubts >", ":if_no_doubts", 0)],
        Guard::OneDoubt => vec![("doubts =", ":if_one_doubt", 1)],
        // Compares nothing: the attribute is absent.
        Guard::NotReaddressed => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claims_condition_names_each_state_it_may_leave_and_no_other() {
        let condition = condition(Transition::Claim, &Facts::new(5));
        assert_eq!(
            condition.text,
            "(#state = :is_planned AND not_before <= :if_now) OR \
             (#state = :is_failed AND since < :if_enqueued AND attribute_not_exists(readdressed_to)) OR \
             (#state = :is_in_doubt AND since <= :if_graced AND doubts < :if_most_doubts)"
        );
        assert_eq!(condition.values.len(), 7);
    }

    #[test]
    fn a_further_clause_puts_parentheses_around_alternatives_and_around_nothing_else() {
        for transition in Transition::ALL {
            let mut condition = condition(transition, &Facts::new(5));
            let alternatives = condition.text.clone();
            condition.and("send_before <=", ":max".to_owned(), number(1));
            condition.and("judging =", ":expected".to_owned(), text("once"));
            let held = match transition.preconditions().len() {
                1 => alternatives,
                _ => format!("({alternatives})"),
            };
            let expected = format!("{held} AND send_before <= :max AND judging = :expected");
            assert_eq!(condition.text, expected, "{transition:?}");
        }
    }

    #[test]
    fn every_value_of_every_condition_is_mentioned_in_it() {
        for transition in Transition::ALL {
            let condition = condition(transition, &Facts::new(5));
            for name in condition.values.keys() {
                assert!(condition.text.contains(name.as_str()), "{transition:?}: {name}");
            }
        }
    }
}
