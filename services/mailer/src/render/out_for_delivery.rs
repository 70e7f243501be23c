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

impl OutForDelivery<'_> {
    fn heading(&self, page: &Page<'_>) -> String {
        match self.parcel.pickup {
            Some(_) => page.say.to_pickup_heading(),
            None => page.say.out_for_delivery_heading(),
        }
    }

    fn lead(&self, page: &Page<'_>) -> String {
        match self.parcel.pickup {
            Some(_) => self.parcel.on_its_way_to_pickup(page),
            None => page.say.out_for_delivery_lead(&page.number, self.parcel.share),
        }
    }

    /// The step that is reached.
    const fn step(&self) -> usize {
        if self.parcel.pickup.is_some() { 2 } else { 3 }
    }
}

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mail = OutForDelivery { parcel: Parcel::new(order, shipment, &page.say) };
    let (say, parcel) = (&page.say, &mail.parcel);
    let subject = match parcel.pickup {
        Some(_) => say.shipped_subject(&page.number, parcel.share),
        None => say.out_for_delivery_subject(&page.number, parcel.share),
    };
    let contents = parcel.contents(say);
    let preheader = match (&parcel.pickup, &parcel.carrier) {
        (Some(_), Some(carrier)) => say.to_pickup_preheader_with_carrier(carrier, contents),
        (Some(_), None) => say.to_pickup_preheader(contents),
        (None, Some(carrier)) => say.out_for_delivery_preheader_with_carrier(carrier, contents),
        (None, None) => say.out_for_delivery_preheader(contents),
    };
    mail.write(page.with_subject(subject, preheader))
}
