//! What changed of an order, in sentences.

use shared::contract::changes::{Named, OrderChange, OrderChanges, SomeOf};

use super::article::{format_quantity, written_options};
use super::localizer::Localizer;
use super::user_text::UserText;

/// The changes, a sentence each.
pub fn sentences(changes: &OrderChanges, say: &Localizer) -> Vec<String> {
    let sentences = changes.named.iter().map(|change| sentence(change, say));
    sentences.chain((changes.more > 0).then(|| say.change_more(changes.more))).collect()
}

fn sentence(change: &OrderChange, say: &Localizer) -> String {
    match change {
        OrderChange::Added(now) => say.change_added(some_of(now, say)),
        OrderChange::Removed(before) => say.change_removed(some_of(before, say)),
        OrderChange::Quantity { now, before } => {
            let before = format_quantity(Some(*before), now.unit.as_ref(), say);
            say.change_quantity(some_of(now, say), before)
        }
        OrderChange::Replaced { before, now } => {
            say.change_replaced(some_of(before, say), some_of(now, say))
        }
        OrderChange::UnitPrice { article, before, now } => {
            say.change_price(name(article, say), say.money(*before), say.money(*now))
        }
        OrderChange::Total { before, now } => say.change_total(say.money(*before), say.money(*now)),
        OrderChange::ShippingAddress => say.change_shipping_address(),
        OrderChange::Pickup => say.change_pickup(),
        OrderChange::BillingAddress => say.change_billing_address(),
    }
}

/// `2 × Ring (FOR A.)`
fn some_of(some: &SomeOf, say: &Localizer) -> String {
    let quantity = format_quantity(some.quantity, some.unit.as_ref(), say);
    say.quantity_of(&quantity, name(&some.article, say))
}

/// The title, with what the customer chose.
fn name(article: &Named, say: &Localizer) -> String {
    let title = UserText::from_shop(&article.title);
    match article.options.as_slice() {
        [] => title.to_string(),
        options => say.text_with_remark(written_options(options, say), title),
    }
}
