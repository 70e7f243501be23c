//! `shipment.updated`: the parcel has a new tracking number.

use shared::TrackingNumber;
use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::page::Page;
use super::parcel::Parcel;
use super::{Mail, RenderError};

struct Updated<'a> {
    parcel: Parcel<'a>,
    number: &'a str,
}

super::templates!(Updated, "updated.html", "updated.txt");

/// Writes the mail.
pub fn compose(
    page: Page<'_>,
    order: &Order,
    shipment: &Shipment,
    number: &TrackingNumber,
) -> Result<Mail, RenderError> {
    let parcel = Parcel::of(order, shipment, page.calendar)?;
    let mail = Updated { parcel, number: number.as_str() };
    let of_order = mail.parcel.of_order(&page);
    let subject = format!("New tracking number for {of_order}");
    let preheader = format!("It is now {number}{}.", mail.parcel.with_carrier());
    mail.write(page.titled(subject, preheader))
}
