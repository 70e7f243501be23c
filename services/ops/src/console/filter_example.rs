//! A filter that fits the message at hand, for the page that asks for one.

use serde_json::Value;

/// Where a customer's address is in an event: what is wrong most often.
const ADDRESS: &str = "/data/order/customer/email";

/// Around an event: nothing, the message of a function, EventBridge's envelope.
const ROOTS: [&str; 3] = ["", "/event", "/detail"];

/// A filter for a message that failed for this reason: at the place that it names, or else the address. `body` may be masked;
/// null where it is not known.
pub fn filter_example(reason: &str, body: &Value) -> String {
    if body.is_string() {
        return r#"sub("WRONG"; "RIGHT") | fromjson"#.to_owned();
    }
    let place = named_place(reason).unwrap_or(ADDRESS);
    let root = ROOTS.into_iter().find(|root| body.pointer(&format!("{root}/data")).is_some());
    let pointer = format!("{}{place}", root.unwrap_or_default());
    let path = jq_path(&pointer);
    match body.pointer(&pointer) {
        Some(Value::String(text)) if text.contains(" at ") => {
            format!(r#"{path} |= sub(" at "; "@")"#)
        }
        Some(Value::String(_)) if place == ADDRESS => format!("{path} |= ascii_downcase"),
        None if body.is_null() => format!("{path} |= ascii_downcase"),
        _ => format!("{path} = \"RIGHT\""),
    }
}

/// The JSON Pointer of an event that the reason names first.
fn named_place(reason: &str) -> Option<&str> {
    let from = &reason[reason.find("/data/")?..];
    let end = from.find(|c: char| !c.is_ascii_alphanumeric() && c != '/' && c != '_');
    Some(from[..end.unwrap_or(from.len())].trim_end_matches('/'))
}

/// `/data/lines/0/sku` as `.data.lines[0].sku`.
fn jq_path(pointer: &str) -> String {
    let step = |name: &str| match name.parse::<usize>() {
        Ok(index) => format!("[{index}]"),
        Err(_) => format!(".{name}"),
    };
    pointer.split('/').skip(1).map(step).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_example_of_a_filter_fits_the_body_and_what_it_failed_on() {
        let event = |email: &str| json!({"data": {"order": {"customer": {"email": email}, "lines": [{"sku": "A"}]}}});
        let reason =
            "/data/order/customer/email: expected an e-mail address such as name@example.com";
        let wrong = event("b*** at ***.***");
        let expected = r#".data.order.customer.email |= sub(" at "; "@")"#;
        assert_eq!(filter_example(reason, &wrong), expected);
        let message = json!({"v": 1, "event": wrong});
        assert_eq!(filter_example(reason, &message), expected.replacen(".data", ".event.data", 1));
        let downcase = filter_example("SES refused the mail for good", &event("J***@***.COM"));
        assert_eq!(downcase, ".data.order.customer.email |= ascii_downcase");
        let at_line =
            filter_example("it has /data/order/lines/0/sku, which is too long", &event("x"));
        assert_eq!(at_line, r#".data.order.lines[0].sku = "RIGHT""#);
        assert!(filter_example("", &json!("cut off")).ends_with("| fromjson"));
        assert_eq!(
            filter_example("", &Value::Null),
            ".data.order.customer.email |= ascii_downcase"
        );
        for example in [expected, &at_line] {
            assert!(crate::dlq::Edit::compile(example).is_ok(), "{example}");
        }
    }
}
