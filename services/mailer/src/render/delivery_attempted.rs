//! `shipment.delivery_attempted`: it could not be delivered, and what happens next as far as the event says.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::Parcel;

struct DeliveryAttempted<'a> {
    parcel: Parcel<'a>,
    next: Option<String>,
}

super::mail::templates!(DeliveryAttempted, "delivery_attempted.html", "delivery_attempted.txt");

impl DeliveryAttempted<'_> {
    fn lead(&self, page: &Page<'_>) -> String {
        let (say, number, share) = (&page.say, &page.number, self.parcel.share);
        match &self.parcel.carrier {
            Some(carrier) => say.attempted_lead_with_carrier(carrier, number, share),
            None => say.attempted_lead(number, share),
        }
    }
}

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mail = DeliveryAttempted {
        parcel: Parcel::new(order, shipment, &page.say),
        next: shipment.next_attempt_on.map(|day| page.say.day(day)),
    };
    let subject = page.say.attempted_subject(&page.number, mail.parcel.share);
    let preheader = match (&mail.next, &mail.parcel.reason) {
        (Some(day), _) => page.say.attempted_preheader(day),
        (None, Some(reason)) => reason.shortened(120).to_string(),
        (None, None) => mail.parcel.contents(&page.say),
    };
    mail.write(page.with_subject(subject, preheader))
}
