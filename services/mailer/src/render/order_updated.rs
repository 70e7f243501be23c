//! `order.updated`: the order as it is now, and what changed.

use shared::contract::changes::OrderChanges;
use shared::contract::incident::OrderUpdate;
use shared::contract::order::Order;

use super::bill::Bill;
use super::mail::{Mail, RenderError};
use super::page::Page;
use super::pickup::PickupPlace;
use super::user_text::UserText;
use super::{address, changes};

/// The longest change that a mailbox shows beside the subject, in characters.
const MAX_PREVIEW_LEN: usize = 120;

struct OrderUpdated<'a> {
    changes: Vec<String>,
    bill: Bill<'a>,
    placed: Option<String>,
    pickup: Option<PickupPlace>,
    address: Vec<UserText<'static>>,
}

super::mail::templates!(OrderUpdated, "order_updated.html", "order_updated.txt");

/// `changes`: what is known to have changed, for an event that does not say it.
pub fn compose(
    page: Page<'_>,
    order: &Order,
    update: &OrderUpdate,
    changes: &OrderChanges,
) -> Result<Mail, RenderError> {
    let pickup = PickupPlace::new(order, None, &page.say);
    let to = order.shipping_address.as_ref().filter(|_| pickup.is_none());
    let mail = OrderUpdated {
        changes: match update.changes.as_slice() {
            [] => changes::sentences(changes, &page.say),
            said => said.iter().map(|line| UserText::from_shop(line).to_string()).collect(),
        },
        bill: Bill::new(order, &page.say),
        placed: order.placed_at.map(|time| page.say.time(time)),
        pickup,
        address: to.map(|to| address::lines(to, page.say.language)).unwrap_or_default(),
    };
    let subject = page.say.order_updated_subject(&page.number);
    let short = |change: &&String| change.chars().count() <= MAX_PREVIEW_LEN;
    let preheader = match mail.changes.first().filter(short) {
        Some(change) => change.clone(),
        None => page.say.order_updated_preheader(),
    };
    mail.write(page.with_subject(subject, preheader))
}
