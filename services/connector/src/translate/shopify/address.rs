//! Addresses of Shopify's orders.

use serde_json::Value;

use crate::translate::address::PostalAddress;
use crate::translate::json::text;
use crate::translate::text::{joined, line};

/// Countries whose addresses are written with the region's code: `NY`, and not `New York`.
const WITH_REGION_CODES: [&str; 6] = ["AU", "BR", "CA", "IT", "MX", "US"];

/// The name in an address, or of a customer.
pub(super) fn name(of: &Value) -> Option<String> {
    let parts = || joined(&[text(of, "first_name"), text(of, "last_name")]);
    text(of, "name").and_then(line).or_else(parts)
}

/// An address; `None` for null and for one that says nothing.
pub(super) fn address(of: &Value) -> Option<Value> {
    let country_code = text(of, "country_code");
    let has_codes = country_code.is_some_and(|code| WITH_REGION_CODES.contains(&code));
    let code = text(of, "province_code").filter(|_| has_codes);
    let address = PostalAddress {
        name: name(of),
        lines: ["company", "address1", "address2"].map(|part| text(of, part)).to_vec(),
        city: text(of, "city"),
        postal_code: text(of, "zip"),
        region: code.or_else(|| text(of, "province")),
        country_code,
        country_name: text(of, "country"),
    };
    address.into_json()
}
