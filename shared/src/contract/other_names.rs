//! What shops call the members of the contract otherwise. Each table is of one object; only names whose meaning is certain
//! there are in it. Names are the same if their letters are: `firstName` is `first_name`.

/// Members of the contract, each with its other names, the likeliest first.
pub(crate) type OtherNames = &'static [(&'static str, &'static [&'static str])];

pub(crate) const ORDER: OtherNames = &[("lines", &["line_items", "items", "products"])];

pub(crate) const LINE: OtherNames = &[
    ("id", &["line_id", "line_item_id"]),
    ("title", &["name", "product_name", "product_title"]),
    ("quantity", &["qty"]),
];

pub(crate) const CUSTOMER: OtherNames =
    &[("email", &["email_address"]), ("name", &["full_name", "display_name"])];

pub(crate) const TOTALS: OtherNames = &[("total", &["total_price", "grand_total"])];

pub(crate) const CANCELLATION: OtherNames = &[("partial", &["is_partial"])];

pub(crate) const ADDRESS: OtherNames = &[
    ("name", &["full_name", "recipient"]),
    ("city", &["town"]),
    ("postal_code", &["zip", "zip_code", "postcode"]),
    ("region", &["province", "state", "province_code", "state_code"]),
    ("country", &["country_code", "country_name"]),
];

/// The members of which a name consists.
pub(crate) const PARTS_OF_NAME: [&str; 2] = ["first_name", "last_name"];

/// The members that are the lines of an address, in their order.
pub(crate) const PARTS_OF_ADDRESS: [&str; 10] = [
    "company",
    "address1",
    "address2",
    "address_line1",
    "address_line2",
    "line1",
    "line2",
    "street",
    "street2",
    "house_number",
];

/// Whether both are one name, as `trackingUrl` and `tracking_url` are.
pub(crate) fn is_same(name: &str, known: &str) -> bool {
    letters(name).eq(letters(known))
}

/// The letters of a name, without what separates its words.
pub(crate) fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase())
}

/// The words of a name, such as `cancelled_items` or `cancelledItems`, in small letters.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for c in name.chars() {
        let is_new = !c.is_alphanumeric() || was_small && c.is_uppercase();
        was_small = c.is_lowercase();
        if is_new {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().expect("one is there").extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_words_however_they_are_separated() {
        let same = ["cancelled", "line", "items"];
        for name in ["cancelled_line_items", "cancelledLineItems", "Cancelled-Line items"] {
            assert_eq!(words(name), same, "{name}");
        }
        assert_eq!(words("SKU"), ["sku"]);
        assert_eq!(words("__"), [""; 0]);
    }
}
