//! Which order a page is about: as its title names it, and as the command reaches it.

use shared::{OrderKey, ShopId};

use super::state::Console;
use crate::aws::Stack;
use crate::pii::PiiMode;

/// The stack, as the command has it for an order of this shop.
pub fn stack_for(stack: &Stack, order: &OrderKey) -> Stack {
    stack_for_shop(stack, &order.shop)
}

/// The stack, as the command has it for the orders of this shop.
pub fn stack_for_shop(stack: &Stack, shop: &ShopId) -> Stack {
    match *shop == stack.shop_or_default() {
        true => stack.clone(),
        false => stack.clone().of_shop(Some(shop.clone())),
    }
}

/// The order as a title names it: with its shop, where there are several, since two may have an order of the same number.
pub fn order_name(console: &Console, order: &OrderKey, pii: PiiMode) -> String {
    let id = pii.text(order.order_id.as_str());
    match console.shops().len() {
        1 => id,
        _ => format!("{id}, {}", console.shop_names().label(order.shop.as_str())),
    }
}
