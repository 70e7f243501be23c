//! An EventBridge envelope as a CloudEvent.

use serde_json::{Value, json};

/// A CloudEvent in `detail` is taken as it is; otherwise the envelope maps field by field. A
/// publisher's retry may carry a new EventBridge id: the ledger's key still mails once.
pub fn to_cloud_event(mut envelope: Value) -> Value {
    let detail = envelope["detail"].take();
    if detail.get("specversion").is_some() {
        return detail;
    }
    json!({
        "specversion": "1.0",
        "id": envelope["id"].take(),
        "source": envelope["source"].take(),
        "type": envelope["detail-type"].take(),
        "time": envelope["time"].take(),
        "data": detail,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cloud_event_in_detail_is_taken_as_it_is() {
        let event = json!({"specversion": "1.0", "id": "7", "x": 1});
        let envelope = json!({"id": "eb", "detail-type": "any", "detail": event});
        assert_eq!(to_cloud_event(envelope), event);
    }

    #[test]
    fn an_envelope_maps_field_by_field() {
        let envelope = json!({
            "version": "0", "id": "eb-1", "source": "shop.orders", "detail-type": "order.confirmed",
            "time": "2026-11-20T10:00:00Z", "detail": {"order": 1}
        });
        let event = to_cloud_event(envelope);
        assert_eq!(event["id"], "eb-1");
        assert_eq!(event["type"], "order.confirmed");
        assert_eq!(event["data"], json!({"order": 1}));
    }
}
