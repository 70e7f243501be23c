//! A snapshot of one of Shopify's orders, as the set of facts that it shows.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use shared::{Currency, Kind};

use super::address::{address, name};
use super::bill::{State, bill};
use super::fulfillment::Fulfillment;
use super::lines::OrderLine;
use super::money::currency;
use super::refund::{self, MoneyBack};
use crate::translate::fact::{Fact, When, into_events};
use crate::translate::json::{is_true, list, required_id, set, text, time};
use crate::translate::parcel::Pieces;
use crate::translate::text::{email, line, link, locale};
use crate::translate::{Delivery, Translation, Untranslatable, order_lines};

/// The order of a test notification.
pub(super) const SAMPLE_ORDER: &str = "820982911946154508";

/// The events of all that an order shows.
pub(super) fn translate(
    delivery: &Delivery<'_>,
    body: &Value,
) -> Result<Translation, Untranslatable> {
    let id = required_id(body, "id")?;
    if is_true(body, "test") || id == SAMPLE_ORDER {
        return Ok(Translation::Ignored("a test order"));
    }
    let addresses = ["email", "contact_email"].into_iter().filter_map(|name| text(body, name));
    let addresses: Vec<&str> = addresses.collect();
    if addresses.is_empty() {
        return Ok(Translation::Ignored("the order has no e-mail address, so nobody is mailed"));
    }
    let Some(email) = addresses.into_iter().find_map(email) else {
        return Err(Untranslatable::field("email", "an e-mail address that SES mails, or none"));
    };
    let snapshot = Snapshot::new(body, id, email)?;
    Ok(Translation::Events(into_events(snapshot.facts(), delivery)))
}

/// An order that somebody can be mailed about.
struct Snapshot<'a> {
    body: &'a Value,
    id: String,
    email: String,
    created_at: Timestamp,
    currency: Option<Currency>,
    lines: Vec<OrderLine<'a>>,
    /// The parcels, the earliest first.
    parcels: Vec<Fulfillment<'a>>,
    refunds: Vec<MoneyBack>,
    cancelled_at: Option<Timestamp>,
}

impl<'a> Snapshot<'a> {
    fn new(body: &'a Value, id: String, email: String) -> Result<Self, Untranslatable> {
        let created_at = time(body, "created_at").ok_or_else(|| {
            Untranslatable::field("created_at", "a time such as 2026-11-20T10:30:00+01:00")
        })?;
        let currency = currency(body);
        let refunds = refund::all(body).into_iter().filter_map(|refund| refund.money(currency));
        let mut parcels: Vec<Fulfillment<'_>> = Vec::new();
        // At a counter, what is bought is carried away.
        if !is_sold_at_counter(body) {
            parcels.extend(list(body, "fulfillments").into_iter().filter_map(Fulfillment::new));
        }
        parcels.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(Self {
            lines: OrderLine::all(body, currency),
            refunds: refunds.collect(),
            cancelled_at: time(body, "cancelled_at"),
            body,
            id,
            email,
            created_at,
            currency,
            parcels,
        })
    }

    fn facts(&self) -> Vec<Fact> {
        let now = self.order(State::Now);
        // An order that is imported was placed long before it was created here, and is no news.
        let placed_at = time(self.body, "processed_at").unwrap_or(self.created_at);
        let placed_at = When::At(placed_at.min(self.created_at));
        let mut facts = vec![Fact::of_order(Kind::OrderConfirmed, placed_at, now.clone())];
        facts.extend(self.update().map(|at| Fact::of_order(Kind::OrderUpdated, at, now.clone())));
        facts.extend(self.money_back());
        for (i, parcel) in self.parcels.iter().enumerate() {
            let told = parcel.parcel(self.still_to_come(i));
            facts.extend(parcel.facts(&told, &now, self.is_pickup()));
        }
        facts
    }

    /// The cancellation and the refunds, which are seen against what was bought: the usual order has none.
    fn money_back(&self) -> Vec<Fact> {
        if self.cancelled_at.is_none() && self.refunds.is_empty() {
            return Vec::new();
        }
        let bought = self.order(State::Bought);
        let cancelled = |at| refund::cancellation(at, &self.refunds, bought.clone());
        let refunds = self.refunds.iter().map(|refund| refund.clone().into_fact(bought.clone()));
        self.cancelled_at.map(cancelled).into_iter().chain(refunds).collect()
    }

    /// When the order was last changed, where it may have been edited: Shopify does not say of what a change was. The ledger
    /// tells it only if the order says something else than the customer knows.
    ///
    /// Only as long as the confirmation would be news, and before anything is sent or all is paid back: of an order that
    /// Waybill has never told anything about, every later change would be news, were it only archived.
    fn update(&self) -> Option<When> {
        let at = time(self.body, "updated_at").filter(|at| *at > self.created_at)?;
        let is_news = at.duration_since(self.created_at) <= Kind::OrderConfirmed.send_within();
        let is_open = self.cancelled_at.is_none() && self.parcels.is_empty();
        (is_news && is_open && !self.is_paid_back()).then_some(When::At(at))
    }

    fn refunded(&self) -> i64 {
        self.refunds.iter().map(MoneyBack::minor).fold(0, i64::saturating_add)
    }

    fn is_paid_back(&self) -> bool {
        let refunded = self.refunded();
        let bought = |currency| bill(self.body, &self.lines, currency, State::Bought, 0).total;
        refunded > 0 && self.currency.and_then(bought).is_none_or(|total| refunded >= total)
    }

    /// What is in none of the parcels up to the `i`th, and will still be sent.
    fn still_to_come(&self, i: usize) -> Vec<Pieces> {
        if self.cancelled_at.is_some() {
            return Vec::new();
        }
        let (sent, later) = self.parcels.split_at(i + 1);
        let pieces = |parcels: &[Fulfillment<'_>], id: &str| -> i64 {
            parcels.iter().map(|parcel| parcel.pieces_of(id)).sum()
        };
        let left = |line: &OrderLine<'_>| {
            let left = line.to_ship - pieces(sent, &line.id);
            // What Shopify can still ship now, and what it has shipped since.
            let possible = line.fulfillable.map(|n| n.saturating_add(pieces(later, &line.id)));
            let quantity = possible.map_or(left, |possible| left.min(possible));
            Pieces { line_id: line.id.clone(), quantity }
        };
        self.lines.iter().map(left).filter(|left| left.quantity > 0).collect()
    }

    fn is_pickup(&self) -> bool {
        let is_pickup = |shipping: &&Value| {
            text(shipping, "delivery_category").is_some_and(|category| category.contains("pick"))
        };
        list(self.body, "shipping_lines").iter().any(is_pickup)
    }

    /// The order as the contract has it.
    fn order(&self, state: State) -> Value {
        let body = self.body;
        let mut order = Map::new();
        order.insert("id".to_owned(), self.id.as_str().into());
        set(&mut order, "number", text(body, "name").and_then(line));
        set(&mut order, "placed_at", text(body, "created_at"));
        order.insert("customer".to_owned(), self.customer());
        let shown = self.currency.map(|currency| {
            let shown = bill(body, &self.lines, currency, state, self.refunded()).show();
            order.insert("currency".to_owned(), currency.code().into());
            order.insert("totals".to_owned(), order_lines::totals_of(&shown, self.lines.len()));
            shown
        });
        let prices = self.currency.filter(|_| {
            shown.is_some_and(|shown| shown.has_prices) && order_lines::fit(self.lines.len())
        });
        let quantity = |line: &OrderLine<'_>| match state {
            State::Bought => line.bought,
            State::Now => line.now,
        };
        let lines = self.lines.iter().take(order_lines::MAX_LINES);
        let lines: Vec<Value> = lines.map(|line| line.to_json(quantity(line), prices)).collect();
        order.insert("lines".to_owned(), lines.into());
        self.set_destination(&mut order);
        set(&mut order, "url", text(body, "order_status_url").and_then(link));
        Value::Object(order)
    }

    fn set_destination(&self, order: &mut Map<String, Value>) {
        let of = |name: &str| self.body.get(name).and_then(address);
        let (shipping, billing) = (of("shipping_address"), of("billing_address"));
        if self.is_pickup() {
            let place = list(self.body, "shipping_lines").into_iter().next();
            let place = place.and_then(|shipping| text(shipping, "title")).and_then(line);
            set(order, "pickup", place.map(|place| json!({ "name": place })));
        } else if shipping.is_some() {
            set(order, "shipping_address", shipping.clone());
        }
        set(order, "billing_address", billing.filter(|billing| Some(billing) != shipping.as_ref()));
    }

    fn customer(&self) -> Value {
        let of = |member: &str| self.body.get(member).and_then(name);
        let mut customer = Map::new();
        customer.insert("email".to_owned(), self.email.as_str().into());
        let name =
            of("customer").or_else(|| of("billing_address")).or_else(|| of("shipping_address"));
        set(&mut customer, "name", name);
        set(&mut customer, "locale", text(self.body, "customer_locale").and_then(locale));
        Value::Object(customer)
    }
}

fn is_sold_at_counter(order: &Value) -> bool {
    text(order, "source_name") == Some("pos") && list(order, "shipping_lines").is_empty()
}
