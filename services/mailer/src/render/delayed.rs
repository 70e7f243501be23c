//! `shipment.delayed`: later than we said.

use jiff::civil::Date;
use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::day::Day;
use super::page::Page;
use super::parcel::Parcel;
use super::{Mail, RenderError};

struct Delayed<'a> {
    parcel: Parcel<'a>,
    new_day: Day,
}

super::templates!(Delayed, "delayed.html", "delayed.txt");

/// Writes the mail.
pub fn compose(
    page: Page<'_>,
    order: &Order,
    shipment: &Shipment,
    new_day: Date,
) -> Result<Mail, RenderError> {
    let parcel = Parcel::of(order, shipment, page.calendar)?;
    let mail = Delayed { parcel, new_day: page.calendar.day(new_day) };
    let of_order = mail.parcel.of_order(&page);
    let subject = format!("Delayed to {}: {of_order}", mail.new_day);
    let preheader = format!("We are sorry. {}", mail.parcel.in_brief());
    mail.write(page.titled(subject, preheader))
}
