//! An order that is not in the shop that was asked for, and perhaps in another one of the stack.

use futures::{StreamExt, stream};
use shared::ShopId;

use super::Wanted;
use super::lookup::find;
use crate::aws::Stack;
use crate::shop::table::all_shops;

const MAX_CONCURRENCY: usize = 4;

/// What the other shops of the stack have.
#[derive(Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// Those that were looked in. None where the caller may not know which there are, as an operator of one shop alone.
    looked_in: Vec<ShopId>,
    found_in: Vec<ShopId>,
}

/// Looks for the order in the tables of every other shop. What the caller has no right to, or does not answer, is left out:
/// this only helps on, and says nothing that it does not know.
pub async fn look_elsewhere(stack: &Stack, wanted: &Wanted) -> Elsewhere {
    let all = all_shops(stack).await.unwrap_or_default();
    let others = all.into_iter().filter(|shop| shop != wanted.shop());
    let looks = stream::iter(others).map(async |shop| {
        let found = find(stack, &wanted.in_shop(shop.clone())).await;
        found.ok().map(|found| (shop, !found.orders.is_empty()))
    });
    let looks: Vec<(ShopId, bool)> =
        looks.buffered(MAX_CONCURRENCY).filter_map(async |look| look).collect().await;
    Elsewhere {
        found_in: looks
            .iter()
            .filter(|(_, has_it)| *has_it)
            .map(|(shop, _)| shop.clone())
            .collect(),
        looked_in: looks.into_iter().map(|(shop, _)| shop).collect(),
    }
}

impl Elsewhere {
    /// Whether another shop has it.
    pub const fn has_it(&self) -> bool {
        !self.found_in.is_empty()
    }

    pub fn found_in(&self) -> &[ShopId] {
        &self.found_in
    }

    /// What to do, as a sentence.
    pub fn sentence(&self) -> String {
        let list = |shops: &[ShopId], before: &str, between: &str| {
            let names: Vec<String> = shops.iter().map(|shop| format!("{before}{shop}")).collect();
            names.join(between)
        };
        if self.has_it() {
            let flags = list(&self.found_in, "--shop ", " or ");
            return format!("Another shop of this stack has it: ask again with {flags}.");
        }
        if self.looked_in.is_empty() {
            return "Are the stack (--stack, --region) and the shop (--shop) right?".to_owned();
        }
        let shops = list(&self.looked_in, "", ", ");
        format!(
            "No other shop of this stack has it either ({shops}). Is the stack (--stack, --region) right?"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shops_that_have_it_are_named_and_else_those_that_were_looked_in() {
        let shops = |names: &[&str]| -> Vec<ShopId> {
            names.iter().map(|name| ShopId::parse(name).unwrap()).collect()
        };
        let sentence = |looked_in: &[&str], found_in: &[&str]| {
            Elsewhere { looked_in: shops(looked_in), found_in: shops(found_in) }.sentence()
        };
        let three = ["default", "north", "south"];
        assert_eq!(
            sentence(&three, &["north", "south"]),
            "Another shop of this stack has it: ask again with --shop north or --shop south."
        );
        assert!(
            sentence(&three, &[])
                .starts_with("No other shop of this stack has it either (default, north, south).")
        );
        assert!(sentence(&[], &[]).contains("the shop (--shop)"), "nothing is known of others");
    }
}
