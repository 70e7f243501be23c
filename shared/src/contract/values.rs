//! What single JSON values say.

use serde_json::Value;

/// Whether a value says nothing: null, a text without a visible character, and what holds nothing else. Many
/// serializers write these for a missing value, and PHP an empty array for an empty object.
pub(crate) fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.chars().all(|c| c.is_whitespace() || c.is_control()),
        Value::Array(items) => items.iter().all(is_absent),
        Value::Object(members) => members.values().all(is_absent),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

pub(crate) fn whole_number(value: &Value) -> Option<i64> {
    // From here on, a float no longer stands for one integer alone.
    const INEXACT: f64 = 9_007_199_254_740_992.0;
    let float = || value.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < INEXACT);
    value.as_i64().or_else(|| float().map(|n| n as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_says_nothing_is_absent() {
        for value in [json!(null), json!(""), json!(" \u{a0}\n"), json!([]), json!({ "a": [""] })] {
            assert!(is_absent(&value), "{value}");
        }
        for value in [json!(false), json!(0), json!("0"), json!([0])] {
            assert!(!is_absent(&value), "{value}");
        }
    }
}
