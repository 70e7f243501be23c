//! What of the contract a JSON Schema cannot say. All else is in `shared/schema/event.schema.json`: what the
//! schema accepts, intake accepts, and the other way round, but for these rules.

/// A rule that intake checks and the schema does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The rule as a sentence; the schema's description lists it.
    pub sentence: &'static str,
    /// Where a breach is named: JSON Pointers, with `*` for any index.
    pub places: &'static [&'static str],
    /// A part of the sentence that refuses a breach.
    pub refusal: &'static str,
}

/// All of them.
pub const RULES: [Rule; 9] = [
    Rule {
        sentence: "An event is at most 262144 bytes of JSON, nested at most 64 deep, and repeats no key in an \
                   object.",
        places: &[""],
        refusal: "JSON nested",
    },
    Rule {
        sentence: "No text has a \\u escape that is half a character, a lone surrogate: JSON parsers may pass one, \
                   and intake takes a body with one for no JSON, a batch as a whole.",
        places: &[""],
        refusal: "whole characters; a \\u escape is half of one",
    },
    Rule {
        sentence: "All amounts of an order are in one currency.",
        places: &[
            "/data/order/lines/*/unit_price/currency",
            "/data/order/totals/subtotal/currency",
            "/data/order/totals/shipping/currency",
            "/data/order/totals/discount/currency",
            "/data/order/totals/tax/currency",
            "/data/order/totals/total/currency",
        ],
        refusal: "as elsewhere in the order",
    },
    Rule {
        sentence: "A refund is in the currency of the order.",
        places: &["/data/refund/amount/currency", "/data/cancellation/refund/currency"],
        refusal: "the order's currency",
    },
    Rule {
        sentence: "The price of a line times its quantity is at most 9007199254740991, as every amount.",
        places: &["/data/order/lines/*/unit_price/amount"],
        refusal: "a price that times the quantity",
    },
    Rule {
        sentence: "A parcel's articles are articles of the order.",
        places: &["/data/shipment/lines/*/sku", "/data/shipment/still_to_come/*/sku"],
        refusal: "the sku of a line of the order",
    },
    Rule {
        sentence: "A parcel holds no more of an article than were ordered, `lines` and `still_to_come` \
                   together.",
        places: &["/data/shipment/lines/*/quantity", "/data/shipment/still_to_come/*/quantity"],
        refusal: "no more of",
    },
    Rule {
        sentence: "An international domain of an e-mail address is one by UTS 46, and the address is at most \
                   254 characters in punycode.",
        places: &["/data/order/customer/email"],
        refusal: "an e-mail address such as name@example.com, with a domain",
    },
    Rule {
        sentence: "A time is within the years 0 to 9999, in UTC too.",
        places: &["/time", "/data/order/placed_at"],
        refusal: "an RFC 3339 time",
    },
];
