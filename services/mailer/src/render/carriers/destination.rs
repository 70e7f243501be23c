//! What a link depends on beside the carrier and the number.

use shared::contract::address::{Address, Country};
use shared::contract::order::Order;
use shared::contract::shipment::Shipment;
use shared::contract::text::Line;

/// Where a parcel goes, as far as a link depends on it.
#[derive(Debug, Default)]
pub struct Destination<'a> {
    /// The country's ISO 3166-1 alpha-2 code.
    pub(super) country: Option<&'a str>,
    /// The postal code, letters and digits alone.
    pub(super) postcode: Option<String>,
    /// The customer's language.
    pub(super) language: Option<&'a str>,
}

impl<'a> Destination<'a> {
    /// Where `shipment` of `order` goes. One that is fetched goes to where it is fetched: its carrier does not know the
    /// customer's own postal code.
    pub fn new(order: &'a Order, shipment: &'a Shipment) -> Self {
        let fetched = shipment.pickup.as_ref().or(order.pickup.as_ref());
        let fetched_at = fetched.and_then(|place| place.address.as_ref());
        let address = fetched_at.or(order.shipping_address.as_ref().filter(|_| fetched.is_none()));
        let country = |address: &'a Address| address.country.as_ref().filter(|c| c.is_code());
        let locale = order.customer.locale.as_ref().map(|locale| locale.as_str());
        Self {
            country: address.and_then(country).map(Country::as_str),
            postcode: address.and_then(|a| a.postal_code.as_ref()).and_then(postcode),
            language: locale.and_then(|tag| tag.split('-').next()),
        }
    }
}

/// Letters and digits of a postal code: what a carrier's page takes. `None` for anything that is no postal code.
pub(super) fn postcode(code: &Line) -> Option<String> {
    let is_separator = |c: &char| *c == ' ' || *c == '-';
    let code: String = code
        .as_str()
        .chars()
        .filter(|c| !is_separator(c))
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let is_code = (3..=10).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_alphanumeric())
        && code.bytes().any(|b| b.is_ascii_digit());
    is_code.then_some(code)
}
