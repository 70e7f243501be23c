//! Parcels.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value;

use crate::contract::address::Pickup;
use crate::contract::ids::{LineId, ShipmentId, Sku, TrackingNumber, is_clean};
use crate::contract::link::HttpUrl;
use crate::contract::quantity::Quantity;
use crate::contract::reader::FieldReader;
#[cfg(test)]
use crate::contract::schema;
use crate::contract::text::Line;
use crate::contract::times::read_day;

/// The most entries of one list of articles.
const MAX_LINES: usize = 500;
/// The most tracking numbers of one parcel.
const MAX_TRACKING: usize = 20;

/// One parcel, or what is sent as one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(transform = schema::add_single_tracking))]
pub struct Shipment {
    /// The shop's own id of the parcel.
    pub id: ShipmentId,
    /// What is in this parcel: up to 500 entries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(with = "Option<Vec<ParcelLine>>", length(max = MAX_LINES)))]
    pub lines: Vec<ParcelLine>,
    /// What is not in this parcel nor in an earlier one. Absent or empty: nothing is said of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(with = "Option<Vec<ParcelLine>>", length(max = MAX_LINES)))]
    pub still_to_come: Vec<ParcelLine>,
    /// Who carries it, such as `DHL`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Line>,
    /// What the carrier calls it, and where the customer follows it; several for a parcel of several pieces.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(with = "Option<Vec<Tracking>>", length(max = MAX_TRACKING)))]
    pub tracking: Vec<Tracking>,
    /// The day it should arrive. For `shipment.delayed`, the new day, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::day", default))]
    pub expected_on: Option<Date>,
    /// Why it is late, could not be delivered or goes back, in words for the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
    /// Which attempt to deliver it failed, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(min = 1, max = 1000)))]
    pub attempt: Option<u32>,
    /// The day of the next attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::day", default))]
    pub next_attempt_on: Option<Date>,
    /// Where it can be fetched; what it does not say, the order's `pickup` does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pickup: Option<Pickup>,
}

/// One number by which a carrier knows a parcel, with its link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(extend("anyOf" = schema::any_of(&["number", "url"]))))]
pub struct Tracking {
    /// What the carrier calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<TrackingNumber>,
    /// Where the customer follows it, http or https.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<HttpUrl>,
}

/// So many of one article, named by the order's line or by its sku.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(extend("anyOf" = schema::any_of(&["line_id", "sku", "title"]))))]
pub struct ParcelLine {
    /// The `id` of a line of the order, or of a part of a set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_id: Option<LineId>,
    /// An article of the order, or of a set in it. Another one is shown as it is: a gift, a sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// What the customer knows it by; absent: as in the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Line>,
    /// How many or how much.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::quantity_or_null", default))]
    pub quantity: Option<Quantity>,
    /// For what is still to come: the day it should arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::day", default))]
    pub expected_on: Option<Date>,
}

impl Shipment {
    /// Reads a parcel. One without an id is named by its tracking numbers, else by what is in it: so that the
    /// next event about it means the same one.
    pub(crate) fn read(from: &FieldReader<'_>) -> Self {
        let list = |name| {
            let read = |r: FieldReader<'_>| Some(ParcelLine::read_list(&r));
            from.tolerated(name, read).unwrap_or_default()
        };
        let (lines, still_to_come) = (list("lines"), list("still_to_come"));
        let tracking = read_tracking(from);
        let day = |name| from.tolerated(name, |r| read_day(&r));
        let text = |name| from.tolerated(name, |r| Line::read(&r));
        let attempt = from.tolerated("attempt", |r| r.integer(1..=1000));
        Self {
            id: from
                .tolerated("id", |r| ShipmentId::read(&r))
                .unwrap_or_else(|| id_without_id(from, &tracking, &lines)),
            lines,
            still_to_come,
            carrier: text("carrier"),
            tracking,
            expected_on: day("expected_on"),
            reason: text("reason"),
            attempt: attempt.and_then(|n| u32::try_from(n).ok()),
            next_attempt_on: day("next_attempt_on"),
            pickup: from.tolerated("pickup", |r| Pickup::read(&r)),
        }
    }

    /// A parcel of which the event says nothing.
    pub(crate) fn unnamed() -> Self {
        Self {
            id: ShipmentId::parse("parcel").expect("letters are an id"),
            lines: Vec::new(),
            still_to_come: Vec::new(),
            carrier: None,
            tracking: Vec::new(),
            expected_on: None,
            reason: None,
            attempt: None,
            next_attempt_on: None,
            pickup: None,
        }
    }

    /// Whether it says anything of who carries it, where it is, when it arrives, or how it is fetched.
    #[must_use]
    pub fn has_route(&self) -> bool {
        self.carrier.is_some()
            || !self.tracking.is_empty()
            || self.expected_on.is_some()
            || self.pickup.is_some()
    }
}

fn id_without_id(
    from: &FieldReader<'_>,
    tracking: &[Tracking],
    lines: &[ParcelLine],
) -> ShipmentId {
    from.warn_member(
        "id",
        "This is missing; the parcel is told apart by its tracking number or its articles.",
    );
    let numbers = tracking.iter().filter_map(|t| t.number.as_ref()).map(TrackingNumber::as_str);
    let articles = lines.iter().map(|line| {
        let name = line.line_id.as_ref().map(LineId::as_str).or(line.sku.as_ref().map(Sku::as_str));
        let quantity = line.quantity.map(|q| q.to_string()).unwrap_or_default();
        format!("{} x {quantity}", name.unwrap_or_default())
    });
    let first_number = numbers.min().and_then(|number| ShipmentId::parse(number).ok());
    first_number.unwrap_or_else(|| {
        let articles: BTreeSet<String> = articles.collect();
        let digest = crate::contract::digest::short(&articles);
        ShipmentId::parse(&format!("parcel-{digest}")).expect("letters and digits are an id")
    })
}

/// `tracking`, or `tracking_number` and `tracking_url`: a text each, or, with a warning, a list or several
/// in one text.
fn read_tracking(from: &FieldReader<'_>) -> Vec<Tracking> {
    let mut tracking = from
        .tolerated("tracking", |r| {
            Some(r.tolerated_list(MAX_TRACKING, |entry| Tracking::read(&entry)))
        })
        .unwrap_or_default();
    let numbers = read_several(from, ["tracking_number", "tracking_numbers"], |r| {
        let text = r.text(|text| Ok(text.to_owned()))?;
        let numbers: Vec<&str> =
            text.split([',', ';', '\n']).map(str::trim).filter(|n| !n.is_empty()).collect();
        match numbers.len() {
            0 => return r.refuse("a tracking number"),
            1 if is_clean(&text) && !text.contains([',', ';']) => {}
            1 => r.warn("What is around the number was dropped."),
            _ => r.warn("One number is expected; each of the several in this text was taken."),
        }
        let parse = |number: &str| TrackingNumber::parse(number).ok();
        let read: Vec<TrackingNumber> = numbers.iter().filter_map(|n| parse(n)).collect();
        if read.len() < numbers.len() {
            r.warn("Expected 1 to 128 bytes of printable text; it was left out.");
        }
        Some(read)
    });
    let urls = read_several(from, ["tracking_url", "tracking_urls"], |r| {
        let links: Vec<HttpUrl> = links_of(r.value().as_str().unwrap_or_default());
        if links.len() > 1 {
            r.warn("One link is expected; each of the several in this text was taken.");
            return Some(links);
        }
        HttpUrl::read(&r).map(|url| vec![url])
    });
    tracking.extend(paired(numbers, urls));
    merged(tracking)
}

/// Each number and each link once: what two entries say of one number, or of one link, becomes one entry. A number with
/// two links stays two.
fn merged(entries: Vec<Tracking>) -> Vec<Tracking> {
    let mut merged: Vec<Tracking> = Vec::with_capacity(entries.len());
    for mut entry in entries {
        let mut place = merged.len();
        // Again and again: an entry of a number and a link may join one of each.
        while let Some(i) = merged.iter().position(|other| other.fits(&entry)) {
            let other = merged.remove(i);
            entry =
                Tracking { number: other.number.or(entry.number), url: other.url.or(entry.url) };
            place = place.min(i);
        }
        merged.insert(place, entry);
    }
    merged
}

/// The links of a text that holds nothing else. What a link itself may hold, a comma or a space, separates none.
fn links_of(text: &str) -> Vec<HttpUrl> {
    let separators = [',', ';', ' ', '\n'];
    let parts = text.split(separators).filter(|part| !part.is_empty());
    parts.map(HttpUrl::parse).collect::<Result<_, _>>().unwrap_or_default()
}

/// What the first of the two names holds that is there; a list of it with a warning.
fn read_several<T>(
    from: &FieldReader<'_>,
    names: [&'static str; 2],
    read: impl Fn(FieldReader<'_>) -> Option<Vec<T>>,
) -> Vec<T> {
    let name = if from.has(names[0]) { names[0] } else { names[1] };
    let all = from.tolerated(name, |r| match r.value() {
        Value::Array(_) => {
            r.warn("One text is expected; several belong into tracking, each with its url.");
            Some(r.tolerated_list(MAX_TRACKING, &read).into_iter().flatten().collect())
        }
        _ => read(r),
    });
    all.unwrap_or_default()
}

/// Each number with its link: the one beside it, where there are as many, else the one that names it.
fn paired(numbers: Vec<TrackingNumber>, urls: Vec<HttpUrl>) -> Vec<Tracking> {
    if numbers.len() == urls.len() {
        let pairs = numbers.into_iter().zip(urls);
        return pairs.map(|(n, url)| Tracking { number: Some(n), url: Some(url) }).collect();
    }
    let mut urls: Vec<Option<HttpUrl>> = urls.into_iter().map(Some).collect();
    let link_of = |number: &TrackingNumber, urls: &mut [Option<HttpUrl>]| {
        let names = |url: &HttpUrl| url.as_str().contains(number.as_str());
        urls.iter_mut().find(|url| url.as_ref().is_some_and(names))?.take()
    };
    let mut tracking: Vec<Tracking> = numbers
        .into_iter()
        .map(|number| Tracking { url: link_of(&number, &mut urls), number: Some(number) })
        .collect();
    let rest = urls.into_iter().flatten();
    tracking.extend(rest.map(|url| Tracking { number: None, url: Some(url) }));
    tracking
}

impl Tracking {
    /// Whether both are of one number or one link, and neither says anything else.
    fn fits(&self, other: &Self) -> bool {
        let is_shared = self.number.is_some() && self.number == other.number
            || self.url.is_some() && self.url == other.url;
        let is_one = |a: bool, b: bool, same: bool| !a || !b || same;
        is_shared
            && is_one(self.number.is_some(), other.number.is_some(), self.number == other.number)
            && is_one(self.url.is_some(), other.url.is_some(), self.url == other.url)
    }

    fn read(from: &FieldReader<'_>) -> Option<Self> {
        if !from.is_object() {
            let number = TrackingNumber::read(from)?;
            from.warn(
                "An object with number and url is expected; this text was taken as the number.",
            );
            return Some(Self { number: Some(number), url: None });
        }
        let number = from.tolerated("number", |r| TrackingNumber::read(&r));
        let url = from.tolerated("url", |r| HttpUrl::read(&r));
        if !from.has("number") && !from.has("url") {
            return from.refuse("a number or a url");
        }
        (number.is_some() || url.is_some()).then_some(Self { number, url })
    }
}

impl ParcelLine {
    /// Reads a list of articles. What is there 0 times is not in it.
    pub(crate) fn read_list(from: &FieldReader<'_>) -> Vec<Self> {
        from.tolerated_list(MAX_LINES, |line| Self::read(&line))
    }

    /// Reads an entry; `None` for what is there 0 times.
    pub(crate) fn read(from: &FieldReader<'_>) -> Option<Self> {
        if Quantity::is_none_of_it(from) {
            return None;
        }
        let line = Self {
            line_id: from
                .tolerated("line_id", |r| LineId::read(&r))
                .or_else(|| Self::read_other_id(from)),
            sku: from.tolerated("sku", |r| Sku::read(&r)),
            title: from.tolerated("title", |r| Line::read(&r)),
            quantity: from.tolerated("quantity", |r| Quantity::read(&r)),
            expected_on: from.tolerated("expected_on", |r| read_day(&r)),
        };
        if line.line_id.is_none() && line.sku.is_none() && line.title.is_none() {
            return from.refuse("a line_id, a sku or a title");
        }
        Some(line)
    }

    /// What an order's line calls its own id. A list is often made of copies of those.
    fn read_other_id(from: &FieldReader<'_>) -> Option<LineId> {
        let id = from.tolerated("id", |r| LineId::read(&r))?;
        from.warn_member("line_id", "This is missing; id was taken.");
        Some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::reader::FieldErrors;
    use serde_json::json;

    /// The tracking of a parcel, as number and link.
    fn tracking(parcel: Value) -> Vec<(Option<String>, Option<String>)> {
        let errors = FieldErrors::default();
        let shipment = Shipment::read(&FieldReader::tolerant_root(&parcel, &errors).as_optional());
        let entries = shipment.tracking.into_iter();
        entries
            .map(|t| (t.number.map(|n| n.to_string()), t.url.map(|url| url.as_str().to_owned())))
            .collect()
    }

    #[test]
    fn what_is_said_twice_of_one_number_is_shown_once() {
        let link = |n: u32| format!("https://t.example/{n}");
        let entry =
            |number: Option<&str>, url: Option<u32>| (number.map(str::to_owned), url.map(link));
        let listed = || json!([{ "number": "A", "url": link(1) }]);
        for (parcel, shown) in [
            (
                json!({ "tracking": listed(), "tracking_number": "A" }),
                vec![entry(Some("A"), Some(1))],
            ),
            (
                json!({ "tracking": listed(), "tracking_url": link(1) }),
                vec![entry(Some("A"), Some(1))],
            ),
            (
                json!({ "tracking": [{ "number": "A" }], "tracking_number": "A", "tracking_url": link(1) }),
                vec![entry(Some("A"), Some(1))],
            ),
            (
                json!({ "tracking": [{ "url": link(1) }, { "number": "A" }, { "number": "A", "url": link(1) }] }),
                vec![entry(Some("A"), Some(1))],
            ),
            (
                json!({ "tracking": listed(), "tracking_number": "A", "tracking_url": link(2) }),
                vec![entry(Some("A"), Some(1)), entry(Some("A"), Some(2))],
            ),
            (
                json!({ "tracking": listed(), "tracking_number": "B" }),
                vec![entry(Some("A"), Some(1)), entry(Some("B"), None)],
            ),
        ] {
            assert_eq!(tracking(parcel.clone()), shown, "{parcel}");
        }
    }
}
