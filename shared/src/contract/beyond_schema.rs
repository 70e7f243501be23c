//! What of the contract a JSON Schema cannot say. All else is in `shared/schema/event.schema.json`: what the
//! schema takes, intake accepts without a warning about its form, and the other way round, but for these rules.

/// A rule that intake checks and the schema does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The rule as a sentence; the schema's description lists it.
    pub sentence: &'static str,
    /// Where a breach is named: the beginnings of JSON Pointers, with `*` for any token.
    pub places: &'static [&'static str],
    /// A part of the sentence that refuses a breach or warns of it.
    pub notice: &'static str,
}

/// All of them.
pub const RULES: [Rule; 14] = [
    Rule {
        sentence: "An event is at most 262144 bytes of JSON, nested at most 64 deep, and repeats no key in an \
                   object.",
        places: &[""],
        notice: "JSON nested",
    },
    Rule {
        sentence: "No text has a \\u escape that is half a character, a lone surrogate: JSON parsers may pass one, \
                   and intake takes a body with one for no JSON, a batch as a whole.",
        places: &[""],
        notice: "whole characters; a \\u escape is half of one",
    },
    Rule {
        sentence: "An id, a sku and a tracking number are at most 128 bytes of UTF-8.",
        places: &["/data"],
        notice: "1 to 128 bytes of printable text",
    },
    Rule {
        sentence: "The members of the object that a type has in data are in that object, and not directly in data \
                   nor in order.",
        places: &["/data"],
        notice: "; it was read here",
    },
    Rule {
        sentence: "Minor units are written without a decimal point: 1490, and not 1490.0.",
        places: &["/data"],
        notice: "This was read as whole minor units",
    },
    Rule { sentence: "A quantity has at most 6 decimals.", places: &["/data"], notice: "quantity" },
    Rule {
        sentence: "No member is under a name that other systems give it, such as zip for postal_code.",
        places: &["/data"],
        notice: "This is another name of",
    },
    Rule {
        sentence: "If the lines of a cancellation are there, one of them has another quantity than 0; and without lines \
                   or partial, nothing else hints at a part.",
        places: &["/data"],
        notice: "the mail says that a part",
    },
    Rule {
        sentence: "The address of the customer is in customer, and in no other member.",
        places: &["/data/order"],
        notice: "The address belongs at",
    },
    Rule {
        sentence: "The price of a line times its quantity is at most 9007199254740991, as every amount.",
        places: &["/data/order/lines"],
        notice: "times the quantity",
    },
    Rule {
        sentence: "An international domain of an e-mail address is one by UTS 46, and the address is at most \
                   254 characters in punycode.",
        places: &["/data/order/customer/email", "/data/order/copies"],
        notice: "an e-mail address such as name@example.com, with a domain",
    },
    Rule {
        sentence: "A link is a URL with a host, without a user name, and at most 2000 characters.",
        places: &["/data"],
        notice: "not an http or https URL",
    },
    Rule {
        sentence: "A language tag is well-formed by BCP 47; of another, only the beginning counts.",
        places: &["/data/order/customer/locale"],
        notice: "well-formed BCP 47",
    },
    Rule {
        sentence: "A time is before the year 10000, in UTC too.",
        places: &["/time", "/data/order/placed_at", "/data/withdrawal/received_at"],
        notice: "an RFC 3339 time",
    },
];
