//! How CLDR writes a currency in a locale.

use cldr::Formats as Cldr;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_experimental::dimension::currency::CurrencyType;
use icu_experimental::dimension::currency::formatter::CurrencyFormatter;
use icu_locale_core::Locale;
use shared::Currency;

/// How a currency is written in a locale. To find it takes longer than to write an amount by it.
#[derive(Debug)]
pub struct CurrencyFormat {
    pub currency: Currency,
    /// None where CLDR has nothing for it, or nothing of it was taken along.
    pub formatter: Option<CurrencyFormatter<DecimalFormatter>>,
    /// Nothing of it, with as many decimals as CLDR shows.
    pub zero: String,
}

impl CurrencyFormat {
    pub fn new(locale: &Locale, currency: Currency) -> Self {
        let formatter = currency.code().parse::<CurrencyType>().ok().and_then(|code| {
            CurrencyFormatter::try_new_symbol_unstable(&Cldr, locale.into(), code, <_>::default())
                .ok()
        });
        let write_zero = |formatter: &CurrencyFormatter<_>| {
            formatter.format_fixed_decimal(&Decimal::from(0)).to_string()
        };
        let zero = formatter.as_ref().map(write_zero).unwrap_or_default();
        Self { currency, formatter, zero }
    }
}
