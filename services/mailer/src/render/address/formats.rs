//! How each country writes an address.
//!
//! After the address data of Google's libaddressinput (`cpp/src/region_data_constants.cc` at e20690c, 2025-06-12, `fmt` and
//! `lfmt`), which follows the postal addressing systems of the Universal Postal Union. Two things are otherwise:
//! - What an address has is shown, also where the country's format has no place for it: a region then has a line of its own
//!   below the town or, where the postal code has one too, above that.
//! - A code of the country before the postal code (`CH-8001`), which is for mail from abroad, is left out: the country is
//!   named in full below.

/// The parts of an address in a country's format: `N` the name, `A` the lines of the street, `C` the town, `S` the region,
/// `Z` the postal code. What stands between two parts of a line is written where both are there.
type Format = &'static str;

/// Of every country that is not listed.
const USUAL: Format = "N|A|Z C|S";

/// Formats with the countries that write so: in their own script, where that begins with the largest unit.
const FROM_THE_LARGEST: &[(Format, &str)] = &[
    ("〒Z|SC|A|N", "JP"),
    ("Z|SC|A|N", "CN TW"),
    ("Z|S|C|A|N", "KP"),
    ("S|C|A|N|Z", "HK MO"),
    ("S C|A|N|Z", "KR"),
];

/// Formats with the countries that write so: in Latin letters, of those that are above.
const FORMATS: &[(Format, &str)] = &[
    (
        "N|A|C|S|Z",
        "AE AF AI EG FK GB GG GI GS HK IE IM IO JE JM KE KI KR LK MO NA NR PA PN RU SC SD SH SR SZ TC TV UA VG ZA",
    ),
    ("N|A|C Z|S", "BH BM BN BT GU IL IN JO KH LB LS MT MV NG NP NZ PE SA SG VC"),
    ("N|A|C S Z", "AS AU CA CC CX FM HM MH MP NF PW UM VI"),
    ("N|A|C, S Z", "BB BS KN PR SO TW US"),
    ("N|A|C, S|Z", "HN IQ JP"),
    ("N|A|C|S, Z", "CN KP"),
    ("N|A|C|S Z", "ID KY MN TH VN"),
    ("N|A|C|Z S", "PH"),
    ("N|A|C S|Z", "CU"),
    ("N|A|C – S|Z", "BR"),
    ("N|A|C, S, Z", "CO"),
    ("N|A|C Z, S", "VE"),
    ("N|A|C Z S", "PG"),
    ("N|A|C, Z|S", "MM"),
    ("N|A|C - Z|S", "BD"),
    ("N|A|C-Z|S", "PK"),
    ("N|A|S, C|Z", "CR"),
    ("N|A|S|C, Z", "LV"),
    ("N|A|Z C S", "EE IT LT PF UY"),
    // The Real Academia's way to name a province.
    ("N|A|Z C (S)", "ES"),
    ("N|A|Z C, S", "MX"),
    ("N|A|Z C/S", "TR"),
    ("N|A|Z S C", "RO"),
    ("N|A|Z, C|S", "BY"),
    ("N|A|Z- C|S", "GT"),
    ("N|A|Z-C|S", "SV"),
    ("N|A|Z|C|S", "AL AM EC MU OM"),
    ("N|A|Z|C, S", "NI"),
    ("N|C|S|A|Z", "HU"),
    ("N|S|C|A|Z", "IR"),
    ("Z|S|C|A|N", "KZ"),
];

/// The lines of an address in this country, divided by `|`.
pub fn of_country(code: &str) -> Format {
    find(FORMATS, code).unwrap_or(USUAL)
}

/// The same in a script in which the largest unit comes first; none of a country without such a script.
pub fn from_the_largest(code: &str) -> Option<Format> {
    find(FROM_THE_LARGEST, code)
}

fn find(formats: &[(Format, &str)], code: &str) -> Option<Format> {
    let row = formats.iter().find(|(_, codes)| codes.split(' ').any(|it| it == code));
    row.map(|(format, _)| *format)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shared::contract::address::Country;

    use super::*;

    #[test]
    fn every_format_has_each_part_once_and_name_and_street_on_lines_of_their_own() {
        for (format, _) in FORMATS.iter().chain(FROM_THE_LARGEST).chain(&[(USUAL, "")]) {
            for part in ['N', 'A', 'C', 'S', 'Z'] {
                assert_eq!(format.matches(part).count(), 1, "{part} in {format}");
            }
            let lines: Vec<&str> = format.split('|').collect();
            assert!(lines.contains(&"N") && lines.contains(&"A"), "{format}");
        }
    }

    #[test]
    fn every_country_is_listed_once() {
        for formats in [FORMATS, FROM_THE_LARGEST] {
            let mut seen = BTreeSet::new();
            for code in formats.iter().flat_map(|(_, codes)| codes.split(' ')) {
                assert!(Country::parse(code).is_ok_and(|it| it.is_assigned()), "{code}");
                assert!(seen.insert(code), "{code} is there twice");
            }
        }
        for (_, codes) in FROM_THE_LARGEST {
            let listed = codes.split(' ').all(|code| find(FORMATS, code).is_some());
            assert!(listed, "{codes} have a format in Latin letters, too");
        }
    }
}
