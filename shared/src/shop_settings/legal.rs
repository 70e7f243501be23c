//! What the law wants below a mail: the company, its register and tax numbers, who may act for it.

use std::collections::BTreeMap;

use super::text::{line_of, read_by_name};
use crate::contract::countries;
use crate::contract::reader::FieldReader;
use crate::contract::text::Line;

/// The most lines of one country.
pub(super) const MAX_LEGAL_LINES: usize = 8;
/// The longest line, in characters.
pub(super) const MAX_LEGAL_LINE_LEN: usize = 160;
/// The most countries with lines of their own.
pub(super) const MAX_LEGAL_COUNTRIES: usize = 30;

/// The lines below each mail, by the customer's country.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Legal {
    lines: Vec<Line>,
    by_country: BTreeMap<String, Vec<Line>>,
}

impl Legal {
    /// The lines for a customer in this country, a code of ISO 3166-1: its own, or else those of all the others.
    #[must_use]
    pub fn lines_for(&self, country: Option<&str>) -> &[Line] {
        country.and_then(|country| self.by_country.get(country)).unwrap_or(&self.lines)
    }

    pub(super) fn read(from: &FieldReader<'_>) -> Option<Self> {
        let lines = from.optional("lines", |r| read_lines(&r));
        let by_country = from.optional("by_country", |r| {
            let countries = read_by_name(&r, is_country, |lines| read_lines(&lines))?;
            match countries.len() {
                0..=MAX_LEGAL_COUNTRIES => Some(countries),
                _ => r.refuse(format_args!("at most {MAX_LEGAL_COUNTRIES} countries")),
            }
        });
        Some(Self {
            lines: lines?.unwrap_or_default(),
            by_country: by_country?.unwrap_or_default(),
        })
    }
}

fn read_lines(from: &FieldReader<'_>) -> Option<Vec<Line>> {
    from.list(0..=MAX_LEGAL_LINES, |line| line.text(|text| line_of(text, MAX_LEGAL_LINE_LEN)))
}

fn is_country(code: &str) -> Result<String, String> {
    match countries::usual_mistake(code) {
        _ if countries::is_assigned(code) => Ok(code.to_owned()),
        Some(right) => Err(format!("the country code {right}")),
        None => Err("a member named by an ISO 3166-1 alpha-2 country code such as DE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::brand::tests::{brand_with, pointers_of};
    use super::*;

    #[test]
    fn a_country_has_its_own_lines_or_those_of_all_the_others() {
        let brand = brand_with(
            r#""legal": { "lines": ["Kiosk Ltd"],
                          "by_country": { "DE": ["Kiosk GmbH", "HRB 1"], "AT": [] } }"#,
        );
        let legal = brand.expect("a brand").legal;
        let lines = |country| legal.lines_for(country).iter().map(Line::as_str).collect::<Vec<_>>();
        assert_eq!(lines(Some("DE")), ["Kiosk GmbH", "HRB 1"]);
        assert_eq!(lines(Some("AT")), [""; 0], "none on purpose");
        for other in [Some("FR"), Some("Deutschland"), None] {
            assert_eq!(lines(other), ["Kiosk Ltd"], "{other:?}");
        }
    }

    #[test]
    fn each_bad_line_and_country_is_named() {
        let long = "x".repeat(MAX_LEGAL_LINE_LEN + 1);
        let legal = format!(
            r#""legal": {{ "lines": ["{long}", "ok", " "],
                           "by_country": {{ "UK": ["x"], "de": ["x"], "FR": "x", "IT": [1] }} }}"#
        );
        assert_eq!(
            pointers_of(&legal),
            [
                "/brand/legal/lines/0",
                "/brand/legal/lines/2",
                "/brand/legal/by_country/FR",
                "/brand/legal/by_country/IT/0",
                "/brand/legal/by_country/UK",
                "/brand/legal/by_country/de",
            ]
        );
        let nine = [r#""x""#; 9].join(",");
        assert_eq!(
            pointers_of(&format!(r#""legal": {{ "lines": [{nine}] }}"#)),
            ["/brand/legal/lines"]
        );
        let countries: Vec<String> = countries::CODES
            .split(' ')
            .take(MAX_LEGAL_COUNTRIES + 1)
            .map(|code| format!(r#""{code}":["x"]"#))
            .collect();
        assert_eq!(
            pointers_of(&format!(r#""legal": {{ "by_country": {{ {} }} }}"#, countries.join(","))),
            ["/brand/legal/by_country"]
        );
    }
}
