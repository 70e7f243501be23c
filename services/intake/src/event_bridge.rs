//! Converts an EventBridge envelope to a CloudEvent.

use serde_json::{Value, json};

/// Returns a CloudEvent in `detail` unchanged; otherwise converts the envelope field by field. An envelope has no
/// field for the shop, so `detail` names it in a member `shop` beside the order.
pub fn to_cloud_event(mut envelope: Value) -> Value {
    let mut detail = envelope["detail"].take();
    if detail.get("specversion").is_some() {
        return detail;
    }
    // A publisher's retry may get a new EventBridge id, and is then stored as a second event. The ledger's
    // key does not depend on the id, so the customer is still mailed once; but it may get a new time too, so what
    // only the time tells from another, such as a refund without an id, is mailed twice then.
    let shop = detail.as_object_mut().and_then(|members| members.remove("shop"));
    json!({
        "specversion": "1.0",
        "shop": shop,
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
    fn a_cloud_event_in_detail_is_used_unchanged() {
        let event = json!({"specversion": "1.0", "id": "7", "x": 1});
        let envelope = json!({"id": "eb", "detail-type": "any", "detail": event});
        assert_eq!(to_cloud_event(envelope), event);
    }

    #[test]
    fn an_envelope_is_converted_field_by_field() {
        let envelope = json!({
            "version": "0", "id": "eb-1", "source": "shop.orders", "detail-type": "order.confirmed",
            "time": "2026-11-20T10:00:00Z", "detail": {"order": 1, "shop": "north"}
        });
        let event = to_cloud_event(envelope);
        assert_eq!(event["id"], "eb-1");
        assert_eq!(event["type"], "order.confirmed");
        assert_eq!(event["shop"], "north");
        assert_eq!(event["data"], json!({"order": 1}));
    }
}
