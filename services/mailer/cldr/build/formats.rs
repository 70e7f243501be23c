//! The formats of days, numbers, money and lists.

use std::path::Path;

use icu_datetime::provider::names::{
    DatetimeNamesDayperiodV1, DatetimeNamesMonthGregorianV1, DatetimeNamesWeekdayV1,
    DatetimeNamesYearGregorianV1,
};
use icu_datetime::provider::semantic_skeletons::{
    DatetimePatternsDateGregorianV1, DatetimePatternsGlueV1, DatetimePatternsTimeV1,
};
use icu_decimal::provider::{DecimalDigitsV1, DecimalSymbolsV1};
use icu_experimental::dimension::provider::currency::essentials::CurrencyEssentialsV1;
use icu_experimental::dimension::provider::currency::fractions::CurrencyFractionsV1;
use icu_experimental::dimension::provider::currency::no_currency::CurrencyPatternsNoCurrencyV1;
use icu_experimental::dimension::provider::currency::symbols::{
    CurrencyDecimalSymbolsV1, CurrencySymbolsV1,
};
use icu_list::provider::{ListOrV1, ListUnitV1};
use icu_locale_core::Locale;
use icu_provider::DataMarker as _;
use icu_provider_export::baked_exporter::{BakedExporter, Options};
use icu_provider_export::prelude::*;

/// The widths of names that are written in full, and shorter where a language has no other: those of marks and of one
/// letter are not used.
const WIDTHS: [&str; 5] = ["1", "3", "5", "3s", "5s"];
/// Days as the mails write them: with and without the year, with and without the day of the week.
const DAYS: [&str; 4] = ["m0d", "m0de", "ym0d", "ym0de"];

/// All of CLDR's, of which an export takes what `data!` names.
struct Everything;

mod everything {
    extern crate alloc;

    use std::collections::BTreeSet;

    use icu_datetime_data::*;
    use icu_decimal_data::*;
    use icu_experimental_data::*;
    use icu_list_data::*;
    use icu_provider::baked::DataStore;
    use icu_provider::{DataError, DataIdentifierCow, IterableDataProvider};

    use super::*;

    /// What the macros of ICU4X's data find in scope.
    mod icu {
        pub use icu_datetime as datetime;
        pub use icu_decimal as decimal;
        pub use icu_experimental as experimental;
        pub use icu_list as list;
    }

    icu_list_data::make_provider!(Everything);

    /// Has `Everything` give the data of each of these, and list those whose name within a locale (ICU4X's marker
    /// attributes: a width, a pattern's fields, a currency) is kept.
    macro_rules! data {
        ($($implement:ident, $marker:ty, $data:ident, $is_kept:expr;)+) => {
            $(
                $implement!(Everything);

                impl IterableDataProvider<$marker> for Everything {
                    fn iter_ids(&self) -> Result<BTreeSet<DataIdentifierCow<'static>>, DataError> {
                        let is_kept: fn(&str) -> bool = $is_kept;
                        let all = DataStore::iter(&Self::$data);
                        Ok(all.filter(|id| is_kept(id.marker_attributes.as_str())).collect())
                    }
                }
            )+
            icu_provider::export::make_exportable_provider!(Everything, [$($marker,)+ CurrencyFractionsV1,]);
        };
    }

    // A list without languages: how many digits each currency has.
    impl_currency_fractions_v1!(Everything);

    impl IterableDataProvider<CurrencyFractionsV1> for Everything {
        fn iter_ids(&self) -> Result<BTreeSet<DataIdentifierCow<'static>>, DataError> {
            Ok(BTreeSet::from([DataIdentifierCow::default()]))
        }
    }

    data! {
        impl_datetime_names_dayperiod_v1, DatetimeNamesDayperiodV1, DATA_DATETIME_NAMES_DAYPERIOD_V1,
            |it| WIDTHS.contains(&it);
        impl_datetime_names_month_gregorian_v1, DatetimeNamesMonthGregorianV1, DATA_DATETIME_NAMES_MONTH_GREGORIAN_V1,
            |it| WIDTHS.contains(&it);
        impl_datetime_names_weekday_v1, DatetimeNamesWeekdayV1, DATA_DATETIME_NAMES_WEEKDAY_V1,
            |it| WIDTHS.contains(&it);
        impl_datetime_names_year_gregorian_v1, DatetimeNamesYearGregorianV1, DATA_DATETIME_NAMES_YEAR_GREGORIAN_V1,
            |it| WIDTHS.contains(&it);
        impl_datetime_patterns_date_gregorian_v1, DatetimePatternsDateGregorianV1, DATA_DATETIME_PATTERNS_DATE_GREGORIAN_V1,
            |it| DAYS.contains(&it);
        // Of a day and a time, without a time zone.
        impl_datetime_patterns_glue_v1, DatetimePatternsGlueV1, DATA_DATETIME_PATTERNS_GLUE_V1,
            |it| it.ends_with("dt");
        impl_datetime_patterns_time_v1, DatetimePatternsTimeV1, DATA_DATETIME_PATTERNS_TIME_V1, |_| true;
        impl_decimal_digits_v1, DecimalDigitsV1, DATA_DECIMAL_DIGITS_V1, |_| true;
        impl_decimal_symbols_v1, DecimalSymbolsV1, DATA_DECIMAL_SYMBOLS_V1, |_| true;
        impl_currency_decimal_symbols_v1, CurrencyDecimalSymbolsV1, DATA_CURRENCY_DECIMAL_SYMBOLS_V1, |_| true;
        impl_currency_essentials_v1, CurrencyEssentialsV1, DATA_CURRENCY_ESSENTIALS_V1, |_| true;
        impl_currency_patterns_no_currency_v1, CurrencyPatternsNoCurrencyV1, DATA_CURRENCY_PATTERNS_NO_CURRENCY_V1, |_| true;
        // Not those in their narrow form: `$` for all dollars.
        impl_currency_symbols_v1, CurrencySymbolsV1, DATA_CURRENCY_SYMBOLS_V1, |it| it.len() == 3;
        // `a, b or c` in full, `a, b, c` in short.
        impl_list_or_v1, ListOrV1, DATA_LIST_OR_V1, |it| it == "W";
        impl_list_unit_v1, ListUnitV1, DATA_LIST_UNIT_V1, |it| it == "S";
    }
}

/// Writes a provider of data, for the languages and all of their regions, as Rust.
pub fn export(languages: &[String], directory: &Path) {
    // `zh-Hans` is `zh` in the data, and the countries of `pt-PT` and `pt-BR` are those of `pt`.
    let with_language = |code: &String| {
        let locale: Locale = code.parse().expect("a file's name is a language's code");
        [DataLocale::from(&locale), DataLocale::from((locale.id.language, None, None))]
    };
    let families = languages.iter().flat_map(with_language).map(DataLocaleFamily::with_descendants);
    let fallbacker = LocaleFallbacker::new().static_to_owned();
    let mut options = Options::default();
    options.use_separate_crates = true;
    options.overwrite = true;
    let exporter =
        BakedExporter::new(directory.to_owned(), options).expect("OUT_DIR can be written");
    ExportDriver::new(families, DeduplicationStrategy::Maximal.into(), fallbacker)
        .export(&Everything, exporter)
        .expect("ICU4X's own data can be written");
}
