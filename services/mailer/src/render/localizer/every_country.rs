//! The formats of each language in each country, of which a mail must lack none.

use jiff::civil::date;
use shared::contract::address::Country;
use shared::contract::times::LocalTime;
use shared::{Currency, Locale, Money};

use super::formats::Formats;
use super::language::MailLanguage;

fn countries() -> Vec<String> {
    let letters = || 'A'..='Z';
    let codes = letters().flat_map(|a| letters().map(move |b| format!("{a}{b}")));
    codes.filter(|code| Country::parse(code).is_ok_and(|it| it.is_assigned())).collect()
}

/// What is written where a format is missing has the digits, the letters and the order of the contract.
fn assert_all_written(formats: &Formats, locale: &str) {
    let day = date(2026, 11, 24);
    for (year, plain) in [(2026, "2026-11-24"), (2027, "2026-11-24")] {
        assert_ne!(formats.day(day, year), plain, "{locale}");
    }
    let time = LocalTime::parse("2026-11-24T22:30:00+01:00").expect("a time");
    assert!(!formats.local_time(time).contains("T22:30"), "{locale}");
    let names = ["a", "b", "c"].map(str::to_owned);
    assert_ne!(formats.one_of(&names), "a, b, c", "{locale}");
    assert_ne!(formats.number("1234567.5"), "1234567.5", "{locale}");
    for code in ["EUR", "JPY", "KWD", "CHF"] {
        let currency = Currency::parse(code).expect("a currency");
        let money = formats.money(Money { amount: 1_234_567, currency });
        assert!(
            formats.by_cldr(Money { amount: 1_234_567, currency }).is_some(),
            "{locale}: {money}"
        );
    }
}

#[test]
fn each_language_has_its_formats_in_every_country() {
    for language in MailLanguage::all() {
        for country in countries() {
            let locale = Locale::parse(&format!("{}-{country}", language.code)).expect("a locale");
            assert_all_written(
                &Formats::for_customer(language, Some(&locale), None),
                locale.as_str(),
            );
        }
    }
}
