//! Money as the customer's country writes it: `€1,234.50`, `1.234,50 €`, `￥12,000`.

use icu_decimal::input::Decimal;
use shared::Money;

use super::currency::CurrencyFormat;
use super::direction::{END, ISOLATE};
use super::formats::Formats;
use super::language::is_right_to_left;

impl Formats {
    /// Formats `money` with its currency's symbol in this locale, or its code where it has none.
    pub fn money(&self, money: Money) -> String {
        let text = self.by_cldr(money).unwrap_or_else(|| {
            // A currency that CLDR does not know at all.
            format!("{}\u{a0}{}", money.currency.code(), self.number(&amount(money).to_string()))
        });
        // A hyphen is shorter, and a line may end after it. Shops in Japan write the yen half as wide as CLDR does.
        let text = text.replace('-', "\u{2212}").replace('￥', "¥");
        if self.is_right_to_left() { isolate_symbol(&text) } else { text }
    }

    fn is_right_to_left(&self) -> bool {
        is_right_to_left(self.locale.id.language.as_str())
    }

    /// `None` where CLDR has nothing for it, or nothing of it was taken along.
    pub(super) fn by_cldr(&self, money: Money) -> Option<String> {
        self.write(money, &self.currency(money.currency))
    }

    fn write(&self, money: Money, format: &CurrencyFormat) -> Option<String> {
        let CurrencyFormat { formatter, zero, .. } = format;
        let decimals = zero.chars().filter(|c| c.is_numeric()).count().saturating_sub(1);
        let hidden = (money.currency.minor_digits() as usize).saturating_sub(decimals);
        if money.amount.unsigned_abs().is_multiple_of(10_u64.pow(u32::try_from(hidden).ok()?)) {
            return Some(formatter.as_ref()?.format_fixed_decimal(&amount(money)).to_string());
        }
        // What CLDR shows without decimals, such as forints, is not rounded: the sum would not add up.
        let number = self.decimal_formatter()?.format(&amount(money)).to_string();
        let (start, end) = (zero.find(char::is_numeric)?, zero.rfind(char::is_numeric)?);
        let after = end + zero[end..].chars().next().map_or(0, char::len_utf8);
        Some(format!("{}{number}{}", &zero[..start], &zero[after..]))
    }
}

/// Puts a symbol with Latin letters, such as `US$`, between isolates: otherwise its letters and its sign change places in a
/// sentence from right to left (UAX #9).
fn isolate_symbol(text: &str) -> String {
    let is_of_symbol = |c: char| c.is_ascii_alphabetic() || "$¥£€".contains(c);
    let Some(start) = text.find(is_of_symbol) else { return text.to_owned() };
    let symbol = &text[start..];
    let end = symbol.find(|c| !is_of_symbol(c)).unwrap_or(symbol.len());
    let (symbol, after) = symbol.split_at(end);
    format!("{}{ISOLATE}{symbol}{END}{after}", &text[..start])
}

fn amount(money: Money) -> Decimal {
    let mut amount = Decimal::from(money.amount);
    amount.multiply_pow10(-i16::try_from(money.currency.minor_digits()).unwrap_or(0));
    amount
}

#[cfg(test)]
mod tests {
    use shared::{Currency, Locale};

    use super::super::language::MailLanguage;
    use super::*;

    fn written(amount: i64, code: &str, locale: &str) -> String {
        let locale = Locale::parse(locale).expect("a locale");
        let language = MailLanguage::negotiate([Some(&locale), None]);
        let currency = Currency::parse(code).expect("a currency");
        Formats::for_customer(language, Some(&locale), None).money(Money { amount, currency })
    }

    #[test]
    fn the_digits_are_the_currencys_own() {
        assert_eq!(written(12_000, "JPY", "en-US"), "¥12,000");
        assert_eq!(written(123_450, "EUR", "en-GB"), "€1,234.50");
        assert_eq!(written(123_450, "EUR", "de-DE"), "1.234,50\u{a0}€");
        assert_eq!(written(123_450, "EUR", "de-AT"), "€\u{a0}1\u{a0}234,50");
        assert_eq!(written(12_345, "KWD", "en-GB"), "KWD\u{a0}12.345");
        assert_eq!(written(100_000_000, "USD", "en-US"), "$1,000,000.00");
        assert_eq!(written(99_900, "CHF", "en-GB"), "CHF\u{a0}999.00");
    }

    #[test]
    fn a_mail_in_two_currencies_writes_each_as_it_is() {
        let formats = Formats::for_customer(
            MailLanguage::negotiate([None, None]),
            Some(&Locale::parse("en-GB").expect("a locale")),
            None,
        );
        let written = ["EUR", "JPY", "EUR"].map(|code| {
            let currency = Currency::parse(code).expect("a currency");
            formats.money(Money { amount: 1_234, currency })
        });
        assert_eq!(written, ["€12.34", "JP¥1,234", "€12.34"]);
    }

    #[test]
    fn what_cldr_writes_without_decimals_is_not_rounded() {
        assert_eq!(written(1_234_500, "HUF", "de-DE"), "12.345\u{a0}HUF");
        assert_eq!(written(1_234_550, "HUF", "de-DE"), "12.345,50\u{a0}HUF");
        assert_eq!(written(-1_234_550, "HUF", "en-GB"), "HUF\u{a0}−12,345.50");
    }

    #[test]
    fn a_symbol_with_letters_keeps_its_order_in_arabic() {
        let dollars = written(10_000, "USD", "ar-AE");
        assert!(dollars.contains("\u{2068}US$\u{2069}"), "{dollars:?}");
        let yen = written(12_000, "JPY", "ar-SA");
        assert!(yen.contains("\u{2068}JP¥\u{2069}"), "{yen:?}");
        assert_eq!(written(12_000, "JPY", "ja-JP"), "¥12,000");
    }

    #[test]
    fn small_negative_and_extreme_amounts_are_written_in_full() {
        assert_eq!(written(0, "EUR", "en-GB"), "€0.00");
        assert_eq!(written(5, "KWD", "en-GB"), "KWD\u{a0}0.005");
        assert_eq!(written(0, "JPY", "en-US"), "¥0");
        assert_eq!(written(-500, "EUR", "en-GB"), "−€5.00");
        assert_eq!(written(-500, "EUR", "de-DE"), "−5,00\u{a0}€");
        assert_eq!(written(i64::MIN, "JPY", "en-US"), "−¥9,223,372,036,854,775,808");
    }
}
