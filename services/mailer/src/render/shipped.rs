//! `shipment.shipped`: on its way, the mail that customers wait for.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::{Parcel, Share};

struct Shipped<'a> {
    parcel: Parcel<'a>,
}

super::mail::templates!(Shipped, "shipped.html", "shipped.txt");

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mail = Shipped { parcel: Parcel::new(order, shipment, page.calendar) };
    let parcel = &mail.parcel;
    let subject = match parcel.share {
        Share::Part => format!("Part of your {} is on its way", page.order()),
        _ => format!("On its way: {}", parcel.description(&page)),
    };
    let preheader = match &parcel.expected {
        Some(day) => format!("Expected {day}{}. {}", parcel.with_carrier(), parcel.summary()),
        None => parcel.summary(),
    };
    mail.write(page.with_subject(subject, preheader))
}
