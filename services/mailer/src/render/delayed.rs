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

impl Delayed<'_> {
    fn lead(&self, page: &Page<'_>) -> String {
        match self.parcel.expected {
            Some(_) => page.say.delayed_lead(&page.number, self.parcel.share),
            None => page.say.delayed_lead_without_day(&page.number, self.parcel.share),
        }
    }

    fn note(&self, page: &Page<'_>) -> String {
        match self.parcel.expected {
            Some(_) => page.say.delayed_note_with_day(),
            None => page.say.delayed_note(),
        }
    }
}

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let mail = Delayed { parcel: Parcel::new(order, shipment, &page.say) };
    let (say, share) = (&page.say, mail.parcel.share);
    let subject = match &mail.parcel.expected {
        Some(day) => say.delayed_subject_with_day(day, &page.number, share),
        None => say.delayed_subject(&page.number, share),
    };
    let preheader = say.delayed_preheader(mail.parcel.contents(say));
    mail.write(page.with_subject(subject, preheader))
}
