//! What was bought, by whom, and where it goes.

use crate::contract::address::{Address, Pickup};
use crate::contract::email::EmailAddress;
use crate::contract::ids::OrderId;
use crate::contract::link::HttpUrl;
use crate::contract::locale::Locale;
use crate::contract::money::Currency;
use crate::contract::order_line::OrderLine;
use crate::contract::other_names;
use crate::contract::person_name::read_name;
use crate::contract::quantity::Quantity;
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
    /// The lines of quantity 0: they were removed, and only what is cancelled or sent may name them.
    #[serde(skip)]
    #[cfg_attr(test, schemars(skip))]
    pub removed: Vec<OrderLine>,
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
        let from = &from.called_otherwise(other_names::ORDER);
        // All is read before the first `?`: with one above, what comes after it would not be reported.
        let id = from.required("id", |r| OrderId::read(&r));
        let number = from.tolerated("number", |r| Line::read(&r));
        let placed_at = from.tolerated("placed_at", |r| LocalTime::read(&r));
        let currency = from.tolerated("currency", |r| Currency::read(&r));
        let customer = read_customer(from);
        let copies = read_copies(from);
        let lines = from.expected("lines", "The mail names no article.", |r| {
            Some(r.tolerated_list(MAX_LINES, |line| read_line(&line)))
        });
        let totals = from.expected("totals", "The mail names no total.", |r| Totals::read(&r));
        let shipping_address = from.tolerated("shipping_address", |r| Address::read(&r));
        let pickup = from.tolerated("pickup", |r| Pickup::read(&r));
        let billing_address = from.tolerated("billing_address", |r| Address::read(&r));
        let url = from.tolerated("url", |r| HttpUrl::read(&r));
        let (id, (customer, of_address)) = (id?, customer?);
        let (removed, lines): (Vec<_>, Vec<_>) =
            lines.unwrap_or_default().into_iter().partition(|(_, is_removed)| *is_removed);
        let lines_of =
            |lines: Vec<(OrderLine, bool)>| lines.into_iter().map(|(line, _)| line).collect();
        let number = number.or_else(|| Line::parse(id.as_str()).ok())?;
        Some(Self {
            id,
            number,
            placed_at,
            currency,
            copies: distinct(&customer.email, of_address.into_iter().chain(copies)),
            customer,
            lines: lines_of(lines),
            removed: lines_of(removed),
            totals: totals.unwrap_or_default(),
            shipping_address,
            pickup,
            billing_address,
            url,
        })
    }
}

/// A line, and whether it was removed.
fn read_line(from: &FieldReader<'_>) -> Option<(OrderLine, bool)> {
    let is_removed = Quantity::is_none_of_it(from);
    let line = if is_removed { OrderLine::read_removed(from) } else { OrderLine::read(from) };
    Some((line?, is_removed))
}

/// Who bought it. The address may also be beside `customer`.
fn read_customer(from: &FieldReader<'_>) -> Option<(Customer, Vec<EmailAddress>)> {
    let has_address = |r: FieldReader<'_>| {
        !r.is_object() || r.called_otherwise(other_names::CUSTOMER).has("email")
    };
    let has_own = from.tolerated("customer", |r| Some(has_address(r)));
    let beside = if has_own == Some(true) { None } else { address_beside(from) };
    let Some(addresses) = beside else {
        return from.required("customer", |r| Customer::read(&r));
    };
    let rest = from.tolerated("customer", |r| {
        let r = r.called_otherwise(other_names::CUSTOMER);
        Some((read_name(&r), r.tolerated("locale", |r| Locale::read(&r))))
    });
    let (name, locale) = rest.unwrap_or_default();
    Customer::with_addresses(addresses?, name, locale)
}

/// The customer's address where it is in the order itself, or with who pays; `None` where none is there.
fn address_beside(from: &FieldReader<'_>) -> Option<Option<Vec<EmailAddress>>> {
    let read = |r: FieldReader<'_>| read_misplaced(&r);
    let names = ["email", "customer_email", "contact_email"];
    if let Some(name) = names.into_iter().find(|name| from.has(name)) {
        return Some(from.required(name, read));
    }
    let of_address = |address: FieldReader<'_>| {
        let is_there = address.is_object() && address.has("email");
        is_there.then(|| address.required("email", read))
    };
    from.tolerated("billing_address", of_address)
}

fn read_misplaced(from: &FieldReader<'_>) -> Option<Vec<EmailAddress>> {
    let addresses = EmailAddress::read_several(from)?;
    from.warn("The address belongs at /data/order/customer/email; it was read here.");
    Some(addresses)
}

/// `copies`, and what some shops give beside the customer's address.
fn read_copies(from: &FieldReader<'_>) -> Vec<EmailAddress> {
    let list =
        |r: FieldReader<'_>| Some(r.tolerated_list(MAX_COPIES, |address| read_copy(&address)));
    let mut copies = from.tolerated("copies", list).unwrap_or_default();
    let of_customer = from.tolerated("customer", |customer| {
        if !customer.is_object() {
            return None;
        }
        let copies = customer.tolerated("cc", list)?;
        customer.warn_member("cc", "These addresses were taken as the order's copies.");
        Some(copies)
    });
    copies.extend(of_customer.unwrap_or_default());
    copies.into_iter().flatten().collect()
}

/// An address, or an object that has one.
fn read_copy(from: &FieldReader<'_>) -> Option<Vec<EmailAddress>> {
    let names = ["email", "to", "address"];
    let name = names.into_iter().filter(|_| from.is_object()).find(|name| from.has(name));
    let Some(name) = name else { return EmailAddress::read_several(from) };
    from.warn(format_args!("A copy is a text with an address; {name} of this object was taken."));
    from.tolerated(name, |r| EmailAddress::read_several(&r))
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
    /// Reads who bought it, with the further addresses that stand beside the first. A text is the address.
    fn read(from: &FieldReader<'_>) -> Option<(Self, Vec<EmailAddress>)> {
        if from.value().as_str().is_some_and(|text| text.contains('@')) {
            return Self::with_addresses(read_misplaced(from)?, None, None);
        }
        let from = &from.called_otherwise(other_names::CUSTOMER);
        let addresses = from.required("email", |r| EmailAddress::read_several(&r));
        let name = read_name(from);
        let locale = from.tolerated("locale", |r| Locale::read(&r));
        Self::with_addresses(addresses?, name, locale)
    }

    fn with_addresses(
        addresses: Vec<EmailAddress>,
        name: Option<Line>,
        locale: Option<Locale>,
    ) -> Option<(Self, Vec<EmailAddress>)> {
        let mut addresses = addresses.into_iter();
        let customer = Self { email: addresses.next()?, name, locale };
        Some((customer, addresses.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::warnings::read_form;
    use serde_json::{Value, json};

    /// The order of these members, and where it was warned of.
    fn read(members: Value) -> (Order, Vec<String>) {
        let money = json!({ "amount": 1490, "currency": "EUR" });
        let mut event = json!({
            "specversion": "1.0", "source": "shop", "id": "e-1", "type": "order.confirmed",
            "data": { "order": {
                "id": "1", "totals": { "total": money },
                "lines": [{ "sku": "MUG", "title": "Mug", "quantity": 2 }],
            } },
        });
        for (name, value) in members.as_object().expect("members") {
            event["data"]["order"][name] = value.clone();
        }
        let (event, warnings) = read_form(&event);
        let event = event.unwrap_or_else(|errors| panic!("{members}: {errors:?}"));
        let at = |pointer: String| pointer.replacen("/data/order", "", 1);
        (event.order, warnings.into_iter().map(|warning| at(warning.pointer)).collect())
    }

    #[test]
    fn the_customers_address_is_read_wherever_a_shop_writes_it_with_a_warning() {
        for (members, place) in [
            (json!({ "email": "jo@example.com" }), "/email"),
            (json!({ "contact_email": "jo@example.com" }), "/contact_email"),
            (json!({ "customer_email": "jo@example.com" }), "/customer_email"),
            (json!({ "customer": "jo@example.com" }), "/customer"),
            (json!({ "customer": { "emailAddress": "jo@example.com" } }), "/customer/emailAddress"),
            (
                json!({ "billing_address": { "name": "Jo", "email": "jo@example.com" } }),
                "/billing_address/email",
            ),
        ] {
            let (order, warnings) = read(members);
            assert_eq!(order.customer.email.expose(), "jo@example.com");
            assert_eq!(warnings, [place]);
        }
        let both = json!({ "customer": { "name": "Jo" }, "email": "jo@example.com" });
        let (order, _) = read(both);
        assert_eq!(order.customer.name.as_ref().map(Line::as_str), Some("Jo"));
        let own = json!({ "customer": { "email": "jo@example.com" }, "email": "shop@example.com" });
        let (order, warnings) = read(own);
        assert_eq!((order.customer.email.expose(), warnings.len()), ("jo@example.com", 0));
    }

    #[test]
    fn a_copy_may_be_an_object_with_an_address() {
        for name in ["email", "to", "address"] {
            let copies = json!([{ name: "a@example.com" }, "b@example.com", { "name": "x" }]);
            let (order, warnings) =
                read(json!({ "customer": { "email": "jo@example.com" }, "copies": copies }));
            let copies: Vec<&str> = order.copies.iter().map(EmailAddress::expose).collect();
            assert_eq!(copies, ["a@example.com", "b@example.com"]);
            assert_eq!(warnings, ["/copies/0", "/copies/2"]);
        }
    }

    #[test]
    fn members_of_other_systems_are_read_and_named_where_their_meaning_is_certain() {
        let (order, warnings) = read(json!({
            "customer": { "email": "jo@example.com", "firstName": "Jo", "lastName": "Example" },
            "lines": null,
            "line_items": [{ "sku": "POT", "name": "Teapot", "qty": 1 }, { "name": "Cup", "qty": 0 }],
            "totals": { "total_price": { "amount": 1490, "currency": "EUR" } },
            "shipping_address": {
                "first_name": "Mara", "last_name": "Example", "company": "Acme", "address1": "Street 1",
                "address2": "Floor 2", "zipCode": "53111", "city": "Bonn", "province_code": "NW",
                "country_code": "DE",
            },
        }));
        let text = |line: Option<&Line>| line.map(|line| line.as_str().to_owned());
        assert_eq!(text(order.customer.name.as_ref()).as_deref(), Some("Jo Example"));
        let [line] = order.lines.as_slice() else { panic!("{:?}", order.lines) };
        assert_eq!(line.title.as_str(), "Teapot");
        assert!(line.quantity.is_some() && order.totals.total.is_some());
        let address = order.shipping_address.expect("one");
        let lines: Vec<&str> = address.lines.iter().map(Line::as_str).collect();
        assert_eq!(lines, ["Acme", "Street 1", "Floor 2"]);
        assert_eq!(text(address.name.as_ref()).as_deref(), Some("Mara Example"));
        assert_eq!(text(address.postal_code.as_ref()).as_deref(), Some("53111"));
        assert_eq!(text(address.region.as_ref()).as_deref(), Some("NW"));
        assert_eq!(address.country.as_ref().map(|c| c.as_str()), Some("DE"));
        for place in
            ["/customer/lastName", "/line_items", "/line_items/0/name", "/totals/total_price"]
        {
            assert_eq!(warnings.iter().filter(|at| *at == place).count(), 1, "{place}");
        }
        let of_address = warnings.iter().filter(|at| at.starts_with("/shipping_address/"));
        assert_eq!(of_address.count(), 8, "{warnings:?}");
    }

    #[test]
    fn a_member_of_the_contract_counts_before_its_other_names() {
        let address = json!({ "name": "Mara", "first_name": "Jo", "lines": ["A"], "street": "B" });
        let customer = json!({ "email": "jo@example.com", "name": "Mara", "first_name": "Jo" });
        let (order, warnings) = read(json!({ "customer": customer, "shipping_address": address }));
        let address = order.shipping_address.expect("one");
        assert_eq!(address.lines.iter().map(Line::as_str).collect::<Vec<_>>(), ["A"]);
        assert_eq!(address.name, order.customer.name);
        assert_eq!(warnings, [""; 0]);
    }
}
