//! Parcels as the contract has them.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use shared::notification::news::LATE_AFTER_MS;
use shared::{Kind, TrackingNumber};

use super::json::set;
use super::text::{line, link};

/// The most tracking numbers of one parcel.
const MAX_TRACKING: usize = 20;

/// So many pieces of one line of the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pieces {
    pub line_id: String,
    pub quantity: i64,
}

/// What is known of a parcel.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parcel {
    pub id: String,
    pub lines: Vec<Pieces>,
    pub still_to_come: Vec<Pieces>,
    pub carrier: Option<String>,
    /// Numbers and links, each of them or both.
    pub tracking: Vec<(Option<String>, Option<String>)>,
    pub expected_on: Option<Date>,
}

impl Parcel {
    /// The member `shipment`.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let pieces = |list: &[Pieces]| {
            let entry = |it: &Pieces| json!({ "line_id": it.line_id, "quantity": it.quantity });
            let list: Vec<Value> = list.iter().filter(|it| it.quantity > 0).map(entry).collect();
            Some(list).filter(|list| !list.is_empty())
        };
        let tracking: Vec<Value> = self
            .tracking
            .iter()
            .map(|(number, url)| {
                let mut entry = Map::new();
                set(&mut entry, "number", number.as_deref());
                set(&mut entry, "url", url.as_deref());
                Value::Object(entry)
            })
            .collect();
        let mut shipment = Map::new();
        shipment.insert("id".to_owned(), self.id.as_str().into());
        set(&mut shipment, "lines", pieces(&self.lines));
        set(&mut shipment, "still_to_come", pieces(&self.still_to_come));
        set(&mut shipment, "carrier", self.carrier.as_deref().and_then(line));
        set(&mut shipment, "tracking", Some(tracking).filter(|list| !list.is_empty()));
        set(&mut shipment, "expected_on", self.expected_on.map(|day| day.to_string()));
        shipment
    }

    /// Whether it says who carries it or where it is.
    pub(crate) const fn has_route(&self) -> bool {
        self.carrier.is_some() || !self.tracking.is_empty() || self.expected_on.is_some()
    }

    /// When its carrier, number or day was corrected, if it was `changed` since it was `sent`: nobody says what was changed,
    /// so the ledger tells it only if the customer knows something else. `told`: what its status is told as.
    ///
    /// Only as long as the parcel itself is news: later, whoever changes it tidies up. Not of one that is there, whose number
    /// helps nobody. And so long before the status of the same change, which tells the number too, but once, that it does
    /// not stand beside it: who is told of the status first needs no correction.
    pub(crate) fn corrected_at(
        &self,
        changed: Timestamp,
        sent: Timestamp,
        told: Option<Kind>,
    ) -> Option<Timestamp> {
        let is_news = changed.duration_since(sent) <= Kind::ShipmentShipped.send_within();
        let at = match told {
            None => changed,
            Some(Kind::ShipmentOutForDelivery | Kind::ShipmentDeliveryAttempted) => {
                changed - SignedDuration::from_millis(LATE_AFTER_MS + 1)
            }
            Some(_) => return None,
        };
        (is_news && at > sent && self.has_route()).then_some(at)
    }
}

/// Numbers with their links, from two lists of free text: the link beside a number where there are as many, else the one
/// that names it.
pub(crate) fn tracking(numbers: &[&str], links: &[&str]) -> Vec<(Option<String>, Option<String>)> {
    let separate = |text: &&str| -> Vec<String> {
        let parts = text.split([',', ';', '\n']).map(str::trim);
        parts
            .filter_map(|part| TrackingNumber::parse(part).ok())
            .map(|number| number.as_str().to_owned())
            .collect()
    };
    let numbers: Vec<String> = numbers.iter().flat_map(separate).collect();
    // Not only those that are links: a bad one must not move the others to other numbers.
    let mut links: Vec<Option<String>> = links.iter().map(|text| link(text)).collect();
    let is_paired = numbers.len() == links.len();
    let mut found: Vec<(Option<String>, Option<String>)> = Vec::new();
    for (i, number) in numbers.into_iter().enumerate() {
        let names = |url: &Option<String>| url.as_ref().is_some_and(|url| url.contains(&number));
        let at = if is_paired { Some(i) } else { links.iter().position(names) };
        let url = at.and_then(|at| links[at].take());
        found.push((Some(number), url));
    }
    found.extend(links.into_iter().flatten().map(|url| (None, Some(url))));
    let mut distinct = Vec::with_capacity(found.len());
    for entry in found {
        if !distinct.contains(&entry) {
            distinct.push(entry);
        }
    }
    distinct.truncate(MAX_TRACKING);
    distinct
}

/// The day that a time names, if it had not passed anywhere when the news `happened`.
pub(crate) fn day_to_come(text: &str, happened: Timestamp) -> Option<Date> {
    let day: Date = text.get(..10)?.parse().ok()?;
    let first = Offset::constant(-12).to_datetime(happened).date();
    (day >= first && day.year() <= first.year() + 1).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(numbers: &[&str], links: &[&str]) -> Vec<String> {
        let text = |part: Option<String>| part.unwrap_or_else(|| "-".to_owned());
        let all = tracking(numbers, links).into_iter();
        all.map(|(number, url)| format!("{} {}", text(number), text(url))).collect()
    }

    #[test]
    fn each_number_has_its_own_link() {
        assert_eq!(
            found(&["A1", "B2"], &["https://t.example/A1", "https://t.example/B2"]),
            ["A1 https://t.example/A1", "B2 https://t.example/B2"]
        );
        assert_eq!(
            found(&["A1, B2"], &["https://t.example/B2"]),
            ["A1 -", "B2 https://t.example/B2"],
            "several in one text"
        );
        assert_eq!(found(&["A1"], &["javascript:alert(1)"]), ["A1 -"]);
        assert_eq!(
            found(&["A1", "B2"], &["/track", "https://t.example/B2"]),
            ["A1 -", "B2 https://t.example/B2"],
            "a bad link moves no other"
        );
        assert_eq!(found(&["", "A1", "A1"], &[]), ["A1 -"]);
        assert_eq!(found(&[], &["https://t.example/x"]), ["- https://t.example/x"]);
    }

    #[test]
    fn a_day_that_has_passed_is_not_expected() {
        let happened = "2026-11-20T10:00:00Z".parse().expect("a time");
        assert!(day_to_come("2026-11-20T23:00:00+01:00", happened).is_some());
        assert_eq!(day_to_come("2026-11-18T10:00:00Z", happened), None);
        assert_eq!(day_to_come("soon", happened), None);
    }
}
