//! `order.confirmed`: we have your order.

use shared::contract::order::Order;

use super::bill::Bill;
use super::mail::{Mail, RenderError};
use super::page::Page;
use super::pickup::PickupPlace;
use super::user_text::UserText;
use super::{address, day};

struct Confirmed<'a> {
    bill: Bill<'a>,
    placed: Option<String>,
    pickup: Option<PickupPlace>,
    address: Vec<UserText<'static>>,
}

super::mail::templates!(Confirmed, "confirmed.html", "confirmed.txt");

pub fn compose(page: Page<'_>, order: &Order) -> Result<Mail, RenderError> {
    let pickup = PickupPlace::new(order, None, page.calendar);
    let to = order.shipping_address.as_ref().filter(|_| pickup.is_none());
    let mail = Confirmed {
        bill: Bill::new(order),
        placed: order.placed_at.map(day::format_local),
        pickup,
        address: to.map(address::lines).unwrap_or_default(),
    };
    let subject = format!("We have your {}", page.order());
    let preheader = match &mail.bill.total {
        Some(total) => format!("{total} in all. Here is what you ordered."),
        None => "Here is what you ordered.".to_owned(),
    };
    mail.write(page.with_subject(subject, preheader))
}
