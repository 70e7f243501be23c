//! A stack with a shop that customers know as Norden, beside the shop `default`.

use local::Config;
use local::stack::ShopFile;
use shared::ShopId;

use crate::support::config;

/// The shop's settings, with these kinds of mails turned off.
pub fn settings(kinds_off: &str) -> String {
    format!(
        r#"{{
  "brand": {{ "name": "Norden", "url": "https://north.example", "support_email": "help@north.example" }},
  "sender": {{ "address": "orders@north.example", "name": "Norden" }},
  "kinds_off": ["{kinds_off}"]
}}
"#
    )
}

/// A stack with these shops.
pub fn with_shops(shops: &[(&str, &str)]) -> Config {
    let shop = |(name, settings): &(&str, &str)| {
        ShopFile::new(ShopId::parse(name).expect("a name"), settings).expect("settings")
    };
    Config { shops: shops.iter().map(shop).collect(), ..config() }
}
