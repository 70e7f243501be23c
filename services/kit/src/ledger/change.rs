//! One change of a ledger item: an update expression and its condition.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use shared::ledger::{Facts, MAX_DOUBTS, Transition, Write};
use shared::notification::AddressHash;

use super::attribute::{number, text};
use super::expression::{Condition, condition};
use super::item::READDRESSED_TO;

/// A transition of an existing item, and further attributes to write.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub(super) transition: Transition,
    facts: Facts,
    assignments: Vec<Assignment>,
    upper_bounds: Vec<(&'static str, i64)>,
    equals: Option<(&'static str, String)>,
}

#[derive(Debug, Clone, PartialEq)]
struct Assignment {
    attribute: &'static str,
    value: AttributeValue,
    only_if_absent: bool,
}

impl Change {
    /// `transition` without further attributes, by a writer that knows `facts`.
    #[must_use]
    pub const fn new(transition: Transition, facts: Facts) -> Self {
        Self { transition, facts, assignments: Vec::new(), upper_bounds: Vec::new(), equals: None }
    }

    /// The notification's news goes to this corrected address, at `now` (milliseconds since 1970).
    #[must_use]
    pub fn readdressed_to(address: AddressHash, now: i64) -> Self {
        let readdress = Self::new(Transition::Readdress, Facts::new(now));
        readdress.with(READDRESSED_TO, address.to_string())
    }

    /// Also writes `text` to `attribute`.
    #[must_use]
    pub fn with(self, attribute: &'static str, text: impl Into<String>) -> Self {
        self.assign(attribute, AttributeValue::S(text.into()), false)
    }

    /// Also writes `value` to `attribute`.
    #[must_use]
    pub fn with_number(self, attribute: &'static str, value: i64) -> Self {
        self.assign(attribute, number(value), false)
    }

    /// Also writes `text` to `attribute`, unless the item has it already.
    #[must_use]
    pub fn with_if_absent(self, attribute: &'static str, text: impl Into<String>) -> Self {
        self.assign(attribute, AttributeValue::S(text.into()), true)
    }

    /// Adds a condition to the protocol's own: `attribute` must be at most `bound`.
    #[must_use]
    pub fn if_at_most(mut self, attribute: &'static str, bound: i64) -> Self {
        self.upper_bounds.push((attribute, bound));
        self
    }

    /// Adds a condition to the protocol's own: `attribute` must be `text`. An item without the attribute
    /// does not meet it.
    #[must_use]
    pub fn if_equals(mut self, attribute: &'static str, text: impl Into<String>) -> Self {
        self.equals = Some((attribute, text.into()));
        self
    }

    fn assign(mut self, attribute: &'static str, value: AttributeValue, if_absent: bool) -> Self {
        self.assignments.push(Assignment { attribute, value, only_if_absent: if_absent });
        self
    }

    /// The protocol's condition and those of this change.
    pub(super) fn condition(&self) -> Condition {
        let mut condition = condition(self.transition, &self.facts);
        for (attribute, bound) in &self.upper_bounds {
            let name = format!(":max_{attribute}");
            condition.and(&format!("{attribute} <="), name, number(*bound));
        }
        if let Some((attribute, expected)) = &self.equals {
            let name = format!(":expected_{attribute}");
            condition.and(&format!("{attribute} ="), name, text(expected));
        }
        condition
    }

    /// The update expression and its values. Uses the names `#state` and `#state_at`, unless the record stays in its
    /// state.
    pub(super) fn update(&self) -> (String, HashMap<String, AttributeValue>) {
        let mut set = SetExpression::default();
        let target = self.transition.target();
        if let Some(state) = target {
            // `since` changes with every transition; `sent_at`, `failed_at` and so on stay when the state is left,
            // so that an operator sees the history.
            set.put("#state", ":state", text(state.as_str()));
            set.put("since", ":now", number(self.facts.now));
            set.put("#state_at", ":now", number(self.facts.now));
        }
        self.write_protocol_attributes(&mut set);
        for Assignment { attribute, value, only_if_absent } in &self.assignments {
            // tests/promises/kills.rs recognises the write of SES's answer by this name.
            let name = format!(":also_{attribute}");
            let term = if *only_if_absent {
                format!("if_not_exists({attribute}, {name})")
            } else {
                name.clone()
            };
            set.clause(format!("{attribute} = {term}"), name, value.clone());
        }
        // A reason is that of the state: a mail that was sent in the end has none of an earlier refusal.
        let has_reason = self.assignments.iter().any(|a| a.attribute == "reason");
        let remove = if has_reason || target.is_none() { "" } else { " REMOVE reason" };
        (format!("SET {}{remove}", set.clauses.join(", ")), set.values)
    }

    // Counters are incremented by DynamoDB, so that a change never depends on an item read earlier.
    fn write_protocol_attributes(&self, set: &mut SetExpression) {
        match self.transition.write() {
            Write::TakeLease => {
                set.increment("attempt");
                set.put("lease_until", ":lease_until", number(self.facts.lease_until));
            }
            Write::CountDoubt => set.increment("doubts"),
            Write::ExhaustDoubts => {
                set.put("doubts", ":max_doubts", number(i64::from(MAX_DOUBTS)));
            }
            Write::ClearDoubts => set.put("doubts", ":no_doubts", number(0)),
            Write::StartOver => {
                set.put("doubts", ":no_doubts", number(0));
                set.put("not_before", ":no_wait", number(0));
            }
            Write::Postpone => {
                set.put("not_before", ":not_before", number(self.facts.not_before));
            }
            Write::EndWait => set.put("not_before", ":no_wait", number(0)),
            Write::Create | Write::StateOnly | Write::FurtherDelivery => {}
        }
    }
}

#[derive(Default)]
struct SetExpression {
    clauses: Vec<String>,
    values: HashMap<String, AttributeValue>,
}

impl SetExpression {
    fn put(&mut self, attribute: &str, name: &str, value: AttributeValue) {
        self.clause(format!("{attribute} = {name}"), name.to_owned(), value);
    }

    fn increment(&mut self, attribute: &str) {
        self.clause(format!("{attribute} = {attribute} + :one"), ":one".to_owned(), number(1));
    }

    fn clause(&mut self, clause: String, name: String, value: AttributeValue) {
        self.clauses.push(clause);
        self.values.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_counts_the_attempt_where_it_is_and_takes_the_lease() {
        let facts = Facts { lease_until: 65, ..Facts::new(5) };
        let (update, values) = Change::new(Transition::Claim, facts).with("holder", "h").update();
        assert_eq!(
            update,
            "SET #state = :state, since = :now, #state_at = :now, attempt = attempt + :one, \
             lease_until = :lease_until, holder = :also_holder REMOVE reason"
        );
        assert_eq!(values[":lease_until"], number(65));
        assert_eq!(values[":also_holder"], text("h"));
    }

    #[test]
    fn each_transition_writes_what_the_protocol_says() {
        let facts = Facts { not_before: 7, ..Facts::for_attempt(5, 1) };
        let no_doubts = ("doubts = :no_doubts", ":no_doubts", 0);
        let no_wait = ("not_before = :no_wait", ":no_wait", 0);
        let later = ("not_before = :not_before", ":not_before", 7);
        let one_more = ("doubts = doubts + :one", ":one", 1);
        let max = i64::from(MAX_DOUBTS);
        for (transition, expected) in [
            (Transition::Doubt, &[one_more][..]),
            (Transition::Expire, &[one_more]),
            (Transition::Hold, &[("doubts = :max_doubts", ":max_doubts", max)]),
            (Transition::Fail, &[no_doubts]),
            (Transition::Reopen, &[no_doubts, no_wait]),
            (Transition::Defer, &[later]),
            (Transition::Bounce, &[no_wait]),
            (Transition::Settle, &[]),
        ] {
            let (update, values) = Change::new(transition, facts).update();
            for (clause, name, value) in expected {
                assert!(update.contains(clause), "{transition:?}: {update}");
                assert_eq!(values[*name], number(*value), "{transition:?}");
            }
            assert_eq!(values.len(), 2 + expected.len(), "{transition:?}: {update}");
        }
    }

    #[test]
    fn a_reason_lasts_as_long_as_its_state() {
        let facts = Facts::for_attempt(5, 1);
        let refused = Change::new(Transition::Defer, facts).with("reason", "Throttled");
        assert!(refused.update().0.ends_with(", reason = :also_reason"));
        let delivered = Change::new(Transition::Deliver, facts);
        assert!(delivered.update().0.ends_with(" REMOVE reason"));
    }

    #[test]
    fn a_mark_of_a_further_delivery_leaves_state_time_and_reason_as_they_are() {
        let marked = Change::readdressed_to(AddressHash::parse("IsKbxIjX").expect("a hash"), 5);
        let (update, values) = marked.update();
        assert_eq!(update, "SET readdressed_to = :also_readdressed_to");
        assert_eq!(values[":also_readdressed_to"], text("IsKbxIjX"));
        assert_eq!(
            marked.condition().text,
            "(#state = :is_bounced AND not_before <= :if_now AND attribute_not_exists(readdressed_to)) OR \
             (#state = :is_failed AND attribute_not_exists(readdressed_to))"
        );
    }

    #[test]
    fn a_first_value_stays_and_a_bound_narrows_the_condition() {
        let change = Change::new(Transition::Settle, Facts::new(5))
            .with_if_absent("message_id", "m")
            .if_at_most("send_before", 9);
        assert!(
            change.update().0.contains("message_id = if_not_exists(message_id, :also_message_id)")
        );
        let condition = change.condition();
        assert!(condition.text.starts_with("((#state = "), "{}", condition.text);
        assert!(condition.text.ends_with(") AND send_before <= :max_send_before"));
        assert_eq!(condition.values[":max_send_before"], number(9));
    }

    #[test]
    fn a_condition_of_one_alternative_has_no_redundant_parentheses() {
        let change = Change::new(Transition::Wait, Facts::new(5)).if_equals("judging", "once");
        let text = change.if_at_most("send_before", 9).condition().text;
        assert!(text.starts_with("(#state = "), "{text}");
        assert!(!text.contains("((") && !text.contains("))"), "{text}");
        let (_, further) = text.split_once(") AND ").expect("what narrows it");
        assert_eq!(further, "send_before <= :max_send_before AND judging = :expected_judging");
    }

    #[test]
    fn an_expected_text_narrows_every_alternative_of_the_condition() {
        let change =
            Change::new(Transition::Bounce, Facts::new(5)).if_equals("feedback_token", "t-1");
        let condition = change.condition();
        assert!(condition.text.starts_with("((#state = "), "{}", condition.text);
        assert!(condition.text.ends_with(") AND feedback_token = :expected_feedback_token"));
        assert_eq!(condition.values[":expected_feedback_token"], text("t-1"));
    }
}
