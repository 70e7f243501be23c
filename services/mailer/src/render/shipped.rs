//! `shipment.shipped`: on its way, the mail that customers wait for.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::page::Page;
use super::parcel::{Parcel, Share};
use super::{Mail, RenderError};

struct Shipped<'a> {
    parcel: Parcel<'a>,
}

super::templates!(Shipped, "shipped.html", "shipped.txt");

/// Writes the mail.
pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mail = Shipped { parcel: Parcel::of(order, shipment, page.calendar)? };
    let parcel = &mail.parcel;
    let subject = match parcel.share {
        Share::Part => format!("Part of your {} is on its way", page.order()),
        _ => format!("On its way: {}", parcel.of_order(&page)),
    };
    let preheader = match &parcel.expected {
        Some(day) => format!("Expected {day}{}. {}", parcel.with_carrier(), parcel.in_brief()),
        None => parcel.in_brief(),
    };
    mail.write(page.titled(subject, preheader))
}
