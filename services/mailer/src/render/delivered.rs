//! `shipment.delivered`: it's there, or was fetched.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::Parcel;

struct Delivered<'a> {
    parcel: Parcel<'a>,
}

super::mail::templates!(Delivered, "delivered.html", "delivered.txt");

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mut parcel = Parcel::new(order, shipment, page.calendar);
    // It is not there to be fetched any more.
    parcel.take_pickup_terms();
    let mail = Delivered { parcel };
    let parcel = mail.parcel.description(&page);
    let subject = match mail.parcel.pickup {
        Some(_) => format!("Picked up: {parcel}"),
        None => format!("Delivered: {parcel}"),
    };
    let preheader = mail.parcel.summary();
    mail.write(page.with_subject(subject, preheader))
}
