//! The page of a carrier on which a customer follows a parcel, where the event gives its number and no link.
//!
//! Only mails show such a link, so it is made here, when a mail is rendered: what is stored, published and told apart
//! is what the shop said. The event's own link always goes first ([`super::parcel`]).
//!
//! A wrong page is worse than none. So there is a link only where all of this is known: the carrier by its name
//! (`table`), the country of the delivery where carriers or pages differ by it, the shape of the number (`number`),
//! and the postal code where the page asks for one.

mod destination;
mod number;
mod page;
mod table;

pub use destination::Destination;

use number::LinkNumber;
use table::CARRIERS;

/// The page on which `carrier`, as the shop writes it, shows the parcel `number`; `None` unless it is sure.
pub fn tracking_page(carrier: &str, number: &str, to: &Destination<'_>) -> Option<String> {
    let number = LinkNumber::parse(number)?;
    let carrier = CARRIERS.iter().find(|known| known.is_called(carrier))?;
    carrier.pages.iter().find_map(|page| page.link(&number, to))
}

#[cfg(test)]
mod tests;
