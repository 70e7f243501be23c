//! Addresses of WooCommerce's orders.

use serde_json::Value;

use crate::translate::address::PostalAddress;
use crate::translate::json::text;
use crate::translate::text::joined;

pub(super) fn name(of: &Value) -> Option<String> {
    joined(&[text(of, "first_name"), text(of, "last_name")])
}

/// An address; `None` for one that says nothing, as of an order that is not shipped.
pub(super) fn address(of: &Value) -> Option<Value> {
    let country_code = text(of, "country");
    // Some countries' regions are written as `DE-BE`, which is on no letter.
    let region = text(of, "state").filter(|state| !state.contains('-'));
    let address = PostalAddress {
        name: name(of),
        lines: ["company", "address_1", "address_2"].map(|part| text(of, part)).to_vec(),
        city: text(of, "city"),
        postal_code: text(of, "postcode"),
        region,
        country_code,
        country_name: country_code,
    };
    address.into_json()
}
