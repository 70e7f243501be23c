//! `shipment.updated`: the parcel has a new tracking number, carrier, link, day or pickup. An event does not say which of them
//! is new, so the mail says what holds now, and of what it does not name nothing.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::localizer::Localizer;
use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::Parcel;
use super::user_text::UserText;

struct Updated<'a> {
    parcel: Parcel<'a>,
    /// The event names the day, and nothing of the carrier or the pickup.
    is_day_alone: bool,
}

super::mail::templates!(Updated, "updated.html", "updated.txt");

impl Updated<'_> {
    fn heading(&self, page: &Page<'_>) -> String {
        match self.is_day_alone {
            true => page.say.updated_day_heading(),
            false => page.say.updated_heading(),
        }
    }

    fn lead(&self, page: &Page<'_>) -> String {
        match self.is_day_alone {
            true => page.say.updated_day_lead(&page.number, self.parcel.share),
            false => page.say.updated_lead(&page.number, self.parcel.share),
        }
    }
}

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let parcel = Parcel::new(order, shipment, &page.say);
    let is_day_alone = parcel.carrier.is_none()
        && parcel.tracking.is_empty()
        && parcel.expected.is_some()
        && shipment.pickup.is_none();
    let mail = Updated { parcel, is_day_alone };
    let share = mail.parcel.share;
    let subject = match is_day_alone {
        true => page.say.updated_day_subject(&page.number, share),
        false => page.say.updated_subject(&page.number, share),
    };
    let preheader = preheader(&mail.parcel, &page.say);
    mail.write(page.with_subject(subject, preheader))
}

fn preheader(parcel: &Parcel<'_>, say: &Localizer) -> String {
    let numbers: Vec<&UserText<'_>> =
        parcel.tracking.iter().filter_map(|track| track.number.as_ref()).collect();
    match (numbers.as_slice(), &parcel.carrier, &parcel.expected) {
        ([number], Some(carrier), _) => say.updated_preheader_number_with_carrier(carrier, number),
        ([number], None, _) => say.updated_preheader_number(number),
        ([], Some(carrier), _) => say.updated_preheader_carrier(carrier),
        ([], None, Some(day)) => say.updated_preheader_day(day),
        ([], None, None) if parcel.pickup.is_some() => say.updated_preheader_pickup(),
        ([], None, None) => say.updated_preheader_page(),
        (several, ..) => say.updated_preheader_numbers(several.len()),
    }
}
