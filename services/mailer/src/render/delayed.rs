//! `shipment.delayed`: later than we said.

use jiff::civil::Date;
use shared::contract::order::Order;
use shared::contract::shipment::Shipment;

use super::day::Day;
use super::mail::{Mail, RenderError};
use super::page::Page;
use super::parcel::Parcel;

struct Delayed<'a> {
    parcel: Parcel<'a>,
    new_day: Day,
}

super::mail::templates!(Delayed, "delayed.html", "delayed.txt");

pub fn compose(
    page: Page<'_>,
    order: &Order,
    shipment: &Shipment,
    new_day: Date,
) -> Result<Mail, RenderError> {
    let parcel = Parcel::new(order, shipment, page.calendar)?;
    let mail = Delayed { parcel, new_day: page.calendar.day(new_day) };
    let parcel = mail.parcel.description(&page);
    let subject = format!("Delayed to {}: {parcel}", mail.new_day);
    let preheader = format!("We are sorry. {}", mail.parcel.summary());
    mail.write(page.with_subject(subject, preheader))
}
