//! What the shops of a stack are called: by the names of their brands, as customers know them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kit::shops::ShopItem;
use shared::ShopSettings;

use super::moment::Moment;

/// How long the names are used before they are read again.
const MAX_AGE: Duration = Duration::from_secs(60);

/// A shop that somebody may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopChoice {
    /// Its name in events, commands and links.
    pub id: String,
    /// Its brand's name, or else its own.
    pub label: String,
}

/// The names of the brands, as they were last read.
#[derive(Debug, Default)]
pub struct ShopNames(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    by_shop: HashMap<String, String>,
    read_at: Option<Moment>,
}

impl ShopNames {
    /// Whether somebody has to read them: whoever is told so, since others do not wait for it.
    pub fn is_due(&self) -> bool {
        self.is_due_at(Moment::now())
    }

    fn is_due_at(&self, now: Moment) -> bool {
        let mut known = self.lock();
        let is_due = known.read_at.is_none_or(|read_at| now.is_later_by(MAX_AGE, read_at));
        if is_due {
            known.read_at = Some(now);
        }
        is_due
    }

    /// Takes the names from the shops' settings. Settings that can't be read name no brand.
    pub fn update(&self, shops: &[ShopItem]) {
        let brand = |item: &ShopItem| {
            let (settings, _) = ShopSettings::parse_stored(&item.document).ok()?;
            Some((item.shop.clone(), settings.brand?.name.as_str().to_owned()))
        };
        let named: Vec<(String, String)> = shops.iter().filter_map(brand).collect();
        let is_shared = |shop: &str, name: &str| {
            let is_other = |other: &str| other != shop;
            let is_same = |other: &str| other.to_lowercase() == name.to_lowercase();
            // A shop without a brand is called by its own name.
            named.iter().any(|(other, brand)| is_other(other) && is_same(brand))
                || shops.iter().any(|item| is_other(&item.shop) && is_same(&item.shop))
        };
        let label = |(shop, name): &(String, String)| match is_shared(shop, name) {
            true => (shop.clone(), format!("{name} ({shop})")),
            false => (shop.clone(), name.clone()),
        };
        self.lock().by_shop = named.iter().map(label).collect();
    }

    pub fn choice(&self, shop: &str) -> ShopChoice {
        ShopChoice { id: shop.to_owned(), label: self.label(shop) }
    }

    /// What people call the shop.
    pub fn label(&self, shop: &str) -> String {
        self.lock().by_shop.get(shop).cloned().unwrap_or_else(|| shop.to_owned())
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(shop: &str, brand: &str) -> ShopItem {
        let document = format!(
            r#"{{"brand":{{"name":"{brand}","url":"https://a.example","support_email":"a@a.example"}}}}"#
        );
        ShopItem { shop: shop.to_owned(), document, version: 1, put_at: 0 }
    }

    #[test]
    fn a_shop_is_called_by_its_brand_and_two_of_one_brand_are_told_apart() {
        let names = ShopNames::default();
        let no_brand = ShopItem { document: "{}".to_owned(), ..item("west", "") };
        names.update(&[item("north", "Nordlicht"), item("a", "Same"), item("b", "Same"), no_brand]);
        let labels = ["north", "a", "b", "west", "default"].map(|shop| names.label(shop));
        assert_eq!(labels, ["Nordlicht", "Same (a)", "Same (b)", "west", "default"]);
    }

    #[test]
    fn the_names_are_read_once_a_minute_by_one_request() {
        let (names, now) = (ShopNames::default(), Moment::now());
        assert!(names.is_due_at(now) && !names.is_due_at(now.plus(MAX_AGE / 2)));
        assert!(names.is_due_at(now.plus(MAX_AGE)) && !names.is_due_at(now.plus(MAX_AGE)));
    }
}
