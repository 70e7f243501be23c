//! `shipment.delivered`: it's there.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::page::Page;
use super::parcel::Parcel;
use super::{Mail, RenderError};

struct Delivered<'a> {
    parcel: Parcel<'a>,
}

super::templates!(Delivered, "delivered.html", "delivered.txt");

/// Writes the mail.
pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mail = Delivered { parcel: Parcel::of(order, shipment, page.calendar)? };
    let of_order = mail.parcel.of_order(&page);
    let subject = format!("Delivered: {of_order}");
    let preheader = mail.parcel.in_brief();
    mail.write(page.titled(subject, preheader))
}
