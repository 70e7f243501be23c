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
