//! `shipment.delayed`: later than we said.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::Parcel;

struct Delayed<'a> {
    parcel: Parcel<'a>,
}

super::mail::templates!(Delayed, "delayed.html", "delayed.txt");

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mail = Delayed { parcel: Parcel::new(order, shipment, page.calendar) };
    let parcel = mail.parcel.description(&page);
    let subject = match &mail.parcel.expected {
        Some(day) => format!("Delayed to {day}: {parcel}"),
        None => format!("Delayed: {parcel}"),
    };
    let preheader = format!("We are sorry. {}", mail.parcel.summary());
    mail.write(page.with_subject(subject, preheader))
}
