//! Numbers and lists as the customer's country writes them, and which country that is.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use cldr::Formats as Cldr;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_list::ListFormatter;
use icu_list::options::ListFormatterOptions;
use shared::contract::quantity::Quantity;
use shared::{Currency, Language, Locale};

use super::currency::CurrencyFormat;
use super::day_formats::DayFormats;
use super::language::MailLanguage;

/// In whose formats `en` without a region is written: a day before its month is understood everywhere.
const WORLD_ENGLISH: &str = "en-GB";

/// As many locales' formats are kept: what customers of one country or two have. The customer names the locale, so there are
/// as many as they like.
const MAX_KEPT: usize = 16;
/// As many currencies' of each.
const MAX_CURRENCIES: usize = 4;

thread_local! {
    /// Those of the last mails, the last one at the end: to look a locale's formats up takes as long as to write with them.
    static KEPT: RefCell<Vec<Rc<Formats>>> = const { RefCell::new(Vec::new()) };
}

/// The formats of a locale, each looked up when it is first written.
#[derive(Debug)]
pub struct Formats {
    pub(super) locale: icu_locale_core::Locale,
    numbers: OnceCell<Option<DecimalFormatter>>,
    currencies: RefCell<Vec<Rc<CurrencyFormat>>>,
    pub(super) days: DayFormats,
}

impl Formats {
    /// Of the mail's language, as it is written in the customer's region, and with the digits that the customer's locale
    /// asks for. A customer of whom no region is known has the shop's, if that speaks the same language.
    pub fn for_customer(
        language: &MailLanguage,
        customer: Option<&Locale>,
        shop: Option<&Locale>,
    ) -> Rc<Self> {
        let shop = shop
            .filter(|shop| Language::for_locale(shop).is_some_and(|it| it.code() == language.code));
        let shop_region = shop.and_then(|shop| shop.region()?.parse().ok());
        let parse = |tag: &str| tag.parse::<icu_locale_core::Locale>().ok();
        let customer = customer.and_then(|locale| parse(locale.as_str()));
        let mut locale = parse(language.code).unwrap_or(icu_locale_core::Locale::UNKNOWN);
        if let Some(customer) = customer {
            locale.id.region = customer.id.region.or(locale.id.region);
            locale.extensions.unicode = customer.extensions.unicode;
        }
        locale.id.region = locale.id.region.or(shop_region);
        if language.code == "en" && locale.id.region.is_none() {
            locale.id = parse(WORLD_ENGLISH).map_or(locale.id, |world| world.id);
        }
        KEPT.with_borrow_mut(|kept| {
            let formats = match kept.iter().position(|it| it.locale == locale) {
                Some(at) => kept.remove(at),
                None => Rc::new(Self::new(locale)),
            };
            if kept.len() == MAX_KEPT {
                kept.remove(0);
            }
            kept.push(Rc::clone(&formats));
            formats
        })
    }

    fn new(locale: icu_locale_core::Locale) -> Self {
        Self {
            locale,
            numbers: OnceCell::new(),
            currencies: RefCell::default(),
            days: DayFormats::default(),
        }
    }

    pub(super) fn currency(&self, currency: Currency) -> Rc<CurrencyFormat> {
        let mut kept = self.currencies.borrow_mut();
        if let Some(format) = kept.iter().find(|it| it.currency == currency) {
            return Rc::clone(format);
        }
        if kept.len() == MAX_CURRENCIES {
            kept.clear();
        }
        let format = Rc::new(CurrencyFormat::new(&self.locale, currency));
        kept.push(Rc::clone(&format));
        format
    }

    /// `1.5`, `1,5`.
    pub fn quantity(&self, quantity: Quantity) -> String {
        self.number(&quantity.to_string())
    }

    /// A number that is written in digits and a point.
    pub fn number(&self, digits: &str) -> String {
        match (self.decimal_formatter(), digits.parse::<Decimal>()) {
            (Some(formatter), Ok(number)) => formatter.format(&number).to_string(),
            _ => digits.to_owned(),
        }
    }

    pub(super) fn decimal_formatter(&self) -> Option<&DecimalFormatter> {
        let find = || {
            DecimalFormatter::try_new_unstable(&Cldr, (&self.locale).into(), <_>::default()).ok()
        };
        self.numbers.get_or_init(find).as_ref()
    }

    /// `a, b or c`.
    pub fn one_of(&self, names: &[String]) -> String {
        let options = ListFormatterOptions::default();
        match ListFormatter::try_new_or_unstable(&Cldr, (&self.locale).into(), options) {
            Ok(formatter) => formatter.format(names.iter()).to_string(),
            Err(_) => names.join(", "),
        }
    }

    /// `a, b, c`.
    pub fn all_of(&self, names: &[String]) -> String {
        let options =
            ListFormatterOptions::default().with_length(icu_list::options::ListLength::Short);
        match ListFormatter::try_new_unit_unstable(&Cldr, (&self.locale).into(), options) {
            Ok(formatter) => formatter.format(names.iter()).to_string(),
            Err(_) => names.join(", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formats(language: &str, locale: &str) -> Rc<Formats> {
        let language = MailLanguage::all().iter().find(|it| it.code == language);
        let locale = Locale::parse(locale).expect("a locale");
        Formats::for_customer(language.expect("a language"), Some(&locale), None)
    }

    #[test]
    fn a_number_is_written_as_in_the_customers_country_in_the_mails_language() {
        for (language, locale, number) in [
            ("en", "en-US", "1,234.5"),
            ("en", "en", "1,234.5"),
            ("en", "fi-FI", "1\u{a0}234,5"),
            ("de", "de", "1.234,5"),
            ("de", "de-AT", "1\u{a0}234,5"),
            ("de", "de-CH", "1'234.5"),
            ("en", "ar-EG-u-nu-arab", "١,٢٣٤.٥"),
        ] {
            assert_eq!(formats(language, locale).number("1234.5"), number, "{locale}");
        }
    }

    #[test]
    fn a_customer_without_a_region_has_the_shops_if_it_speaks_the_same_language() {
        let number = |customer: Option<&str>, shop: &str| {
            let parse = |tag: &str| Locale::parse(tag).expect("a locale");
            let (customer, shop) = (customer.map(parse), parse(shop));
            let language = MailLanguage::negotiate([customer.as_ref(), Some(&shop)]);
            Formats::for_customer(language, customer.as_ref(), Some(&shop)).number("1234.5")
        };
        assert_eq!(number(Some("de"), "de-AT"), "1\u{a0}234,5");
        assert_eq!(number(Some("de-DE"), "de-AT"), "1.234,5");
        assert_eq!(number(None, "de-AT"), "1\u{a0}234,5");
        assert_eq!(number(Some("en"), "de-AT"), "1,234.5");
    }

    #[test]
    fn formats_are_kept_for_the_next_mail_and_do_not_grow_without_end() {
        let kept = || KEPT.with_borrow(|kept| kept.len());
        let first = formats("de", "de-AT");
        assert!(Rc::ptr_eq(&first, &formats("de", "de-AT")));
        for region in b'A'..=b'Z' {
            let region = char::from(region);
            formats("en", &format!("en-X{region}")).number("1");
            for code in ["EUR", "USD", "JPY", "CHF", "GBP"] {
                first.currency(Currency::parse(code).expect("a currency"));
            }
        }
        assert_eq!((kept(), first.currencies.borrow().len() <= MAX_CURRENCIES), (MAX_KEPT, true));
        assert!(!Rc::ptr_eq(&first, &formats("de", "de-AT")), "others were written since");
    }

    #[test]
    fn a_list_is_joined_by_the_language() {
        let names = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(formats("en", "en-GB").one_of(&names), "a, b or c");
        assert_eq!(formats("en", "en-US").one_of(&names), "a, b, or c");
        assert_eq!(formats("de", "de").one_of(&names), "a, b oder c");
        assert_eq!(formats("de", "de").all_of(&names), "a, b und c");
    }
}
