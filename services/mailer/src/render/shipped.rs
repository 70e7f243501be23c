//! `shipment.shipped`: on its way, the mail that customers wait for.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::Parcel;

struct Shipped<'a> {
    parcel: Parcel<'a>,
}

super::mail::templates!(Shipped, "shipped.html", "shipped.txt");

impl Shipped<'_> {
    fn heading(&self, page: &Page<'_>) -> String {
        match self.parcel.pickup {
            Some(_) => page.say.to_pickup_heading(),
            None => page.say.shipped_heading(self.parcel.share),
        }
    }

    fn lead(&self, page: &Page<'_>) -> String {
        match self.parcel.pickup {
            Some(_) => self.parcel.on_its_way_to_pickup(page),
            None => page.say.shipped_lead(&page.number, self.parcel.share),
        }
    }
}

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mail = Shipped { parcel: Parcel::new(order, shipment, &page.say) };
    let parcel = &mail.parcel;
    let say = &page.say;
    let subject = say.shipped_subject(&page.number, parcel.share);
    let contents = parcel.contents(say);
    let preheader = match (&parcel.expected, &parcel.carrier) {
        (Some(day), Some(carrier)) => say.shipped_preheader_with_carrier(carrier, contents, day),
        (Some(day), None) => say.shipped_preheader(contents, day),
        (None, _) => contents,
    };
    mail.write(page.with_subject(subject, preheader))
}
