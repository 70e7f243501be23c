//! `shipment.out_for_delivery`: it arrives today.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::page::Page;
use super::parcel::Parcel;
use super::{Mail, RenderError};

struct OutForDelivery<'a> {
    parcel: Parcel<'a>,
}

super::templates!(OutForDelivery, "out_for_delivery.html", "out_for_delivery.txt");

/// Writes the mail.
pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mail = OutForDelivery { parcel: Parcel::of(order, shipment, page.calendar)? };
    let of_order = mail.parcel.of_order(&page);
    let subject = format!("Arriving today: {of_order}");
    let preheader =
        format!("Out for delivery{}. {}", mail.parcel.with_carrier(), mail.parcel.in_brief());
    mail.write(page.titled(subject, preheader))
}
