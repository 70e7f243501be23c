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

impl Delivered<'_> {
    fn heading(&self, page: &Page<'_>) -> String {
        match self.parcel.pickup {
            Some(_) => page.say.picked_up_heading(),
            None => page.say.delivered_heading(),
        }
    }

    fn lead(&self, page: &Page<'_>) -> String {
        let (say, number, share) = (&page.say, &page.number, self.parcel.share);
        match (&self.parcel.pickup, self.parcel.pickup_name(), &self.parcel.carrier) {
            (Some(_), Some(place), _) => say.picked_up_lead_with_place(number, place, share),
            (Some(_), None, _) => say.picked_up_lead(number, share),
            (None, _, Some(carrier)) => say.delivered_lead_with_carrier(carrier, number, share),
            (None, _, None) => say.delivered_lead(number, share),
        }
    }
}

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mut parcel = Parcel::new(order, shipment, &page.say);
    // It is not there to be fetched any more.
    parcel.take_pickup_terms();
    let mail = Delivered { parcel };
    let (say, share) = (&page.say, mail.parcel.share);
    let subject = match mail.parcel.pickup {
        Some(_) => say.picked_up_subject(&page.number, share),
        None => say.delivered_subject(&page.number, share),
    };
    let preheader = mail.parcel.contents(say);
    mail.write(page.with_subject(subject, preheader))
}
