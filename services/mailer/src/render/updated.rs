//! `shipment.updated`: the parcel has a new tracking number, carrier or link.

use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::Parcel;
use super::user_text::UserText;

struct Updated<'a> {
    parcel: Parcel<'a>,
    /// What is new, as far as the event shows it: `tracking number`, or `tracking details`.
    subject: &'static str,
}

super::mail::templates!(Updated, "updated.html", "updated.txt");

pub fn compose(page: Page<'_>, order: &Order, shipment: &Shipment) -> Result<Mail, RenderError> {
    let parcel = Parcel::new(order, shipment, page.calendar);
    let numbers: Vec<String> =
        parcel.tracking.iter().filter_map(|t| t.number.as_ref()).map(UserText::to_string).collect();
    // An event does not say what it changed: with the same number, the carrier or the link is new.
    let mail = Updated { parcel, subject: "tracking details" };
    let parcel = mail.parcel.description(&page);
    let subject = format!("New {} for {parcel}", mail.subject);
    let preheader = match (numbers.as_slice(), &mail.parcel.carrier, &mail.parcel.expected) {
        ([number], _, _) => format!("It is now {number}{}.", mail.parcel.with_carrier()),
        ([], Some(carrier), _) => format!("It is now with {carrier}."),
        ([], None, Some(day)) => format!("Expected {day}."),
        ([], None, None) => "There is a new page to follow it.".to_owned(),
        (several, _, _) => {
            format!("It now has {} numbers{}.", several.len(), mail.parcel.with_carrier())
        }
    };
    mail.write(page.with_subject(subject, preheader))
}
