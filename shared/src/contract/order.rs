//! What was bought, by whom, and where it goes.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::contract::countries::is_assigned;
use crate::contract::email::EmailAddress;
use crate::contract::error::InvalidValue;
use crate::contract::ids::{OrderId, Sku};
use crate::contract::link::{HttpUrl, read_link};
use crate::contract::locale::Locale;
use crate::contract::money::{Currency, MAX_AMOUNT, Money};
use crate::contract::reader::FieldReader;
#[cfg(test)]
use crate::contract::schema;
use crate::contract::text::Line;
use crate::contract::times::parse_timestamp;

/// An order as it stands when the event happens. Every event carries it whole, so that a mail can
/// be written from one event alone, whatever else is late or lost.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Order {
    /// The shop's own id; with the kind of mail it decides what is a duplicate.
    pub id: OrderId,
    /// What the customer knows the order by, such as `#1001`.
    pub number: Line,
    /// When the customer placed it, with the offset.
    #[cfg_attr(test, schemars(schema_with = "schema::time"))]
    pub placed_at: Timestamp,
    /// Who bought it.
    pub customer: Customer,
    /// What was bought: 1 to 500 lines.
    #[cfg_attr(test, schemars(length(min = 1, max = 500)))]
    pub lines: Vec<OrderLine>,
    /// What it costs.
    pub totals: Totals,
    /// Where it goes; absent for what is not shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<Address>,
    /// Who pays, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
    /// The order's page in the shop. A link that is not http or https is dropped, not refused.
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

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OrderLine {
    /// The article.
    pub sku: Sku,
    /// What the customer knows it by.
    pub title: Line,
    /// How many, 1 to 100,000.
    #[cfg_attr(test, schemars(range(min = 1, max = 100_000)))]
    pub quantity: u32,
    /// The price of one.
    pub unit_price: Money,
}

impl OrderLine {
    /// Price times quantity.
    #[must_use]
    pub fn total(&self) -> Money {
        // Within an amount's range, or the line would have been refused.
        let amount = self.unit_price.amount.saturating_mul(i64::from(self.quantity));
        Money { amount, currency: self.unit_price.currency }
    }
}

/// What the order costs. All amounts are in the currency of `total`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Totals {
    /// The lines together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtotal: Option<Money>,
    /// Shipping and handling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping: Option<Money>,
    /// What was taken off, as a negative amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<Money>,
    /// Tax, included in `total`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<Money>,
    /// What the customer pays.
    pub total: Money,
}

/// A postal address, in the order its country writes it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Address {
    /// Who lives there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Line>,
    /// Street, house, floor: 1 to 5 lines.
    #[cfg_attr(test, schemars(length(min = 1, max = 5)))]
    pub lines: Vec<Line>,
    /// Town.
    pub city: Line,
    /// Postal code, where the country has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Line>,
    /// State, province or prefecture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Line>,
    /// ISO 3166-1 alpha-2 code.
    pub country: Country,
}

/// An ISO 3166-1 alpha-2 country code, by its form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, extend("pattern" = "^[A-Z]{2}$")))]
pub struct Country(String);

impl Country {
    /// Accepts two upper-case letters. Whether the code is assigned is not checked: a mail shows an unknown
    /// one as it is.
    ///
    /// # Errors
    /// [`InvalidValue`] for any other form.
    pub fn parse(code: &str) -> Result<Self, InvalidValue> {
        if code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()) {
            Ok(Self(code.to_owned()))
        } else {
            Err(InvalidValue::expected("an ISO 3166-1 alpha-2 country code such as DE"))
        }
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether some country has this code.
    #[must_use]
    pub fn is_assigned(&self) -> bool {
        is_assigned(&self.0)
    }
}

impl Order {
    /// Reads an order; `None` after noting every bad field.
    pub fn read(from: &FieldReader<'_>) -> Option<Self> {
        let id = from.required("id", |r| r.text(OrderId::parse));
        let number = from.required("number", |r| r.text(Line::parse));
        let placed_at = from.required("placed_at", |r| r.text(parse_timestamp));
        let customer = from.required("customer", |r| Customer::read(&r));
        let lines = from.required("lines", |r| r.list(1..=500, |line| OrderLine::read(&line)));
        let totals = from.required("totals", |r| Totals::read(&r));
        let shipping_address = from.optional("shipping_address", |r| Address::read(&r));
        let billing_address = from.optional("billing_address", |r| Address::read(&r));
        let url = from.optional("url", |r| read_link(&r));
        let in_one_currency =
            check_currencies(from, lines.as_deref().unwrap_or_default(), totals.as_ref());
        // Only now: with a `?` above, the fields after the first bad one would not be reported.
        let order = Self {
            id: id?,
            number: number?,
            placed_at: placed_at?,
            customer: customer?,
            lines: lines?,
            totals: totals?,
            shipping_address: shipping_address?,
            billing_address: billing_address?,
            url: url?.flatten(),
        };
        in_one_currency.map(|()| order)
    }

    /// How many of `sku` were ordered, over all lines.
    #[must_use]
    pub fn quantity_of(&self, sku: &Sku) -> u64 {
        self.lines.iter().filter(|l| &l.sku == sku).map(|l| u64::from(l.quantity)).sum()
    }

    /// The title of the article, from the first line that has it.
    #[must_use]
    pub fn title_of(&self, sku: &Sku) -> Option<&Line> {
        self.lines.iter().find(|l| &l.sku == sku).map(|l| &l.title)
    }
}

impl Customer {
    fn read(from: &FieldReader<'_>) -> Option<Self> {
        let email = from.required("email", |r| r.text(EmailAddress::parse));
        let name = from.optional("name", |r| r.text(Line::parse));
        let locale = from.optional("locale", |r| Locale::read(&r));
        Some(Self { email: email?, name: name?, locale: locale? })
    }
}

impl OrderLine {
    fn read(from: &FieldReader<'_>) -> Option<Self> {
        let sku = from.required("sku", |r| r.text(Sku::parse));
        let title = from.required("title", |r| r.text(Line::parse));
        let quantity = from.required("quantity", |r| read_quantity(&r));
        let unit_price = from.required("unit_price", |r| Money::read(&r));
        let line = Self { sku: sku?, title: title?, quantity: quantity?, unit_price: unit_price? };
        if line.total().amount.unsigned_abs() > MAX_AMOUNT.unsigned_abs() {
            let expected =
                format_args!("a price that times the quantity is at most {MAX_AMOUNT} minor units");
            return from.refuse_at("unit_price/amount", expected);
        }
        Some(line)
    }
}

impl Totals {
    fn read(from: &FieldReader<'_>) -> Option<Self> {
        let part = |name: &'static str| from.optional(name, |r| Money::read(&r));
        let (subtotal, shipping) = (part("subtotal"), part("shipping"));
        let (discount, tax) = (part("discount"), part("tax"));
        let total = from.required("total", |r| Money::read(&r));
        Some(Self {
            subtotal: subtotal?,
            shipping: shipping?,
            discount: discount?,
            tax: tax?,
            total: total?,
        })
    }
}

/// Points at each amount that is in another currency than most; of two that are as frequent, that of
/// `total` is right.
fn check_currencies(
    from: &FieldReader<'_>,
    lines: &[OrderLine],
    totals: Option<&Totals>,
) -> Option<()> {
    let currencies: Vec<(String, Currency)> = currencies(lines, totals).collect();
    let count = |currency| currencies.iter().filter(|(_, other)| *other == currency).count();
    let is_of_total = |currency| totals.is_some_and(|t| t.total.currency == currency);
    let distinct: HashSet<Currency> = currencies.iter().map(|(_, currency)| *currency).collect();
    let Some(usual) = distinct.into_iter().max_by_key(|c| (count(*c), is_of_total(*c))) else {
        return Some(());
    };
    let others = currencies.iter().filter(|(_, currency)| *currency != usual);
    let refused: Vec<Option<()>> = others
        .map(|(path, _)| {
            let expected = format_args!("{}, as elsewhere in the order", usual.code());
            from.refuse_at(format_args!("{path}/currency"), expected)
        })
        .collect();
    refused.into_iter().collect()
}

/// The currency of each amount, with the amount's path in the order.
fn currencies(
    lines: &[OrderLine],
    totals: Option<&Totals>,
) -> impl Iterator<Item = (String, Currency)> {
    let prices = lines
        .iter()
        .enumerate()
        .map(|(i, line)| (format!("lines/{i}/unit_price"), line.unit_price.currency));
    let totals = totals.into_iter().flat_map(|t| {
        [
            ("subtotal", t.subtotal),
            ("shipping", t.shipping),
            ("discount", t.discount),
            ("tax", t.tax),
            ("total", Some(t.total)),
        ]
    });
    let totals =
        totals.filter_map(|(name, amount)| Some((format!("totals/{name}"), amount?.currency)));
    prices.chain(totals)
}

impl Address {
    fn read(from: &FieldReader<'_>) -> Option<Self> {
        let name = from.optional("name", |r| r.text(Line::parse));
        let lines = from.required("lines", |r| r.list(1..=5, |line| line.text(Line::parse)));
        let city = from.required("city", |r| r.text(Line::parse));
        let postal_code = from.optional("postal_code", |r| r.text(Line::parse));
        let region = from.optional("region", |r| r.text(Line::parse));
        let country = from.required("country", |r| r.text(Country::parse));
        Some(Self {
            name: name?,
            lines: lines?,
            city: city?,
            postal_code: postal_code?,
            region: region?,
            country: country?,
        })
    }
}

/// A quantity of an article.
pub(crate) fn read_quantity(from: &FieldReader<'_>) -> Option<u32> {
    from.integer(1..=100_000).and_then(|n| u32::try_from(n).ok())
}
