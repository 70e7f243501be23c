//! `shipment.updated`: the parcel has a new tracking number, carrier, link, day or pickup. An event does not say which of them
//! is new, so the mail says what holds now, and of what it does not name nothing.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::Parcel;
use super::pickup::PickupPlace;
use super::user_text::UserText;

struct Updated<'a> {
    parcel: Parcel<'a>,
    /// The event names the day, and nothing of the carrier or the pickup.
    is_day_alone: bool,
}

super::mail::templates!(Updated, "updated.html", "updated.txt");

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let parcel = Parcel::new(order, shipment, page.calendar);
    let numbers: Vec<String> =
        parcel.tracking.iter().filter_map(|t| t.number.as_ref()).map(UserText::to_string).collect();
    let is_day_alone = parcel.carrier.is_none()
        && parcel.tracking.is_empty()
        && parcel.expected.is_some()
        && shipment.pickup.is_none();
    let mail = Updated { parcel, is_day_alone };
    let parcel = mail.parcel.description(&page);
    let what = if is_day_alone { "expected day" } else { "details" };
    let subject = format!("New {what} for {parcel}");
    let preheader = match (numbers.as_slice(), &mail.parcel.carrier, &mail.parcel.expected) {
        ([number], _, _) => format!("Tracking number {number}{}.", mail.parcel.with_carrier()),
        ([], Some(carrier), _) => format!("On its way with {carrier}."),
        ([], None, Some(day)) => format!("Expected {day}."),
        ([], None, None) if shipment.pickup.is_some() => {
            let place = mail.parcel.pickup.as_ref();
            format!("How to pick it up{}.", place.map(PickupPlace::at_name).unwrap_or_default())
        }
        ([], None, None) => "Here is the page to follow it.".to_owned(),
        (several, _, _) => {
            format!("{} tracking numbers{}.", several.len(), mail.parcel.with_carrier())
        }
    };
    mail.write(page.with_subject(subject, preheader))
}
