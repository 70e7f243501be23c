//! What changed of an order, in sentences.

use shared::contract::changes::{Named, OrderChange, OrderChanges, SomeOf};

use super::article::{format_quantity, written};
use super::money;
use super::user_text::UserText;

/// The changes, a sentence each.
pub fn sentences(changes: &OrderChanges) -> Vec<String> {
    let mut sentences: Vec<String> = changes.named.iter().map(sentence).collect();
    sentences.extend(match changes.more {
        0 => None,
        1 => Some("And 1 more change.".to_owned()),
        more => Some(format!("And {more} more changes.")),
    });
    sentences
}

fn sentence(change: &OrderChange) -> String {
    match change {
        OrderChange::Added(now) => format!("New: {}", some_of(now)),
        OrderChange::Removed(before) => format!("No longer in your order: {}", some_of(before)),
        OrderChange::Quantity { now, before } => {
            let before = format_quantity(Some(*before), now.unit.as_ref());
            format!("{} instead of {before}", some_of(now))
        }
        OrderChange::Replaced { before, now } => {
            format!("{} instead of {}", some_of(now), some_of(before))
        }
        OrderChange::UnitPrice { article, before, now } => {
            let (before, now) = (money::format(*before), money::format(*now));
            format!("Price of {}: {now} instead of {before}", name(article))
        }
        OrderChange::Total { before, now } => {
            format!("Total: {} instead of {}", money::format(*now), money::format(*before))
        }
        OrderChange::ShippingAddress => "Another delivery address: see below".to_owned(),
        OrderChange::Pickup => "Where or how you pick it up: see below".to_owned(),
        OrderChange::BillingAddress => "Another billing address".to_owned(),
    }
}

/// `2 × Ring (FOR A.)`
fn some_of(some: &SomeOf) -> String {
    let quantity = format_quantity(some.quantity, some.unit.as_ref());
    format!("{quantity} {}", name(&some.article)).trim_start().to_owned()
}

/// The title, with what the customer chose.
fn name(article: &Named) -> String {
    let title = UserText::from_shop(&article.title);
    let options: Vec<String> =
        article.options.iter().map(|it| UserText::new(written(it)).to_string()).collect();
    match options.as_slice() {
        [] => title.to_string(),
        options => format!("{title} ({})", options.join(", ")),
    }
}
