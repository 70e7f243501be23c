//! `shipment.updated`: the parcel has a new tracking number.

use shared::TrackingNumber;
use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::Parcel;

struct Updated<'a> {
    parcel: Parcel<'a>,
    number: &'a str,
}

super::mail::templates!(Updated, "updated.html", "updated.txt");

pub fn compose(
    page: Page<'_>,
    order: &Order,
    shipment: &Shipment,
    number: &TrackingNumber,
) -> Result<Mail, RenderError> {
    let parcel = Parcel::new(order, shipment, page.calendar)?;
    let mail = Updated { parcel, number: number.as_str() };
    let parcel = mail.parcel.description(&page);
    let subject = format!("New tracking number for {parcel}");
    let preheader = format!("It is now {number}{}.", mail.parcel.with_carrier());
    mail.write(page.with_subject(subject, preheader))
}
