//! Formats postal addresses in the order that is usual in each country.

use shared::contract::address::{Address, Country};
use shared::contract::text::Line;

use super::localizer::MailLanguage;
use super::user_text::UserText;

/// The lines of `address` from the name to the country, none of them empty: the country in the language of the mail, the
/// others in the order that is usual there.
pub fn lines(address: &Address, language: &MailLanguage) -> Vec<UserText<'static>> {
    let mut lines: Vec<String> = Vec::with_capacity(9);
    let locality = locality(address);
    let street = address.lines.iter().map(ToString::to_string);
    let name = address.name.iter().map(ToString::to_string);
    if is_largest_unit_first(address) {
        lines.extend(locality);
        lines.extend(street);
        lines.extend(name);
    } else {
        lines.extend(name);
        lines.extend(street);
        lines.extend(locality);
    }
    lines
        .extend(address.country.as_ref().map(|country| country_name(country, language).to_owned()));
    lines.into_iter().map(UserText::new).collect()
}

/// Town, region and postal code: one to three lines.
fn locality(address: &Address) -> Vec<String> {
    let city = text_or_empty(address.city.as_ref());
    let code = text_or_empty(address.postal_code.as_ref());
    let region = text_or_empty(address.region.as_ref());
    match code_of(address) {
        "JP" => japanese(address, city, region, code),
        "CN" | "TW" | "KR" if is_largest_unit_first(address) => {
            non_empty(&[code, &join(&[region, city])])
        }
        "US" | "PR" | "CA" | "AU" => {
            non_empty(&[&city_line(city, &join(&[region, code]), address)])
        }
        "GB" | "GG" | "IM" | "JE" | "IE" | "ZA" => non_empty(&[city, region, code]),
        "BR" => non_empty(&[&join_with_dash(city, region), code]),
        "IN" | "NZ" | "SG" | "SA" | "IL" | "TH" => non_empty(&[&join(&[city, code]), region]),
        "KR" | "TW" | "CN" | "ID" | "PH" | "VN" => non_empty(&[city, &join(&[region, code])]),
        "IT" => non_empty(&[&join(&[code, city, region])]),
        "MX" => non_empty(&[&join(&[code, &join_with_comma(city, region)])]),
        _ => non_empty(&[&join(&[code, city]), region]),
    }
}

/// In Japanese from the prefecture to the town, otherwise the other way round. The postal mark is used in
/// both.
fn japanese(address: &Address, city: &str, region: &str, code: &str) -> Vec<String> {
    let code = match code.strip_prefix('〒').unwrap_or(code).trim_start() {
        "" => String::new(),
        digits => format!("〒{digits}"),
    };
    if is_largest_unit_first(address) {
        non_empty(&[&code, &format!("{region}{city}")])
    } else {
        non_empty(&[&join_with_comma(city, region), &code])
    }
}

/// Chinese, Japanese and Korean addresses in their own script start with the region and end with the name.
fn is_largest_unit_first(address: &Address) -> bool {
    matches!(code_of(address), "JP" | "CN" | "TW" | "KR")
        && text_or_empty(address.city.as_ref()).contains(is_east_asian)
}

fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Only the United States writes a comma after the town.
fn city_line(city: &str, rest: &str, address: &Address) -> String {
    match code_of(address) {
        "US" | "PR" => join_with_comma(city, rest),
        _ => join(&[city, rest]),
    }
}

fn join_with_dash(city: &str, region: &str) -> String {
    joined(city, " – ", region)
}

fn join_with_comma(city: &str, region: &str) -> String {
    joined(city, ", ", region)
}

fn joined(first: &str, between: &str, second: &str) -> String {
    if first.is_empty() || second.is_empty() {
        return format!("{first}{second}");
    }
    format!("{first}{between}{second}")
}

fn join(parts: &[&str]) -> String {
    let present: Vec<&str> = parts.iter().copied().filter(|p| !p.is_empty()).collect();
    present.join(" ")
}

fn non_empty(lines: &[&str]) -> Vec<String> {
    lines.iter().filter(|l| !l.is_empty()).map(|&l| l.to_owned()).collect()
}

/// The country's code; nothing for a country that has none here.
fn code_of(address: &Address) -> &str {
    address.country.as_ref().map_or("", Country::as_str)
}

fn text_or_empty(part: Option<&Line>) -> &str {
    part.map_or("", Line::as_str)
}

/// The name; of what is no code of ISO 3166, the shop's text.
fn country_name<'c>(country: &'c Country, language: &MailLanguage) -> &'c str {
    let code = country.as_str();
    if country.is_code() { language.country(code).unwrap_or(code) } else { code }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        Line::parse(text).expect("a line")
    }

    fn formatted(street: &str, city: &str, code: &str, region: &str, country: &str) -> String {
        let address = Address {
            name: Some(line("N")),
            lines: vec![line(street)],
            city: Line::parse(city).ok(),
            postal_code: Line::parse(code).ok(),
            region: Line::parse(region).ok(),
            country: Country::parse(country).ok(),
        };
        lines(&address, MailLanguage::negotiate([None, None]))
            .iter()
            .map(UserText::as_str)
            .collect::<Vec<_>>()
            .join(" / ")
    }

    #[test]
    fn most_countries_write_the_postal_code_before_the_town() {
        assert_eq!(
            formatted("Lange Reihe 4", "Hamburg", "20099", "", "DE"),
            "N / Lange Reihe 4 / 20099 Hamburg / Germany"
        );
        assert_eq!(
            formatted("Via Roma 1", "Torino", "10121", "TO", "IT"),
            "N / Via Roma 1 / 10121 Torino TO / Italy"
        );
        assert_eq!(
            formatted("Block 3, Street 7", "Salmiya", "22001", "", "KW"),
            "N / Block 3, Street 7 / 22001 Salmiya / Kuwait"
        );
    }

    #[test]
    fn english_speaking_countries_write_it_last() {
        assert_eq!(
            formatted("1 Main St", "Portland", "97205", "OR", "US"),
            "N / 1 Main St / Portland, OR 97205 / United States"
        );
        assert_eq!(
            formatted("1 Rue A", "Montréal", "H2X 1Y4", "QC", "CA"),
            "N / 1 Rue A / Montréal QC H2X 1Y4 / Canada"
        );
        assert_eq!(
            formatted("1 High St", "Leeds", "LS1 4AB", "", "GB"),
            "N / 1 High St / Leeds / LS1 4AB / United Kingdom"
        );
    }

    #[test]
    fn a_japanese_address_runs_from_the_postal_mark_to_the_name() {
        assert_eq!(
            formatted("千代田1-1", "千代田区", "100-0001", "東京都", "JP"),
            "〒100-0001 / 東京都千代田区 / 千代田1-1 / N / Japan"
        );
        assert_eq!(
            formatted("1-1 Chiyoda", "Chiyoda-ku", "〒100-0001", "Tokyo", "JP"),
            "N / 1-1 Chiyoda / Chiyoda-ku, Tokyo / 〒100-0001 / Japan"
        );
    }

    #[test]
    fn absent_parts_leave_no_gap() {
        for country in ["DE", "US", "GB", "JP", "BR", "IN", "KR", "MX", "IT", "ZZ"] {
            let formatted = formatted("S", "City", "", "", country);
            assert!(formatted.starts_with("N / S / City / "), "{formatted}");
        }
    }

    #[test]
    fn a_country_without_towns_and_an_address_without_a_country_are_written() {
        let singapore = formatted("270 Sample Road", "", "238857", "", "SG");
        assert_eq!(singapore, "N / 270 Sample Road / 238857 / Singapore");
        assert_eq!(formatted("S", "", "1", "R", "BR"), "N / S / R / 1 / Brazil");
        assert_eq!(formatted("S", "City", "1", "", ""), "N / S / 1 City");
    }

    #[test]
    fn every_country_has_a_name_in_every_language() {
        let letters = || 'A'..='Z';
        let codes = letters().flat_map(|a| letters().map(move |b| format!("{a}{b}")));
        let is_country = |code: &String| Country::parse(code).is_ok_and(|it| it.is_assigned());
        let codes: Vec<String> = codes.filter(is_country).collect();
        assert_eq!(codes.len(), 250);
        for language in MailLanguage::all() {
            let nameless = codes.iter().find(|code| language.country(code).is_none());
            assert_eq!(nameless, None, "{}", language.code);
        }
    }
}
