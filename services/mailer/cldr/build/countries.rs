//! The names of the countries.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use icu_locale::names::RegionDisplayName;
use icu_locale_core::Locale;
use icu_locale_core::subtags::Region;

#[path = "../../../../shared/src/contract/countries.rs"]
#[allow(dead_code, reason = "the list is needed here, not what else the contract knows of it")]
mod contract;

/// Of these, the longer name is a statement, such as "Hong Kong SAR China" or "Myanmar (Burma)". Of the others, the shorter
/// one is an abbreviation.
const SHORT: [&str; 4] = ["HK", "MM", "MO", "PS"];

/// Writes `countries.rs`: for each language a pair of its code and a text, of which each line has the code of a country, a
/// space and the name.
pub fn write(languages: &[String], out: &Path) {
    let regions: Vec<Region> = ('A'..='Z')
        .flat_map(|first| ('A'..='Z').map(move |second| format!("{first}{second}")))
        .filter(|code| contract::is_assigned(code))
        .map(|code| code.parse().expect("two letters"))
        .collect();
    let mut array = format!("static COUNTRIES: [(&str, &str); {}] = [\n", languages.len());
    for language in languages {
        let locale: Locale = language.parse().expect("a file's name is a language's code");
        let names: String = regions
            .iter()
            .filter_map(|region| Some(format!("{region} {}\n", name(&locale, *region)?)))
            .collect();
        writeln!(array, "    ({language:?}, {names:?}),").expect("a String");
    }
    array.push_str("];\n");
    fs::write(out.join("countries.rs"), array).expect("OUT_DIR can be written");
}

fn name(locale: &Locale, region: Region) -> Option<String> {
    let name = match SHORT.contains(&region.as_str()) {
        true => RegionDisplayName::try_new_short_light(locale.into(), region),
        false => RegionDisplayName::try_new_light(locale.into(), region),
    };
    Some(name.ok()?.to_string())
}
