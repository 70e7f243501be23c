//! What was bought, by whom, and where it goes.

use crate::contract::address::{Address, Pickup};
use crate::contract::email::EmailAddress;
use crate::contract::ids::OrderId;
use crate::contract::link::HttpUrl;
use crate::contract::locale::Locale;
use crate::contract::money::Currency;
use crate::contract::order_line::OrderLine;
use crate::contract::reader::FieldReader;
#[cfg(test)]
use crate::contract::schema;
use crate::contract::text::Line;
use crate::contract::times::LocalTime;
use crate::contract::totals::Totals;

/// The most lines of an order. What is beyond them is left out.
const MAX_LINES: usize = 500;
/// The most copies of an order's mails.
const MAX_COPIES: usize = 10;

/// An order as it stands when the event happens. Every event carries it whole, so that a mail can
/// be written from one event alone, whatever else is late or lost.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Order {
    /// The shop's own id; with the kind of mail it decides what is a duplicate.
    pub id: OrderId,
    /// What the customer knows the order by, such as `#1001`; absent: its id.
    #[cfg_attr(test, schemars(with = "Option<Line>"))]
    pub number: Line,
    /// When the customer placed it, with the offset of the customer's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::time_or_null", default))]
    pub placed_at: Option<LocalTime>,
    /// The currency of amounts that name none; absent: that of the total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Who bought it.
    pub customer: Customer,
    /// Who gets a copy of each mail, such as an accounts department: up to 10 addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(with = "Option<Vec<EmailAddress>>", length(max = MAX_COPIES)))]
    pub copies: Vec<EmailAddress>,
    /// What was bought: up to 500 lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(length(max = MAX_LINES)))]
    pub lines: Vec<OrderLine>,
    /// What it costs.
    pub totals: Totals,
    /// Where it goes; absent for what is not shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<Address>,
    /// Where the customer fetches it, where it is not shipped to them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pickup: Option<Pickup>,
    /// Who pays, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
    /// The order's page in the shop, http or https.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<HttpUrl>,
}

/// Who bought it, and how to write to them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Customer {
    /// Where the mails go.
    pub email: EmailAddress,
    /// How they are greeted; absent: without a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Line>,
    /// Their language; absent: English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
}

impl Order {
    /// Reads an order; `None` without an id or an address, after noting what is wrong.
    pub(crate) fn read(from: &FieldReader<'_>) -> Option<Self> {
        // All is read before the first `?`: with one above, what comes after it would not be reported.
        let id = from.required("id", |r| OrderId::read(&r));
        let number = from.tolerated("number", |r| Line::read(&r));
        let placed_at = from.tolerated("placed_at", |r| LocalTime::read(&r));
        let currency = from.tolerated("currency", |r| Currency::read(&r));
        let customer = from.required("customer", |r| Customer::read(&r));
        let copies = read_copies(from);
        let lines = from.expected("lines", "The mail names no article.", |r| {
            Some(r.tolerated_list(MAX_LINES, |line| OrderLine::read(&line)))
        });
        let totals = from.expected("totals", "The mail names no total.", |r| Totals::read(&r));
        let shipping_address = from.tolerated("shipping_address", |r| Address::read(&r));
        let pickup = from.tolerated("pickup", |r| Pickup::read(&r));
        let billing_address = from.tolerated("billing_address", |r| Address::read(&r));
        let url = from.tolerated("url", |r| HttpUrl::read(&r));
        let (id, (customer, of_address)) = (id?, customer?);
        let number = number.or_else(|| Line::parse(id.as_str()).ok())?;
        Some(Self {
            id,
            number,
            placed_at,
            currency,
            copies: distinct(&customer.email, of_address.into_iter().chain(copies)),
            customer,
            lines: lines.unwrap_or_default(),
            totals: totals.unwrap_or_default(),
            shipping_address,
            pickup,
            billing_address,
            url,
        })
    }
}

/// `copies`, and what some shops give beside the customer's address.
fn read_copies(from: &FieldReader<'_>) -> Vec<EmailAddress> {
    let list = |r: FieldReader<'_>| {
        Some(r.tolerated_list(MAX_COPIES, |address| EmailAddress::read_several(&address)))
    };
    let mut copies = from.tolerated("copies", list).unwrap_or_default();
    let of_customer = from.tolerated("customer", |customer| {
        let copies = customer.tolerated("cc", list)?;
        customer.warn_member("cc", "These addresses were taken as the order's copies.");
        Some(copies)
    });
    copies.extend(of_customer.unwrap_or_default());
    copies.into_iter().flatten().collect()
}

/// Each address once, and none that is the customer's.
fn distinct(
    customer: &EmailAddress,
    copies: impl Iterator<Item = EmailAddress>,
) -> Vec<EmailAddress> {
    let mut distinct: Vec<EmailAddress> = Vec::new();
    let is_same = |a: &EmailAddress, b: &EmailAddress| a.expose().eq_ignore_ascii_case(b.expose());
    for copy in copies {
        if !is_same(&copy, customer) && !distinct.iter().any(|other| is_same(&copy, other)) {
            distinct.push(copy);
        }
    }
    distinct.truncate(MAX_COPIES);
    distinct
}

impl Customer {
    /// Reads who bought it, with the further addresses that stand beside the first.
    fn read(from: &FieldReader<'_>) -> Option<(Self, Vec<EmailAddress>)> {
        let addresses = from.required("email", |r| EmailAddress::read_several(&r));
        let name = from.tolerated("name", |r| Line::read(&r));
        let locale = from.tolerated("locale", |r| Locale::read(&r));
        let mut addresses = addresses?.into_iter();
        let customer = Self { email: addresses.next()?, name, locale };
        Some((customer, addresses.collect()))
    }
}
