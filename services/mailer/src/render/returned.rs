//! `shipment.returned`: the parcel goes back to the shop.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::Parcel;

struct Returned<'a> {
    parcel: Parcel<'a>,
}

super::mail::templates!(Returned, "returned.html", "returned.txt");

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mut parcel = Parcel::new(order, shipment, &page.say);
    // It is not there to be fetched any more.
    parcel.take_pickup_terms();
    let mail = Returned { parcel };
    let subject = page.say.returned_subject(&page.number, mail.parcel.share);
    let preheader = match &mail.parcel.reason {
        Some(reason) => reason.shortened(120).to_string(),
        None => mail.parcel.contents(&page.say),
    };
    mail.write(page.with_subject(subject, preheader))
}
