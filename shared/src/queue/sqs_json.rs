//! JSON text that SQS accepts.

/// JSON as SQS accepts it. JSON allows U+FFFE and U+FFFF unescaped, and SQS refuses them
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>).
#[must_use]
pub fn escape_noncharacters(json: String) -> String {
    if !json.contains(['\u{fffe}', '\u{ffff}']) {
        return json;
    }
    // Outside strings, JSON is ASCII. So both are inside strings, where an escape means the same.
    json.replace('\u{fffe}', r"\ufffe").replace('\u{ffff}', r"\uffff")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sqs_refuses_is_escaped_and_means_the_same() {
        for text in ["\u{fffe}", "\u{ffff}", "a\u{fffe}b\u{ffff}c"] {
            let json = serde_json::to_string(text).expect("a string");
            let escaped = escape_noncharacters(json);
            assert!(!escaped.contains(['\u{fffe}', '\u{ffff}']), "{escaped:?}");
            assert_eq!(serde_json::from_str::<String>(&escaped).expect("JSON"), text);
        }
    }
}
