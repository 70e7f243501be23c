//! `shipment.ready_for_pickup`: where it can be fetched, until when, and with what code.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::Parcel;
use super::pickup::PickupTerms;

struct ReadyForPickup<'a> {
    parcel: Parcel<'a>,
    /// Above the list, where nobody overlooks them.
    terms: PickupTerms,
}

super::mail::templates!(ReadyForPickup, "ready_for_pickup.html", "ready_for_pickup.txt");

impl ReadyForPickup<'_> {
    fn lead(&self, page: &Page<'_>) -> String {
        let (say, number, share) = (&page.say, &page.number, self.parcel.share);
        match self.parcel.pickup_name() {
            Some(place) => say.ready_lead_with_place(number, place, share),
            None => say.ready_lead(number, share),
        }
    }
}

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mut parcel = Parcel::new(order, shipment, &page.say);
    let terms = parcel.take_pickup_terms();
    let mail = ReadyForPickup { parcel, terms };
    let say = &page.say;
    let subject = say.ready_subject(&page.number, mail.parcel.share);
    let preheader = match (mail.parcel.pickup_name(), &mail.terms.until) {
        (Some(place), Some(day)) => say.ready_preheader_at_until(day, place),
        (Some(place), None) => say.ready_preheader_at(place),
        (None, Some(day)) => say.ready_preheader_until(day),
        (None, None) => say.ready_preheader(),
    };
    mail.write(page.with_subject(subject, preheader))
}
