//! Stream records that relay gave up. Their record names a place in the stream, which forgets
//! after a day; the events themselves are in the Events table. So a record is read as a window of
//! time, and what of that window the ledger has not seen is what was lost.

use jiff::Timestamp;
use serde_json::Value;

/// Between the put of an event and its arrival in the stream, and between two clocks.
const MARGIN_MS: i64 = 60_000;

/// The longest that a record is tried (`MaximumRecordAgeInSeconds` of the mapping).
const MAX_RETRY_AGE_MS: i64 = 24 * 60 * 60 * 1000;

/// A window of acceptance times, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its first moment.
    pub from: i64,
    /// Its last.
    pub until: i64,
}

impl Window {
    /// Reads Lambda's record of a discarded batch
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>), or S3's word
    /// that such a record was stored.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(body: &str) -> Result<Self, String> {
        let record: Value = serde_json::from_str(body).map_err(|_| "expected JSON".to_owned())?;
        let time = |pointer: &str| -> Option<i64> {
            let at: Timestamp = record.pointer(pointer)?.as_str()?.parse().ok()?;
            Some(at.as_millisecond())
        };
        let first = time("/DDBStreamBatchInfo/approximateArrivalOfFirstRecord");
        let last = time("/DDBStreamBatchInfo/approximateArrivalOfLastRecord");
        let stored = time("/time").filter(|_| record["detail-type"] == "Object Created");
        match (first.zip(last), stored) {
            (Some((first, last)), _) => {
                Ok(Self { from: first - MARGIN_MS, until: last + MARGIN_MS })
            }
            (None, Some(at)) => {
                Ok(Self { from: at - MAX_RETRY_AGE_MS - MARGIN_MS, until: at + MARGIN_MS })
            }
            (None, None) => Err("expected Lambda's record of a discarded stream batch, with \
                                 /DDBStreamBatchInfo, or S3's event about one"
                .to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_discarded_batch_is_the_window_of_its_arrivals() {
        let body = json!({"DDBStreamBatchInfo": {
            "approximateArrivalOfFirstRecord": "2026-11-20T10:00:00Z",
            "approximateArrivalOfLastRecord": "2026-11-20T10:05:00Z",
        }});
        let window = Window::read(&body.to_string()).unwrap();
        assert_eq!(window.until - window.from, 5 * 60_000 + 2 * MARGIN_MS);
    }

    #[test]
    fn a_stored_batch_may_have_been_tried_for_a_day() {
        let body = json!({"detail-type": "Object Created", "time": "2026-11-20T10:00:00Z"});
        let window = Window::read(&body.to_string()).unwrap();
        assert_eq!(window.until - window.from, MAX_RETRY_AGE_MS + 2 * MARGIN_MS);
        assert!(Window::read("{}").is_err());
    }
}
