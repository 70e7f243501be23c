//! `shipment.out_for_delivery`: it arrives today. What the customer fetches arrives at its place, and is not ready yet.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::Parcel;

struct OutForDelivery<'a> {
    parcel: Parcel<'a>,
}

super::mail::templates!(OutForDelivery, "out_for_delivery.html", "out_for_delivery.txt");

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mail = OutForDelivery { parcel: Parcel::new(order, shipment, page.calendar) };
    let parcel = mail.parcel.description(&page);
    let (subject, lead) = match mail.parcel.pickup {
        Some(_) => (format!("On its way: {parcel}"), "On its way"),
        None => (format!("Arriving today: {parcel}"), "Out for delivery"),
    };
    let preheader = format!("{lead}{}. {}", mail.parcel.with_carrier(), mail.parcel.summary());
    mail.write(page.with_subject(subject, preheader))
}
