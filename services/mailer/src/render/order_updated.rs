//! `order.updated`: the order as it is now, and what changed.

use shared::contract::incident::OrderUpdate;
use shared::contract::order::Order;

use super::bill::Bill;
use super::mail::{Mail, RenderError};
use super::page::Page;
use super::pickup::PickupPlace;
use super::user_text::UserText;
use super::{address, day};

struct OrderUpdated<'a> {
    changes: Vec<UserText<'a>>,
    bill: Bill<'a>,
    placed: Option<String>,
    pickup: Option<PickupPlace>,
    address: Vec<UserText<'static>>,
}

super::mail::templates!(OrderUpdated, "order_updated.html", "order_updated.txt");

pub fn compose(page: Page<'_>, order: &Order, update: &OrderUpdate) -> Result<Mail, RenderError> {
    let pickup = PickupPlace::new(order, None, page.calendar);
    let to = order.shipping_address.as_ref().filter(|_| pickup.is_none());
    let mail = OrderUpdated {
        changes: update.changes.iter().map(UserText::from_shop).collect(),
        bill: Bill::new(order),
        placed: order.placed_at.map(day::format_local),
        pickup,
        address: to.map(address::lines).unwrap_or_default(),
    };
    let subject = format!("Your {} has changed", page.order());
    let preheader = match mail.changes.first() {
        Some(change) => change.shortened(120).to_string(),
        None => "Here is your order as it is now.".to_owned(),
    };
    mail.write(page.with_subject(subject, preheader))
}
