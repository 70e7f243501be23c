//! A snapshot of one of WooCommerce's orders, as the set of facts that it shows.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use shared::{Currency, Kind};

use super::address::{address, name};
use super::bill::{bill, is_gross};
use super::lines::{OrderLine, meta, with_tax};
use super::locale;
use super::parcels;
use super::sent::{Sent, numbered};
use super::status::Status;
use super::times::{Times, gmt, placed_at};
use crate::translate::bill::below_refund;
use crate::translate::fact::{Fact, When, into_events};
use crate::translate::json::{id, list, required_id, set, text};
use crate::translate::money::to_json;
use crate::translate::parcel::Parcel;
use crate::translate::text::{email, line, of_html};
use crate::translate::{Delivery, Translation, Untranslatable, order_lines};

/// A refund and a cancellation that are at most so far apart are told in one mail: the ledger takes them for the same
/// moment.
const SAME_MOMENT: SignedDuration = SignedDuration::from_mins(10);

/// An order that was paid later than this may have been cancelled in between, for want of the money.
const PAID_LATE: SignedDuration = SignedDuration::from_mins(10);

/// The events of all that an order shows.
pub(super) fn translate(
    delivery: &Delivery<'_>,
    body: &Value,
) -> Result<Translation, Untranslatable> {
    let id = required_id(body, "id")?;
    let billing = body.get("billing").unwrap_or(&Value::Null);
    let Some(written) = text(billing, "email") else {
        return Ok(Translation::Ignored("the order has no e-mail address, so nobody is mailed"));
    };
    let email = email(written).ok_or_else(|| Untranslatable::Field {
        pointer: "/billing/email".to_owned(),
        expected: "an e-mail address that SES mails, or none",
    })?;
    let snapshot = Snapshot::new(body, id, email, delivery.received_at)?;
    Ok(Translation::Events(into_events(snapshot.facts(), delivery)))
}

/// An order that somebody can be mailed about.
struct Snapshot<'a> {
    body: &'a Value,
    id: String,
    email: String,
    status: Status,
    times: Times,
    currency: Option<Currency>,
    lines: Vec<OrderLine<'a>>,
    parcels: Vec<Sent>,
    refunds: Vec<Refund>,
}

/// Money that went back.
struct Refund {
    id: String,
    at: Option<Timestamp>,
    amount: i64,
}

impl<'a> Snapshot<'a> {
    fn new(
        body: &'a Value,
        id: String,
        email: String,
        received_at: Timestamp,
    ) -> Result<Self, Untranslatable> {
        let times = Times::new(body)?;
        let currency = text(body, "currency").and_then(|code| Currency::parse(code).ok());
        let lines = OrderLine::all(body, currency, is_gross(body));
        let status = Status::new(text(body, "status").unwrap_or_default());
        let mut parcels = parcels::all(body, &id, &lines);
        if let (Status::OnItsWay(_), true) = (status, parcels.is_empty()) {
            let parcel = Parcel { id: numbered(&id, 1), ..Parcel::default() };
            parcels.push(Sent { parcel, at: None });
        }
        // A day is known as its beginning, when the order may not have been placed yet; and none is still to come.
        for sent in &mut parcels {
            sent.at =
                sent.at.map(|at| at.max(times.confirmed()).min(received_at.max(times.modified)));
        }
        let refunds = list(body, "refunds").into_iter().filter_map(|it| refund(it, currency?));
        Ok(Self {
            refunds: refunds.collect(),
            body,
            id,
            email,
            status,
            times,
            currency,
            lines,
            parcels,
        })
    }

    /// Whether the shop has taken the order, now or before.
    fn is_taken(&self) -> bool {
        match self.status {
            Status::Taken | Status::OnItsWay(_) | Status::Refunded => true,
            Status::Open | Status::Cancelled => self.times.paid.is_some(),
        }
    }

    /// Whether the customer may pay later, and so was told by somebody that the order is there. Any other that was never
    /// paid is a checkout that was left, which WooCommerce cancels after an hour. What becomes `processing` is paid by its
    /// date, but for cash on delivery (`WC_Order::maybe_set_date_paid`).
    fn waits_for_money(&self) -> bool {
        matches!(text(self.body, "payment_method"), Some("bacs" | "cheque" | "cod"))
    }

    fn facts(&self) -> Vec<Fact> {
        let order = self.order();
        let mut facts = Vec::new();
        if self.is_taken() {
            let at = When::At(self.times.confirmed());
            facts.push(Fact::of_order(Kind::OrderConfirmed, at, order.clone()));
        }
        facts.extend(self.update(&order));
        if self.status == Status::Cancelled && (self.is_taken() || self.waits_for_money()) {
            facts.push(self.cancellation(order.clone()));
        }
        facts.extend(self.refunds.iter().filter_map(|refund| self.refunded(refund, &order)));
        for sent in &self.parcels {
            facts.extend(self.parcel_facts(sent, &order));
        }
        facts
    }

    /// That the order may have been edited: the ledger tells it only if it says something else than the customer knows.
    /// Only as long as the confirmation would be news, and before anything is sent or paid back: of an order that Waybill
    /// has never told anything about, every later save would be news.
    ///
    /// Once something is sent, nobody is mailed of it. It still tells the ledger that the order was open then: one that was
    /// cancelled for want of the money, which came after all, has parcels that are news.
    fn update(&self, order: &Value) -> Option<Fact> {
        let (confirmed, modified) = (self.times.confirmed(), self.times.modified);
        if !matches!(self.status, Status::Taken | Status::OnItsWay(_)) {
            return None;
        }
        let fact = |at| Fact::of_order(Kind::OrderUpdated, When::At(at), order.clone());
        if let Some(first) = self.parcels.iter().map(|it| self.sent_at(it).timestamp()).min() {
            let is_late = confirmed.duration_since(self.times.created) > PAID_LATE;
            let before = first - SignedDuration::from_secs(1);
            return is_late.then(|| Fact { notify: false, ..fact(before) });
        }
        let is_news = modified > confirmed
            && modified.duration_since(confirmed) <= Kind::OrderConfirmed.send_within();
        let refunded: i64 = self.refunds.iter().map(|it| it.amount).fold(0, i64::saturating_add);
        let is_paid_back = refunded > 0 && self.total().is_none_or(|total| refunded >= total);
        (is_news && !is_paid_back).then(|| fact(modified))
    }

    fn total(&self) -> Option<i64> {
        with_tax(self.body, "total", None, self.currency?)
    }

    /// That the order is cancelled. Of money it says something only where a refund is known to be of the same moment: the
    /// order may never have been paid, and another refund may have been told long ago.
    fn cancellation(&self, mut order: Value) -> Fact {
        let when = self.times.undated(Kind::OrderCancelled);
        let mut cancellation = Map::new();
        cancellation.insert("partial".to_owned(), Value::Bool(false));
        let is_of_it = |refund: &&Refund| {
            refund.at.is_some_and(|at| at.duration_since(when.timestamp()).abs() <= SAME_MOMENT)
        };
        let mut refunds = self.refunds.iter().filter(is_of_it);
        if let (Some(refund), None, Some(currency)) =
            (refunds.next(), refunds.next(), self.currency)
        {
            order = below_refund(order, refund.amount);
            cancellation.insert("refund".to_owned(), to_json(refund.amount, currency));
            cancellation.insert("refund_id".to_owned(), refund.id.as_str().into());
        }
        let own = Some(("cancellation", Value::Object(cancellation)));
        Fact { own, ..Fact::of_order(Kind::OrderCancelled, when, order) }
    }

    fn refunded(&self, refund: &Refund, order: &Value) -> Option<Fact> {
        let mut json = Map::new();
        json.insert("id".to_owned(), refund.id.as_str().into());
        json.insert("amount".to_owned(), to_json(refund.amount, self.currency?));
        let when = refund.at.map_or_else(|| self.times.undated(Kind::OrderRefunded), When::At);
        let order = below_refund(order.clone(), refund.amount);
        Some(Fact::of_part(Kind::OrderRefunded, when, order, ("refund", json)))
    }

    fn sent_at(&self, sent: &Sent) -> When {
        sent.at.map_or_else(|| self.times.undated(Kind::ShipmentShipped), When::At)
    }

    fn parcel_facts(&self, sent: &Sent, order: &Value) -> Vec<Fact> {
        let parcel = &sent.parcel;
        let sent_at = self.sent_at(sent);
        let fact =
            |kind, when| Fact::of_part(kind, when, order.clone(), ("shipment", parcel.to_json()));
        let told = match self.status {
            Status::OnItsWay(kind) if kind != Kind::ShipmentShipped => Some(kind),
            _ => None,
        };
        let mut facts = Vec::new();
        // What is fetched has a parcel only if somebody carries it.
        if parcel.has_route() || !self.is_pickup() && told != Some(Kind::ShipmentReadyForPickup) {
            facts.push(fact(Kind::ShipmentShipped, sent_at));
            // Any save changes the order: beside a status, a parcel would be news with each.
            if told.is_none() {
                let corrected = parcel.corrected_at(self.times.modified, sent_at.timestamp(), told);
                facts.extend(corrected.map(|at| fact(Kind::ShipmentUpdated, When::At(at))));
            }
        }
        facts.extend(told.map(|kind| fact(kind, self.times.undated(kind))));
        facts
    }

    fn is_pickup(&self) -> bool {
        pickup(self.body).is_some()
    }

    /// The order as the contract has it.
    fn order(&self) -> Value {
        let body = self.body;
        let mut order = Map::new();
        order.insert("id".to_owned(), self.id.as_str().into());
        set(&mut order, "number", id(body, "number").and_then(|number| line(&number)));
        set(&mut order, "placed_at", placed_at(body));
        let shown = self.currency.map(|currency| {
            let shown = bill(body, &self.lines, currency).show();
            order.insert("currency".to_owned(), currency.code().into());
            order.insert("totals".to_owned(), order_lines::totals_of(&shown, self.lines.len()));
            shown
        });
        let prices = self.currency.filter(|_| {
            shown.is_some_and(|shown| shown.has_prices) && order_lines::fit(self.lines.len())
        });
        let lines = self.lines.iter().take(order_lines::MAX_LINES);
        order.insert("lines".to_owned(), lines.map(|line| line.to_json(prices)).collect());
        let of = |name: &str| body.get(name);
        let (shipping, billing) =
            (of("shipping").and_then(address), of("billing").and_then(address));
        let mut customer = Map::new();
        customer.insert("email".to_owned(), self.email.as_str().into());
        set(
            &mut customer,
            "name",
            of("billing").and_then(name).or_else(|| of("shipping").and_then(name)),
        );
        set(&mut customer, "locale", locale::of_order(body));
        order.insert("customer".to_owned(), Value::Object(customer));
        set(&mut order, "billing_address", billing.filter(|it| Some(it) != shipping.as_ref()));
        match pickup(body) {
            Some(place) => set(&mut order, "pickup", Some(place).filter(|it| it != &json!({}))),
            None => set(&mut order, "shipping_address", shipping),
        }
        Value::Object(order)
    }
}

/// Where the customer fetches the order; `None` where it is shipped.
fn pickup(order: &Value) -> Option<Value> {
    let is_pickup = |shipping: &&Value| {
        matches!(text(shipping, "method_id"), Some("local_pickup" | "pickup_location"))
    };
    let shipping = list(order, "shipping_lines").into_iter().find(is_pickup)?;
    let said = |key: &str| meta(shipping, key).and_then(Value::as_str).and_then(of_html);
    let mut place = Map::new();
    let name = said("pickup_location");
    set(&mut place, "name", name.or_else(|| text(shipping, "method_title").and_then(of_html)));
    set(&mut place, "address", said("pickup_address").map(|line| json!({ "lines": [line] })));
    set(&mut place, "note", said("pickup_details"));
    Some(Value::Object(place))
}

/// A refund with money. Goods that came back without any have a total of 0.
fn refund(json: &Value, currency: Currency) -> Option<Refund> {
    let amount = with_tax(json, "total", None, currency)?.abs();
    let at = gmt(json, "date_created_gmt");
    Some(Refund { id: id(json, "id")?, at, amount }).filter(|refund| refund.amount > 0)
}
