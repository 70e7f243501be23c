//! `order.confirmed`: we have your order.

use shared::contract::order::Order;

use super::address;
use super::bill::Bill;
use super::mail::{Mail, RenderError};
use super::page::Page;
use super::pickup::PickupPlace;
use super::user_text::UserText;

struct Confirmed<'a> {
    bill: Bill<'a>,
    placed: Option<String>,
    pickup: Option<PickupPlace>,
    address: Vec<UserText<'static>>,
}

super::mail::templates!(Confirmed, "confirmed.html", "confirmed.txt");

impl Confirmed<'_> {
    /// How the order comes to the customer, as messages name it.
    const fn delivery(&self) -> &'static str {
        match (&self.pickup, self.address.is_empty()) {
            (Some(_), _) => "pickup",
            (None, false) => "shipping",
            (None, true) => "none",
        }
    }
}

pub fn compose(page: Page<'_>, order: &Order) -> Result<Mail, RenderError> {
    let pickup = PickupPlace::new(order, None, &page.say);
    let to = order.shipping_address.as_ref().filter(|_| pickup.is_none());
    let mail = Confirmed {
        bill: Bill::new(order, &page.say),
        placed: order.placed_at.map(|time| page.say.time(time)),
        pickup,
        address: to.map(|to| address::lines(to, page.say.language)).unwrap_or_default(),
    };
    let subject = page.say.confirmed_subject(&page.number);
    let preheader = match &mail.bill.total {
        Some(total) => page.say.confirmed_preheader(total),
        None => page.say.confirmed_preheader_without_total(),
    };
    mail.write(page.with_subject(subject, preheader))
}
