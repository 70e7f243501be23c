//! The customer's language, which the core does not know: what plugins note of it.

use serde_json::Value;

use super::lines::meta;
use crate::translate::json::text;
use crate::translate::text::locale;

/// Members of the order: the filter's, and that of Polylang.
const MEMBERS: [&str; 3] = ["locale", "lang", "language"];

/// Keys of its metadata: WPML's, TranslatePress's, Weglot's and what shops' own code writes.
const KEYS: [&str; 6] =
    ["wpml_language", "trp_language", "weglot_language", "_customer_locale", "_locale", "locale"];

/// The language in which the order was placed, if there are mails in it.
pub(super) fn of_order(order: &Value) -> Option<String> {
    let members = MEMBERS.iter().filter_map(|name| text(order, name));
    let keys = KEYS.iter().filter_map(|key| meta(order, key)?.as_str());
    members.chain(keys).find_map(locale)
}
