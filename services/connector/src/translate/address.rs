//! Postal addresses as the contract has them.

use serde_json::{Map, Value};
use shared::contract::address::Country;

use super::json::set;
use super::text::line;

/// What the shop systems say of an address. Texts may be empty.
#[derive(Debug, Default)]
pub(crate) struct PostalAddress<'a> {
    pub name: Option<String>,
    /// Company, street, floor.
    pub lines: Vec<Option<&'a str>>,
    pub city: Option<&'a str>,
    pub postal_code: Option<&'a str>,
    pub region: Option<&'a str>,
    pub country_code: Option<&'a str>,
    /// Shown where the code is none that is assigned.
    pub country_name: Option<&'a str>,
}

impl PostalAddress<'_> {
    /// The address; `None` where nothing is said.
    pub(crate) fn into_json(self) -> Option<Value> {
        let code = self.country_code.and_then(|code| Country::parse(code).ok());
        let code = code.filter(Country::is_assigned).map(|code| code.as_str().to_owned());
        let mut lines: Vec<String> = self.lines.into_iter().flatten().filter_map(line).collect();
        if code.is_none() {
            lines.extend(self.country_name.and_then(line));
        }
        let mut address = Map::new();
        set(&mut address, "name", self.name);
        set(&mut address, "lines", Some(lines).filter(|lines| !lines.is_empty()));
        set(&mut address, "city", self.city.and_then(line));
        set(&mut address, "postal_code", self.postal_code.and_then(line));
        set(&mut address, "region", self.region.and_then(line));
        // A country alone, as forms without an address have it, is no address.
        if address.is_empty() {
            return None;
        }
        set(&mut address, "country", code);
        Some(Value::Object(address))
    }
}
