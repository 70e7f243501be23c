//! Formats postal addresses as each country writes them, the country's name in the language of the mail.

mod formats;

use shared::contract::address::{Address, Country};
use shared::contract::text::Line;

use super::localizer::MailLanguage;
use super::user_text::UserText;

/// The lines of `address` as its country writes them, none of them empty, and then the country in the language of the mail.
pub fn lines(address: &Address, language: &MailLanguage) -> Vec<UserText<'static>> {
    let mut lines: Vec<String> = Vec::with_capacity(9);
    for line in format_of(address).split('|') {
        match line {
            "N" => lines.extend(address.name.iter().map(ToString::to_string)),
            "A" => lines.extend(address.lines.iter().map(ToString::to_string)),
            _ => lines.extend(written(line, |part| part_of(address, part))),
        }
    }
    lines
        .extend(address.country.as_ref().map(|country| country_name(country, language).to_owned()));
    lines.into_iter().map(UserText::new).collect()
}

/// Chinese, Japanese and Korean addresses in their own script start with the largest unit and end with the name.
fn format_of(address: &Address) -> &'static str {
    let code = address.country.as_ref().map_or("", Country::as_str);
    let place = address.city.as_ref().or(address.region.as_ref()).or(address.lines.first());
    let is_in_own_script = text_or_empty(place).contains(is_east_asian);
    let own = formats::from_the_largest(code).filter(|_| is_in_own_script);
    own.unwrap_or_else(|| formats::of_country(code))
}

fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// The town, region or postal code of `address`, or nothing.
fn part_of(address: &Address, part: char) -> &str {
    let city = text_or_empty(address.city.as_ref());
    match part {
        'C' => city,
        'S' => {
            let region = text_or_empty(address.region.as_ref());
            // Madrid is in Madrid, and Dubai in Dubai: nobody writes both.
            if region.to_lowercase() == city.to_lowercase() { "" } else { region }
        }
        _ => {
            let code = text_or_empty(address.postal_code.as_ref());
            // The format has the postal mark where it is usual.
            code.strip_prefix('〒').map_or(code, str::trim_start)
        }
    }
}

/// A line of the parts that are there. What the format has before the first part is written with it, what it has before
/// another one only between two.
fn written<'a>(format: &str, part: impl Fn(char) -> &'a str) -> Option<String> {
    let mut line = String::new();
    let mut rest = format;
    let mut is_closed = true;
    while let Some(at) = rest.find(['C', 'S', 'Z']) {
        let (before, from) = rest.split_at(at);
        let text = part(char::from(from.as_bytes()[0]));
        let is_first = rest.len() == format.len();
        rest = &from[1..];
        is_closed = text.is_empty() || is_first != line.is_empty();
        if !is_closed {
            line.push_str(before);
        }
        line.push_str(text);
    }
    if !is_closed {
        line.push_str(rest);
    }
    Some(line).filter(|line| !line.is_empty())
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
    fn each_country_writes_its_addresses_in_its_own_way() {
        for (country, [street, city, code, region], written) in [
            ("DE", ["Lange Reihe 4", "Hamburg", "20099", ""], "N / Lange Reihe 4 / 20099 Hamburg"),
            ("FR", ["8 rue Oberkampf", "Paris", "75011", ""], "N / 8 rue Oberkampf / 75011 Paris"),
            ("NL", ["Dam 1", "Amsterdam", "1012 JS", ""], "N / Dam 1 / 1012 JS Amsterdam"),
            ("PL", ["ul. Długa 5", "Kraków", "31-146", ""], "N / ul. Długa 5 / 31-146 Kraków"),
            ("PT", ["Rua A 1", "Lisboa", "1100-053", "Lisboa"], "N / Rua A 1 / 1100-053 Lisboa"),
            ("SE", ["Storgatan 1", "Umeå", "903 26", ""], "N / Storgatan 1 / 903 26 Umeå"),
            ("CH", ["Limmatquai 1", "Zürich", "8001", ""], "N / Limmatquai 1 / 8001 Zürich"),
            ("KW", ["Block 3", "Salmiya", "22001", ""], "N / Block 3 / 22001 Salmiya"),
            ("IT", ["Via Roma 1", "Ivrea", "10015", "TO"], "N / Via Roma 1 / 10015 Ivrea TO"),
            ("ES", ["C/ Real 1", "Madrid", "28013", "Madrid"], "N / C/ Real 1 / 28013 Madrid"),
            (
                "ES",
                ["C/ Sol 2", "Utrera", "41710", "Sevilla"],
                "N / C/ Sol 2 / 41710 Utrera (Sevilla)",
            ),
            ("ES", ["C/ Sol 2", "", "", "Sevilla"], "N / C/ Sol 2 / Sevilla"),
            ("US", ["1 Main St", "Portland", "97205", "OR"], "N / 1 Main St / Portland, OR 97205"),
            ("US", ["1 Main St", "Portland", "97205", ""], "N / 1 Main St / Portland 97205"),
            ("CA", ["1 Rue A", "Montréal", "H2X 1Y4", "QC"], "N / 1 Rue A / Montréal QC H2X 1Y4"),
            ("AU", ["1 Bay St", "Perth", "6000", "WA"], "N / 1 Bay St / Perth WA 6000"),
            ("GB", ["1 High St", "Leeds", "LS1 4AB", ""], "N / 1 High St / Leeds / LS1 4AB"),
            (
                "IE",
                ["2 Main St", "Athlone", "N37 XY00", "Co. Westmeath"],
                "N / 2 Main St / Athlone / Co. Westmeath / N37 XY00",
            ),
            ("IN", ["1 MG Rd", "Mysuru", "570001", "KA"], "N / 1 MG Rd / Mysuru 570001 / KA"),
            (
                "BR",
                ["Rua A, 1", "Campinas", "13010-111", "SP"],
                "N / Rua A, 1 / Campinas – SP / 13010-111",
            ),
            ("MX", ["Calle 1", "Mérida", "97000", "Yuc."], "N / Calle 1 / 97000 Mérida, Yuc."),
            ("AE", ["Al Wasl Rd", "Dubai", "", "Dubai"], "N / Al Wasl Rd / Dubai"),
            ("SA", ["King Rd", "Riyadh", "11564", ""], "N / King Rd / Riyadh 11564"),
            ("HU", ["Fő utca 1.", "Győr", "9021", ""], "N / Győr / Fő utca 1. / 9021"),
            (
                "TR",
                ["Çınar Sk. 1", "Çankaya", "06690", "Ankara"],
                "N / Çınar Sk. 1 / 06690 Çankaya/Ankara",
            ),
        ] {
            let line = formatted(street, city, code, region, country);
            let (lines, _country) = line.rsplit_once(" / ").expect("a country");
            assert_eq!(lines, written, "{country}");
        }
    }

    #[test]
    fn east_asian_addresses_run_from_the_largest_unit_to_the_name_in_their_own_script_alone() {
        for (country, [street, city, code, region], written) in [
            (
                "JP",
                ["千代田1-1", "千代田区", "〒100-0001", "東京都"],
                "〒100-0001 / 東京都千代田区 / 千代田1-1 / N",
            ),
            (
                "JP",
                ["1-1 Chiyoda", "Chiyoda-ku", "〒100-0001", "Tokyo"],
                "N / 1-1 Chiyoda / Chiyoda-ku, Tokyo / 100-0001",
            ),
            (
                "CN",
                ["科苑路15号", "深圳市", "518057", "广东省"],
                "518057 / 广东省深圳市 / 科苑路15号 / N",
            ),
            (
                "CN",
                ["15 Keyuan Rd", "Shenzhen", "518057", "Guangdong"],
                "N / 15 Keyuan Rd / Shenzhen / Guangdong, 518057",
            ),
            (
                "KR",
                ["세종대로 110", "중구", "04524", "서울"],
                "서울 중구 / 세종대로 110 / N / 04524",
            ),
            ("HK", ["皇后大道中1號", "中環", "", "香港島"], "香港島 / 中環 / 皇后大道中1號 / N"),
            ("DE", ["千代田1-1", "千代田区", "1", ""], "N / 千代田1-1 / 1 千代田区"),
        ] {
            let line = formatted(street, city, code, region, country);
            let (lines, _country) = line.rsplit_once(" / ").expect("a country");
            assert_eq!(lines, written, "{country}");
        }
    }

    #[test]
    fn absent_parts_leave_no_gap() {
        for country in ["DE", "US", "GB", "JP", "BR", "IN", "KR", "MX", "IT", "ES", "ZZ"] {
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
