//! The object that an event type has in `data`, also where a shop puts it elsewhere: into `order`, or its members directly
//! into `data`. Each is read where it is, with a warning that says where it belongs: a cancellation whose lines are one
//! level too high is one of these lines all the same, and not of the order.
//!
//! An `id` directly in `data` may be anybody's, such as the event's: it names nothing. `refund_id` there is the refund's.

use serde_json::{Map, Value};

use crate::contract::reader::{FieldReader, pointer_below};
use crate::contract::unknown_members::is_close;
use crate::contract::values::is_absent;

/// The object of an event type.
#[derive(Debug)]
pub(crate) struct OwnObject {
    /// The member of `data` that holds it.
    pub name: &'static str,
    /// The member of `data` that is its id, where its other members are directly in `data`.
    id: &'static str,
    /// Those of its members that hardly mean anything else directly in `data` of this type. One of them is enough.
    signs: &'static [&'static str],
    /// Those that mean it only beside one of these.
    others: &'static [&'static str],
}

pub(crate) const UPDATE: OwnObject =
    OwnObject { name: "update", id: "update_id", signs: &["revision", "changes"], others: &[] };

pub(crate) const PAYMENT: OwnObject = OwnObject {
    name: "payment",
    id: "payment_id",
    signs: &["amount", "method", "reason", "pay_by"],
    others: &["url"],
};

pub(crate) const CANCELLATION: OwnObject = OwnObject {
    name: "cancellation",
    id: "cancellation_id",
    signs: &[
        "lines",
        "items",
        "line_items",
        "lineItems",
        "products",
        "line_id",
        "sku",
        "partial",
        "reason",
        "refund",
        "refund_id",
        "charged",
        "method",
        "expected_on",
    ],
    others: &[],
};

/// Nothing but its amount makes a refund.
pub(crate) const REFUND: OwnObject = OwnObject {
    name: "refund",
    id: "refund_id",
    signs: &["amount"],
    others: &["reason", "method", "expected_on"],
};

pub(crate) const WITHDRAWAL: OwnObject = OwnObject {
    name: "withdrawal",
    id: "withdrawal_id",
    signs: &["received_at", "content", "lines"],
    others: &[],
};

pub(crate) const SHIPMENT: OwnObject = OwnObject {
    name: "shipment",
    id: "shipment_id",
    signs: &[
        "lines",
        "still_to_come",
        "carrier",
        "tracking",
        "tracking_number",
        "tracking_numbers",
        "tracking_url",
        "tracking_urls",
        "expected_on",
        "reason",
        "attempt",
        "next_attempt_on",
        "pickup",
    ],
    others: &[],
};

impl OwnObject {
    /// Reads it where it does not belong; `None` if it is in its place, or nowhere.
    pub fn elsewhere<T>(
        &self,
        data: &FieldReader<'_>,
        read: impl Fn(&FieldReader<'_>) -> Option<T>,
    ) -> Option<Option<T>> {
        if data.has(self.name) {
            return None;
        }
        if let Some(name) = self.name_in(data.value()) {
            return Some(data.under(name, |own| self.read_misplaced(&own, &read)));
        }
        let order = data.value().get("order");
        if let Some(name) = order.and_then(|order| self.name_in(order)) {
            let read =
                |order: FieldReader<'_>| order.under(name, |own| self.read_misplaced(&own, &read));
            return Some(data.optional("order", read).flatten());
        }
        let members = data.value().as_object()?;
        if !self.signs.iter().any(|name| is_there(members, name)) {
            return None;
        }
        for name in self.signs.iter().chain(self.others).filter(|name| is_there(members, name)) {
            self.warn_of_place(data, name);
        }
        let members = self.members_of(members);
        Some(read(&data.seen_as(&members)))
    }

    /// Warns that the member `name`, directly in `data`, belongs into this object.
    pub fn warn_of_place(&self, data: &FieldReader<'_>, name: &str) {
        let place = format_args!("This belongs at /data/{}/{name}; it was read here.", self.name);
        data.warn_member(name, place);
    }

    fn read_misplaced<T>(
        &self,
        own: &FieldReader<'_>,
        read: impl Fn(&FieldReader<'_>) -> Option<T>,
    ) -> Option<T> {
        own.warn(format_args!("This belongs at /data/{}; it was read here.", self.name));
        read(own)
    }

    /// The name under which an object has it: its own or, of none else, one that is close to it.
    fn name_in<'v>(&self, object: &'v Value) -> Option<&'v str> {
        let members = object.as_object()?;
        let is_one = |value: &Value| match value {
            Value::Object(_) => !is_absent(value),
            // A list of several is one of articles, and of a cancellation.
            Value::Array(items) => {
                let count = items.iter().filter(|item| !is_absent(item)).count();
                count == 1 && items.iter().any(Value::is_object)
                    || count > 1 && self.name == CANCELLATION.name
            }
            _ => false,
        };
        let is_it = |(name, value): &(&String, &Value)| is_close(name, self.name) && is_one(value);
        let own = members.get_key_value(self.name).filter(is_it);
        own.or_else(|| members.iter().find(is_it)).map(|(name, _)| name.as_str())
    }

    /// What of the members of `data` may be the object's.
    fn members_of(&self, data: &Map<String, Value>) -> Value {
        let is_datas = |name: &str| matches!(name, "order" | "notify" | "id");
        let members = data.iter().filter(|(name, _)| !is_datas(name));
        let mut members: Map<String, Value> =
            members.map(|(name, value)| (name.clone(), value.clone())).collect();
        if let Some(id) = data.get(self.id) {
            members.insert("id".to_owned(), id.clone());
        }
        Value::Object(members)
    }
}

/// The place of `document` that is meant by `pointer`, which takes each object for being where it belongs.
pub(crate) fn place_in(document: &Value, pointer: String) -> String {
    let path = pointer.strip_prefix("/data/").and_then(|path| path.split_once('/'));
    let Some((name, rest)) = path.filter(|(name, _)| *name != "order") else { return pointer };
    let of_name = |own: &&OwnObject| own.name == name;
    let own = [UPDATE, PAYMENT, CANCELLATION, REFUND, WITHDRAWAL, SHIPMENT];
    let Some(own) = own.iter().find(of_name) else { return pointer };
    let name_at = |place: &str| own.name_in(document.pointer(place)?);
    if document.pointer(&format!("/data/{name}")).is_some_and(|value| !is_absent(value)) {
        return pointer;
    }
    match (name_at("/data"), name_at("/data/order")) {
        // As the shop wrote it, which may hold what a pointer escapes.
        (Some(name), _) => format!("{}/{rest}", pointer_below("/data", name)),
        (None, Some(name)) => format!("{}/{rest}", pointer_below("/data/order", name)),
        (None, None) => format!("/data/{rest}"),
    }
}

fn is_there(members: &Map<String, Value>, name: &str) -> bool {
    members.get(name).is_some_and(|value| !is_absent(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::event::{Event, EventPayload};
    use crate::contract::warnings::parse_with_warnings;
    use jiff::Timestamp;
    use serde_json::json;

    fn event(kind: &str, data: &Value) -> Value {
        let order = json!({
            "id": "1", "customer": { "email": "jo@example.com" }, "currency": "EUR",
            "lines": [{ "sku": "MUG", "title": "Mug", "quantity": 2 }, { "sku": "POT", "title": "Pot", "quantity": 1 }],
            "totals": { "total": { "amount": 1490, "currency": "EUR" } },
        });
        let mut event = json!({
            "specversion": "1.0", "source": "shop", "id": "e-1", "type": kind, "data": { "order": order },
        });
        for (name, value) in data.as_object().expect("members") {
            event["data"][name] = value.clone();
        }
        event
    }

    /// What happened, and where a warning says that something belongs elsewhere.
    fn read(event: &Value) -> (EventPayload, Vec<String>) {
        let (event, warnings) = parse_with_warnings(event, Timestamp::UNIX_EPOCH);
        let event = event.unwrap_or_else(|errors| panic!("{errors:?}"));
        assert_eq!(Event::parse(&event.to_json()).as_ref(), Ok(&event), "again");
        let misplaced = warnings.into_iter().filter(|warning| warning.detail.contains("belongs"));
        (event.payload, misplaced.map(|warning| warning.pointer).collect())
    }

    /// For each type with an object of its own: the name of the object, and members of it.
    fn objects() -> Vec<(&'static str, &'static str, Value)> {
        let money = json!({ "amount": 500, "currency": "EUR" });
        let pot = json!([{ "sku": "POT", "quantity": 1 }]);
        let parcel = json!({ "lines": pot, "tracking_number": "JD1", "carrier": "DHL" });
        vec![
            ("order.updated", "update", json!({ "changes": ["We added a card."] })),
            ("order.payment_failed", "payment", json!({ "amount": money, "reason": "Expired" })),
            ("order.cancelled", "cancellation", json!({ "lines": pot, "reason": "Sold out" })),
            ("order.refunded", "refund", json!({ "amount": money, "method": "Visa" })),
            ("order.withdrawal_received", "withdrawal", json!({ "content": "No", "lines": pot })),
            ("shipment.shipped", "shipment", parcel.clone()),
            ("shipment.updated", "shipment", parcel.clone()),
            ("shipment.delayed", "shipment", parcel),
            ("shipment.returned", "shipment", json!({ "reason": "Refused" })),
        ]
    }

    #[test]
    fn a_warning_points_into_an_object_whose_misspelled_name_holds_a_slash() {
        let parcel =
            json!({ "expected_on": "2090-01-01", "lines": [{ "sku": "POT", "quantity": 1 }] });
        for place in ["/data", "/data/order"] {
            let mut event = event("shipment.shipped", &json!({}));
            event.pointer_mut(place).expect("an object")["/shipment"] = parcel.clone();
            let (_, warnings) = parse_with_warnings(&event, Timestamp::UNIX_EPOCH);
            let expected = format!("{place}/~1shipment/expected_on");
            assert!(warnings.iter().any(|warning| warning.pointer == expected), "{warnings:?}");
            assert!(event.pointer(&expected).is_some());
        }
    }

    #[test]
    fn members_directly_in_data_are_read_as_those_of_the_object_with_a_warning_for_each() {
        for (kind, name, mut object) in objects() {
            let places: Vec<String> = object
                .as_object()
                .expect("members")
                .keys()
                .map(|it| format!("/data/{it}"))
                .collect();
            let mut flat = object.clone();
            flat[format!("{name}_id")] = json!("X-1");
            object["id"] = json!("X-1");
            let (payload, mut warnings) = read(&event(kind, &flat));
            warnings.sort();
            assert_eq!(payload, read(&event(kind, &json!({ name: object }))).0, "{kind}");
            assert_eq!(warnings, places, "{kind}");
        }
    }

    #[test]
    fn an_object_that_is_in_the_order_is_read_there_with_a_warning() {
        for (kind, name, object) in objects() {
            let in_place = event(kind, &json!({ name: object }));
            let mut in_order = event(kind, &json!({}));
            in_order["data"]["order"][name] = object;
            let (payload, warnings) = read(&in_order);
            assert_eq!(payload, read(&in_place).0, "{kind}");
            assert_eq!(warnings, [format!("/data/order/{name}")]);
        }
    }

    #[test]
    fn the_object_in_its_place_is_the_only_one() {
        for (kind, name, object) in objects() {
            let in_place = event(kind, &json!({ name: object }));
            let mut both = in_place.clone();
            both["data"]["order"][name] = json!({ "reason": "Another", "lines": ["x"] });
            both["data"]["reason"] = json!("Another");
            assert_eq!(read(&both), (read(&in_place).0, Vec::new()), "{kind}");
        }
    }

    #[test]
    fn lines_beside_a_cancellation_that_names_none_are_what_is_cancelled() {
        let cancelled = |data: Value| {
            let (payload, warnings) = read(&event("order.cancelled", &data));
            let EventPayload::Cancelled(cancellation) = payload else { panic!("one") };
            (cancellation.is_partial(), cancellation.lines.len(), warnings)
        };
        let pot = || json!([{ "sku": "POT", "quantity": 1 }]);
        let why = || json!({ "reason": "Sold out" });
        let at = |place: &str| vec![place.to_owned()];
        let beside = json!({ "cancellation": why(), "lines": pot() });
        assert_eq!(cancelled(beside), (true, 1, at("/data/lines")));
        let other_name = json!({ "cancellation": why(), "items": pot() });
        assert!(cancelled(other_name).0);
        let unknown = json!({ "cancelled_items": pot() });
        assert_eq!(cancelled(unknown), (true, 0, vec![]), "which of them, nobody knows");
        let whole = json!({ "cancellation": { "partial": false }, "lines": pot() });
        assert!(!cancelled(whole).0, "the shop says so");
        for says_nothing in [json!({ "timeline": [{ "at": "x" }] }), json!({ "lines": [] })] {
            assert_eq!(cancelled(says_nothing), (false, 0, vec![]));
        }
    }

    #[test]
    fn an_id_directly_in_data_may_be_anybodys() {
        let refund = |data: Value| {
            let EventPayload::Refunded(refund) = read(&event("order.refunded", &data)).0 else {
                panic!("one")
            };
            refund.id.as_str().to_owned()
        };
        let amount = || json!({ "amount": 500, "currency": "EUR" });
        assert_eq!(refund(json!({ "id": "1", "amount": amount() })), "e-1", "told by its event");
        assert_eq!(refund(json!({ "refund_id": "R1", "amount": amount() })), "R1");
    }

    #[test]
    fn what_is_hardly_meant_is_named_where_it_is() {
        let places = |event: &Value| {
            let (_, warnings) = parse_with_warnings(event, Timestamp::UNIX_EPOCH);
            let places = warnings.into_iter().map(|warning| warning.pointer);
            places.filter(|place| place.ends_with("/amount")).collect::<Vec<_>>()
        };
        let refund = json!({ "amount": { "amount": 1491, "currency": "EUR" } });
        let mut in_order = event("order.refunded", &json!({}));
        in_order["data"]["order"]["refund"] = refund.clone();
        assert_eq!(places(&in_order), ["/data/order/refund/amount"]);
        let flat = event("order.refunded", &refund);
        assert_eq!(places(&flat), ["/data/amount", "/data/amount"]);
        let in_place = event("order.refunded", &json!({ "refund": refund }));
        assert_eq!(places(&in_place), ["/data/refund/amount"]);
    }

    #[test]
    fn what_tells_nothing_is_still_refused() {
        for (kind, place) in [
            ("order.refunded", "/data/refund"),
            ("order.withdrawal_received", "/data/withdrawal"),
            ("shipment.updated", "/data/shipment"),
        ] {
            let errors = Event::parse(&event(kind, &json!({ "note": "x", "id": "1" })));
            let errors = errors.expect_err("it tells nothing");
            assert_eq!(errors[0].pointer, place);
        }
    }
}
