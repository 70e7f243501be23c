//! Postal addresses, and places where an order is fetched.

use crate::contract::countries::is_assigned;
use crate::contract::error::InvalidValue;
use crate::contract::link::HttpUrl;
use crate::contract::other_names::{self, PARTS_OF_ADDRESS};
use crate::contract::person_name::read_name;
use crate::contract::reader::FieldReader;
#[cfg(test)]
use crate::contract::schema;
use crate::contract::text::Line;
use crate::contract::times::read_day;
use jiff::civil::Date;

/// The most lines between name and town. What is beyond them is put into the last.
const MAX_LINES: usize = 5;

/// A postal address, in the order its country writes it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Address {
    /// Who lives there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Line>,
    /// Street, house, floor: up to 5 lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(with = "Option<Vec<Line>>", length(max = 5)))]
    pub lines: Vec<Line>,
    /// Town, where the country has more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<Line>,
    /// Postal code, where the country has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Line>,
    /// State, province or prefecture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Line>,
    /// ISO 3166-1 alpha-2 code, such as `DE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
}

/// A country: its ISO 3166-1 alpha-2 code or, where the shop gives none, whatever the shop calls it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, extend("pattern" = "^[A-Z]{2}$")))]
pub struct Country(Line);

impl Country {
    /// Accepts two upper-case letters. Whether the code is assigned is not checked: a mail shows an unknown
    /// one as it is.
    ///
    /// # Errors
    /// [`InvalidValue`] for any other form.
    pub fn parse(code: &str) -> Result<Self, InvalidValue> {
        if code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()) {
            Line::parse(code).map(Self)
        } else {
            Err(InvalidValue::expected("an ISO 3166-1 alpha-2 country code such as DE"))
        }
    }

    /// Reads a code, also in lower case, or any text, which the mail then shows.
    fn read(from: &FieldReader<'_>) -> Option<Self> {
        let code = from.value().as_str().unwrap_or_default();
        if let Ok(country) = Self::parse(code) {
            return Some(country);
        }
        if let Ok(country) = Self::parse(&code.trim().to_ascii_uppercase()) {
            from.warn("A country code has two upper-case letters alone.");
            return Some(country);
        }
        let country = Line::read(from)?;
        from.warn("This is no ISO 3166-1 alpha-2 country code; it is shown as it is.");
        Some(Self(country))
    }

    /// The code, or the shop's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether this has the form of a code.
    #[must_use]
    pub fn is_code(&self) -> bool {
        Self::parse(self.as_str()).is_ok()
    }

    /// Whether some country has this code.
    #[must_use]
    pub fn is_assigned(&self) -> bool {
        is_assigned(self.as_str())
    }
}

impl Address {
    /// Reads an address; a text is one of as many lines.
    pub(crate) fn read(from: &FieldReader<'_>) -> Option<Self> {
        if let Some(text) = from.value().as_str() {
            let lines = lines_of(text);
            from.warn("An object is expected; this text was taken as the lines of the address.");
            return Some(Self { lines, ..Self::empty() });
        }
        let from = &from.called_otherwise(other_names::ADDRESS);
        let text = |name| from.tolerated(name, |r| Line::read(&r));
        let lines = from.tolerated("lines", |r| Some(read_lines(&r)));
        let parts = || from.joined("lines", &PARTS_OF_ADDRESS, |r| Line::read(&r));
        let address = Self {
            name: read_name(from),
            lines: lines.unwrap_or_else(|| at_most_five(parts())),
            city: text("city"),
            postal_code: text("postal_code"),
            region: text("region"),
            country: from.tolerated("country", |r| Country::read(&r)),
        };
        (address != Self::empty()).then_some(address)
    }

    const fn empty() -> Self {
        Self {
            name: None,
            lines: Vec::new(),
            city: None,
            postal_code: None,
            region: None,
            country: None,
        }
    }
}

fn read_lines(from: &FieldReader<'_>) -> Vec<Line> {
    if let Some(text) = from.value().as_str() {
        from.warn("An array of lines is expected; this text was taken as one of as many lines.");
        return lines_of(text);
    }
    let lines = from.tolerated_list(50, |line| Line::read(&line));
    if lines.len() > MAX_LINES {
        from.warn(format_args!("At most {MAX_LINES} lines are taken; the others were joined."));
    }
    at_most_five(lines)
}

fn lines_of(text: &str) -> Vec<Line> {
    let cut = |line: &str| -> String { line.chars().take(100).collect() };
    at_most_five(text.lines().filter_map(|line| Line::parse(&cut(line)).ok()).collect())
}

fn at_most_five(mut lines: Vec<Line>) -> Vec<Line> {
    if lines.len() > MAX_LINES {
        let rest: Vec<&str> = lines[MAX_LINES - 1..].iter().map(Line::as_str).collect();
        let joined: String = rest.join(", ").chars().take(400).collect();
        lines.truncate(MAX_LINES - 1);
        lines.extend(Line::parse(&joined));
    }
    lines
}

/// Where the customer fetches an order or a parcel: a shop, a locker, a post office.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Pickup {
    /// What the place is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Line>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// When it is open, in words for the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Line>,
    /// The last day on which it can be fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::day", default))]
    pub until: Option<Date>,
    /// The code that opens the locker, or that the customer shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Line>,
    /// What the customer needs to bring, in words for the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Line>,
    /// A page about the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<HttpUrl>,
}

impl Pickup {
    /// Reads a place; a text is its name.
    pub(crate) fn read(from: &FieldReader<'_>) -> Option<Self> {
        if from.value().is_string() {
            from.warn("An object is expected; this text was taken as the name of the place.");
            return Some(Self { name: Line::read(from), ..Self::default() });
        }
        let text = |name| from.tolerated(name, |r| Line::read(&r));
        let pickup = Self {
            name: text("name"),
            address: from.tolerated("address", |r| Address::read(&r)),
            hours: text("hours"),
            until: from.tolerated("until", |r| read_day(&r)),
            code: text("code"),
            note: text("note"),
            url: from.tolerated("url", |r| HttpUrl::read(&r)),
        };
        (pickup != Self::default()).then_some(pickup)
    }

    /// This place, with what it does not say taken from `other`, if that may be the same place.
    #[must_use]
    pub fn or(self, other: Option<&Self>) -> Self {
        let Some(other) = other.filter(|other| self.may_be(other)).cloned() else { return self };
        Self {
            name: self.name.or(other.name),
            address: self.address.or(other.address),
            hours: self.hours.or(other.hours),
            until: self.until.or(other.until),
            code: self.code.or(other.code),
            note: self.note.or(other.note),
            url: self.url.or(other.url),
        }
    }

    /// A place without a name, and without another address, may be any; one with a name is only what has that name.
    fn may_be(&self, other: &Self) -> bool {
        match &self.name {
            Some(_) => self.name == other.name,
            None => self.address.is_none() || self.address == other.address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: Option<&str>, code: Option<&str>) -> Pickup {
        let line = |text: Option<&str>| text.map(|text| Line::parse(text).expect("a line"));
        Pickup { name: line(name), code: line(code), ..Pickup::default() }
    }

    #[test]
    fn what_a_place_does_not_say_comes_from_the_same_place_only() {
        let store = place(Some("Store 7"), Some("4711"));
        assert_eq!(place(None, None).or(Some(&store)), store);
        assert_eq!(place(Some("Store 7"), None).or(Some(&store)), store);
        assert_eq!(place(None, Some("1")).or(Some(&store)), place(Some("Store 7"), Some("1")));
        let locker = place(Some("Locker 12"), None);
        assert_eq!(locker.clone().or(Some(&store)), locker);
        assert_eq!(locker.clone().or(Some(&place(None, Some("4711")))), locker);
        let line = Line::parse("Harbour Street 7").expect("a line");
        let address = Some(Address { lines: vec![line], ..Address::empty() });
        let elsewhere = Pickup { address, ..Pickup::default() };
        assert_eq!(elsewhere.clone().or(Some(&store)), elsewhere);
    }
}
