//! Money: an amount in minor units and a currency, never a float.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

use crate::contract::currency::parse_code;
use crate::contract::money_context::MoneyContext;
use crate::contract::quantity::{Quantity, parse_decimal};
use crate::contract::reader::FieldReader;
use crate::contract::values::{trim_invisible, whole_number};

pub use crate::contract::currency::Currency;

/// The largest amount, and line of an order: 2^53 - 1. Beyond it, not every JSON reader keeps an integer
/// exact (RFC 8259 section 6), and below it the 500 lines of an order add up within an `i64`.
pub const MAX_AMOUNT: i64 = (1 << 53) - 1;

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Money {
    /// In minor units: 1234 is 12.34 EUR, 1234 JPY, 1.234 KWD. Negative for what is taken off.
    #[cfg_attr(test, schemars(extend("minimum" = -MAX_AMOUNT, "maximum" = MAX_AMOUNT)))]
    pub amount: i64,
    /// Of which currency.
    pub currency: Currency,
}

impl Currency {
    /// Reads a code, also in lower case.
    pub(crate) fn read(from: &FieldReader<'_>) -> Option<Self> {
        let upper = |code: &str| trim_invisible(code).to_ascii_uppercase();
        from.mended(Self::parse, upper, "A currency code has three upper-case letters alone.")
    }
}

impl Money {
    /// Price times quantity, rounded half away from zero to whole minor units; `None` beyond [`MAX_AMOUNT`].
    #[must_use]
    pub fn times(self, quantity: Quantity) -> Option<Self> {
        let product = Decimal::from(self.amount).checked_mul(quantity.value())?;
        from_minor(product, self.currency)
    }

    /// Reads `{"amount": 1234, "currency": "EUR"}`. Beside it, with a warning: a decimal number or text for
    /// the amount (14.9, `"14.90"`), the same in place of the object, in the currency of the order,
    /// and `"14.90 EUR"`.
    pub(crate) fn read(from: &FieldReader<'_>) -> Option<Self> {
        Self::read_as(from, Fraction::IsRounded)
    }

    /// As [`Money::read`], but for the price of one: no sum can be made of a rounded one. A screw of 0.0125 EUR is none
    /// of 0.01 EUR.
    pub(crate) fn read_exact(from: &FieldReader<'_>) -> Option<Self> {
        Self::read_as(from, Fraction::IsLeftOut)
    }

    fn read_as(from: &FieldReader<'_>, fraction: Fraction) -> Option<Self> {
        if from.is_object() {
            let currency = Self::read_currency(from);
            if let Some(value) = decimal_value(from) {
                let read = |r: FieldReader<'_>| {
                    decimal_amount(&r, value, currency?, fraction, VALUE_WAS_TAKEN)
                };
                return from.required("value", read);
            }
            let amount = from.required("amount", Some);
            let read = |(c, amount)| read_amount(&amount, c, true, fraction);
            return currency.zip(amount).and_then(read);
        }
        let (text, currency) = match from.value() {
            Value::String(text) => split_currency(text),
            Value::Number(number) => (number.to_string(), None),
            _ => return from.refuse(EXPECTED),
        };
        let Some(currency) = currency.or(from.money().currency) else {
            return from.refuse(EXPECTED);
        };
        match from.value() {
            Value::String(_) => decimal_amount(from, &text, currency, fraction, EXPECTED_WARNING),
            _ => read_amount(from, currency, false, fraction),
        }
    }

    fn read_currency(from: &FieldReader<'_>) -> Option<Currency> {
        // An amount of a currency that is not known is none of the order's.
        if let Some(name) = currency_member(from) {
            let stated = from.required(name, |r| Currency::read(&r));
            if name == "currency_code" && stated.is_some() {
                from.warn_member("currency", "This is missing; currency_code was taken.");
            }
            return stated;
        }
        let of_order = from.money().currency;
        match of_order {
            Some(_) => from.warn("The currency is missing; that of the order was taken."),
            None => {
                let _: Option<()> =
                    from.refuse_member("currency", "an ISO 4217 currency code such as EUR");
            }
        }
        of_order
    }

    /// Reads an amount above 0; a negative one, as some shops write what goes back, with a warning.
    pub(crate) fn read_positive(from: &FieldReader<'_>) -> Option<Self> {
        let money = Self::read(from)?;
        match money.amount {
            0 => from.refuse("an amount above 0"),
            1.. => Some(money),
            _ => {
                from.warn("An amount above 0 is expected; the minus was dropped.");
                Some(money.absolute())
            }
        }
    }

    /// The amount without its sign.
    #[must_use]
    pub const fn absolute(self) -> Self {
        Self { amount: self.amount.abs(), currency: self.currency }
    }
}

/// Reads the members of the object `from`, where amounts that name no currency are of the one that stands beside them:
/// the `currency` of `{"amount": 1490, "currency": "USD"}` is also that of a refund which has this amount and an id. Where
/// none stands there, they are of the order's, as elsewhere; and where it is not known, of none.
pub(crate) fn in_currency_of<T>(from: &FieldReader<'_>, read: impl FnOnce() -> T) -> T {
    let outer = from.money();
    let Some(name) = currency_member(from) else { return read() };
    // Whether its letters are upper-case matters only where an amount needs it, which warns of itself.
    let currency = from.tolerated(name, |r| parse_code(r.value().as_str()?));
    from.set_money(MoneyContext { currency, ..outer });
    let value = read();
    from.set_money(outer);
    value
}

/// The name of the member that holds a currency, if one does.
fn currency_member(from: &FieldReader<'_>) -> Option<&'static str> {
    ["currency", "currency_code"].into_iter().find(|name| from.has(name))
}

/// The decimal text `value` of an object without an amount, as payment providers write money. Another value may be of
/// minor units or not.
fn decimal_value<'a>(from: &FieldReader<'a>) -> Option<&'a str> {
    let (_, value) = from.members().find(|(name, _)| *name == "value")?;
    value.as_str().filter(|text| text.contains(['.', ',']) && !from.has("amount"))
}

const VALUE_WAS_TAKEN: &str = "An amount is expected, in minor units: {\"amount\": 1490, \"currency\": \"EUR\"} for 14.90 EUR; \
                               this value was read as a decimal number.";

/// What becomes of an amount with more decimals than its currency has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fraction {
    IsRounded,
    IsLeftOut,
}

const EXPECTED: &str = "an object such as {\"amount\": 1490, \"currency\": \"EUR\"} for 14.90 EUR";
const EXPECTED_WARNING: &str = "Money is {\"amount\": 1490, \"currency\": \"EUR\"} for 14.90 EUR; this was read as a decimal number.";

/// The amount here: minor units, or a decimal number. `is_member`: it is the member `amount` of an object.
fn read_amount(
    from: &FieldReader<'_>,
    currency: Currency,
    is_member: bool,
    fraction: Fraction,
) -> Option<Money> {
    let context = from.money();
    match from.value() {
        Value::Number(number) => {
            let minor = whole_number(from.value());
            match minor.filter(|minor| !context.has_fractions || *minor == 0) {
                Some(minor) => {
                    if !is_member {
                        from.warn(PLAIN_NUMBER);
                    } else if number.is_f64() {
                        from.warn(WHOLE_FLOAT);
                    }
                    in_range(from, minor, currency)
                }
                None if minor.is_some() && currency.minor_digits() > 0 => from.refuse(AMBIGUOUS),
                None => {
                    let text = number.to_string();
                    decimal_amount(from, &text, currency, fraction, READ_AS_DECIMAL)
                }
            }
        }
        Value::String(text) if text.contains('.') || context.has_decimal_texts => {
            decimal_amount(from, trim_invisible(text), currency, fraction, READ_AS_DECIMAL)
        }
        Value::String(text) => match trim_invisible(text).parse() {
            Ok(minor) => {
                from.warn("This is a text where a number is expected; it was read as minor units.");
                in_range(from, minor, currency)
            }
            Err(_) if text.contains(',') => from.refuse(WITHOUT_COMMA),
            Err(_) => from.refuse(minor_units()),
        },
        _ => from.refuse(minor_units()),
    }
}

const PLAIN_NUMBER: &str = "Money is {\"amount\": 1490, \"currency\": \"EUR\"} for 14.90 EUR; this whole \
                            number was taken as minor units.";
const WHOLE_FLOAT: &str = "This was read as whole minor units: 1490.0 is 14.90 EUR. Write minor units without a decimal \
                           point and, if a decimal number is meant, write it as text: \"1490.00\".";
const READ_AS_DECIMAL: &str =
    "Minor units are expected, 1490 for 14.90 EUR; this was read as a decimal number.";
const AMBIGUOUS: &str = "minor units everywhere, 1490 for 14.90 EUR; other amounts have fractions, so what \
                         this whole number means is not known";

const WITHOUT_COMMA: &str = "a number without a comma, which may be of thousands or of decimals: \"14.90\" or, better, \
                             1490 minor units";

fn minor_units() -> String {
    format!("a whole number of minor units, at most {MAX_AMOUNT}: 14.90 EUR is 1490")
}

fn in_range(from: &FieldReader<'_>, amount: i64, currency: Currency) -> Option<Money> {
    if amount.unsigned_abs() <= MAX_AMOUNT.unsigned_abs() {
        Some(Money { amount, currency })
    } else {
        from.refuse(minor_units())
    }
}

/// A decimal number as minor units, with the warning `done`. More decimals than the currency has are rounded, with another
/// one.
fn decimal_amount(
    from: &FieldReader<'_>,
    text: &str,
    currency: Currency,
    fraction: Fraction,
    done: &str,
) -> Option<Money> {
    if text.contains(',') {
        return from.refuse(WITHOUT_COMMA);
    }
    let number = parse_decimal(text);
    let minor =
        number.and_then(|n| n.checked_mul(Decimal::from(10_u64.pow(currency.minor_digits()))));
    let money = minor.and_then(|minor| from_minor(minor, currency));
    let Some((minor, money)) = minor.zip(money) else { return from.refuse(minor_units()) };
    let is_whole = minor.fract().is_zero();
    if !is_whole && fraction == Fraction::IsLeftOut {
        return from.refuse("no more decimals than its currency has, or no sum is right");
    }
    from.warn(done);
    if !is_whole {
        from.warn("This has more decimals than its currency; it was rounded.");
    }
    Some(money)
}

fn from_minor(amount: Decimal, currency: Currency) -> Option<Money> {
    let whole = amount.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    let amount = whole.to_i64().filter(|a| a.unsigned_abs() <= MAX_AMOUNT.unsigned_abs())?;
    Some(Money { amount, currency })
}

/// The number and the currency of `14.90 EUR` and `EUR 14.90`.
fn split_currency(text: &str) -> (String, Option<Currency>) {
    let text = trim_invisible(text);
    let parts: Vec<&str> = text.split_whitespace().collect();
    match *parts.as_slice() {
        [number, code] | [code, number] if parse_code(code).is_some() => {
            (number.to_owned(), parse_code(code))
        }
        _ => (text.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::event::{Event, EventPayload};
    use crate::contract::reader::FieldErrors;
    use serde_json::json;

    #[test]
    fn each_currency_has_its_own_minor_unit() {
        let digits = |code| Currency::parse(code).expect("a currency").minor_digits();
        assert_eq!((digits("JPY"), digits("EUR"), digits("KWD")), (0, 2, 3));
    }

    #[test]
    fn a_currency_without_a_minor_unit_is_refused() {
        for bad in ["", "eur", "EURO", "XAU", "XXX", "ZZZ"] {
            assert!(Currency::parse(bad).is_err(), "{bad:?} was taken");
        }
    }

    /// The money read of the member `total` of an order's totals, beside `other`, and the warnings.
    fn read(total: Value, other: Value) -> (Option<(i64, &'static str)>, usize) {
        let data = json!({ "order": { "currency": "EUR", "totals": { "total": total, "shipping": other } } });
        let errors = FieldErrors::default();
        let root = FieldReader::tolerant_root(&data, &errors).as_optional();
        root.set_money(MoneyContext::of_data(&data));
        let money = root.tolerated("order", |r| {
            r.tolerated("totals", |r| r.tolerated("total", |r| Money::read(&r)))
        });
        (money.map(|m| (m.amount, m.currency.code())), errors.into_parts().1.len())
    }

    #[test]
    fn an_amount_is_understood_as_shops_write_it() {
        let none = || json!(null);
        for (total, other, amount, warnings) in [
            (json!({ "amount": 1490, "currency": "EUR" }), none(), 1490, 0),
            (json!({ "amount": 1490.0, "currency": "EUR" }), none(), 1490, 1),
            (json!({ "value": "14.90", "currency_code": "EUR" }), none(), 1490, 2),
            (json!({ "amount": 1490, "currency": "eur" }), none(), 1490, 1),
            (json!({ "amount": 1490 }), none(), 1490, 1),
            (json!({ "amount": 1490, "currency_code": "EUR" }), none(), 1490, 1),
            (json!({ "amount": "1490", "currency": "EUR" }), none(), 1490, 1),
            (json!({ "amount": "14.90", "currency": "EUR" }), none(), 1490, 1),
            (json!({ "amount": 14.9, "currency": "EUR" }), none(), 1490, 1),
            (json!({ "amount": "14.905", "currency": "EUR" }), none(), 1491, 2),
            (json!({ "amount": "-3.5", "currency": "EUR" }), none(), -350, 1),
            (json!({ "amount": "15", "currency": "EUR" }), json!({ "amount": "4.90" }), 1500, 1),
            (json!("14.90"), none(), 1490, 1),
            (json!("15"), none(), 1500, 1),
            (json!("14.90 EUR"), none(), 1490, 1),
            (json!("eur 14.90"), none(), 1490, 1),
            (json!(14.9), none(), 1490, 1),
            (json!(1490), none(), 1490, 1),
        ] {
            assert_eq!(read(total.clone(), other), (Some((amount, "EUR")), warnings), "{total}");
        }
        assert_eq!(read(json!("1490 JPY"), none()), (Some((1490, "JPY")), 1));
    }

    #[test]
    fn what_cannot_be_read_costs_one_warning_and_nothing_else() {
        let (comma, price) = (json!("14,90"), json!({ "amount": 1e30, "currency": "EUR" }));
        let texts = || json!({ "amount": "4.90", "currency": "EUR" });
        for bad in
            [comma.clone(), json!("1,234"), json!({ "amount": comma, "currency": "EUR" }), price]
        {
            assert_eq!(read(bad.clone(), json!(null)), (None, 1), "{bad}");
            assert_eq!(read(bad.clone(), texts()), (None, 1), "{bad}");
            let sound = json!({ "amount": 1490, "currency": "EUR" });
            assert_eq!(read(sound, bad.clone()).0, Some((1490, "EUR")), "beside {bad}");
        }
    }

    #[test]
    fn an_amount_that_could_mean_two_things_is_left_out() {
        for (total, other) in [
            (json!({ "amount": 15.0, "currency": "EUR" }), json!({ "amount": 4.9 })),
            (json!({ "value": 15, "currency": "EUR" }), json!(null)),
            (json!({ "amount": 15, "currency": "EUR" }), json!({ "amount": 4.9 })),
            (json!({ "amount": MAX_AMOUNT + 1, "currency": "EUR" }), json!(null)),
            (json!({ "amount": "14,90", "currency": "EUR" }), json!(null)),
            (json!({ "amount": true, "currency": "EUR" }), json!(null)),
            (json!("many"), json!(null)),
            (json!(["14.90"]), json!(null)),
            (json!(15), json!([4.9])),
        ] {
            assert_eq!(read(total.clone(), other).0, None, "{total}");
        }
    }

    #[test]
    fn an_amount_is_read_in_the_currency_that_stands_beside_it() {
        let event = |kind: &str, name: &str, member: Value| {
            json!({
                "specversion": "1.0", "source": "shop", "id": "e", "type": kind,
                "data": {
                    "order": {
                        "id": "1", "currency": "EUR", "customer": { "email": "jo@example.com" },
                        "lines": [{ "title": "Mug", "quantity": 1, "unit_price": 1490, "currency": "GBP" }],
                        "totals": { "total": 1490, "tip": [{ "amount": 100, "currency": "JPY" }], "currency": "USD" },
                    },
                    name: member,
                },
            })
        };
        let read = |kind: &str, name: &str, member: Value| {
            Event::parse(&event(kind, name, member)).map(|event| (event.order, event.payload))
        };
        let money = |amount: i64, code: &str| {
            Some(Money { amount, currency: Currency::parse(code).expect("a currency") })
        };
        let refund = |currency: Value| json!({ "id": "R1", "amount": 1490, "currency": currency });
        let (order, payload) =
            read("order.refunded", "refund", refund(json!("USD"))).expect("read");
        assert_eq!(order.lines[0].unit_price, money(1490, "GBP"));
        assert_eq!(order.totals.total, money(1490, "USD"));
        assert_eq!(Some(order.totals.tip[0].amount), money(100, "JPY"));
        let EventPayload::Refunded(read_refund) = payload else { panic!("a refund") };
        assert_eq!(Some(read_refund.amount), money(1490, "USD"));
        let unknown = read("order.refunded", "refund", refund(json!("florins")));
        assert!(unknown.is_err(), "of a currency that is not known: {unknown:?}");
        let (_, payload) = read("order.refunded", "refund", refund(json!(null))).expect("read");
        let EventPayload::Refunded(read_refund) = payload else { panic!("a refund") };
        assert_eq!(Some(read_refund.amount), money(1490, "EUR"), "of the order's, without one");

        let member = json!({ "amount": "14.90", "currency_code": "USD" });
        let (_, payload) = read("order.payment_failed", "payment", member).expect("read");
        let EventPayload::PaymentFailed(payment) = payload else { panic!("a payment") };
        assert_eq!(payment.amount, money(1490, "USD"));
        let member = json!({ "refund": 1490, "currency": "USD" });
        let (_, payload) = read("order.cancelled", "cancellation", member).expect("read");
        let EventPayload::Cancelled(cancellation) = payload else { panic!("a cancellation") };
        assert_eq!(cancellation.refund, money(1490, "USD"));
    }

    #[test]
    fn a_price_times_a_decimal_quantity_is_right_to_the_minor_unit() {
        let price = |amount| Money { amount, currency: Currency::parse("EUR").expect("EUR") };
        let times = |amount, quantity: &str| {
            let quantity = parse_decimal(quantity).and_then(Quantity::new).expect("a quantity");
            price(amount).times(quantity).map(|money| money.amount)
        };
        assert_eq!(times(2400, "1.5"), Some(3600));
        assert_eq!(times(999, "0.333"), Some(333));
        assert_eq!(times(1, "0.5"), Some(1));
        assert_eq!(times(-1, "0.5"), Some(-1));
        assert_eq!(times(MAX_AMOUNT, "2"), None);
    }
}
