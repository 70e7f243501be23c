//! A warning where an event is published whose news is none any more.

use jiff::{SignedDuration, Timestamp};
use shared::queue::arrival::Arrival;
use shared::queue::message::news_ends;
use shared::{Event, FieldWarning};

/// Warns if nobody is mailed of `event`, which arrived at `arrival`, because it is stale `now`: by the dispatcher's rule.
pub(crate) fn warning(event: &Event, arrival: Arrival, now: Timestamp) -> Option<FieldWarning> {
    let arrived_at = arrival.received_at.map_or(now, |at| at.min(now));
    let is_stale = arrival.forced_at.is_none() && news_ends(event, arrived_at) <= now;
    (event.notify && is_stale).then(|| FieldWarning {
        pointer: "/time".to_owned(),
        detail: format!(
            "This news is older than {}, so nobody is mailed.",
            in_words(event.payload.kind().send_within())
        ),
        suggestion: None,
    })
}

fn in_words(limit: SignedDuration) -> String {
    match limit.as_hours() {
        hours if hours > 24 && hours % 24 == 0 => format!("{} days", hours / 24),
        hours => format!("{hours} hours"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp::constant(1_795_694_400, 0);

    fn warned(kind: &str, hours_ago: i64, notify: bool, arrival: Arrival) -> Option<String> {
        let event = json!({
            "specversion": "1.0", "source": "shop", "id": "e-1", "type": kind,
            "time": (NOW - SignedDuration::from_hours(hours_ago)).to_string(),
            "data": {
                "order": { "id": "1", "customer": { "email": "jo@example.com" } },
                "shipment": { "id": "S" },
                "notify": notify,
            },
        });
        let event = Event::parse(&event).expect("valid");
        warning(&event, arrival, NOW).map(|warning| warning.detail)
    }

    #[test]
    fn news_that_is_stale_when_it_is_published_is_named() {
        let now = Arrival::default();
        let of =
            |limit: &str| Some(format!("This news is older than {limit}, so nobody is mailed."));
        assert_eq!(warned("order.confirmed", 72, true, now), of("3 days"));
        assert_eq!(warned("order.confirmed", 71, true, now), None);
        assert_eq!(warned("shipment.out_for_delivery", 12, true, now), of("12 hours"));
        assert_eq!(warned("shipment.delivery_attempted", 24, true, now), of("24 hours"));
        assert_eq!(warned("order.confirmed", 72, false, now), None, "nobody is to be mailed");
    }

    #[test]
    fn news_that_waited_ages_from_its_arrival_and_what_an_operator_forces_is_mailed() {
        let hours_ago = |hours| Some(NOW - SignedDuration::from_hours(hours));
        let waited = Arrival { received_at: hours_ago(72), forced_at: None };
        assert!(warned("order.confirmed", 0, true, waited).is_some());
        let forced = Arrival { forced_at: hours_ago(0), ..waited };
        assert_eq!(warned("order.confirmed", 72, true, forced), None);
    }
}
