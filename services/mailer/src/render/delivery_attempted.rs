//! `shipment.delivery_attempted`: it could not be delivered, and what happens next as far as the event says.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::day::Day;
use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::Parcel;

struct DeliveryAttempted<'a> {
    parcel: Parcel<'a>,
    next: Option<Day>,
}

super::mail::templates!(DeliveryAttempted, "delivery_attempted.html", "delivery_attempted.txt");

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mail = DeliveryAttempted {
        parcel: Parcel::new(order, shipment, page.calendar),
        next: shipment.next_attempt_on.map(|day| page.calendar.day(day)),
    };
    let parcel = mail.parcel.description(&page);
    let subject = format!("Could not be delivered: {parcel}");
    let preheader = match (&mail.next, &mail.parcel.reason) {
        (Some(day), _) => format!("The next attempt is on {day}."),
        (None, Some(reason)) => reason.shortened(120).to_string(),
        (None, None) => mail.parcel.summary(),
    };
    mail.write(page.with_subject(subject, preheader))
}
