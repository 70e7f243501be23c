//! Says everything that a mail says in the customer's language: sentences from the message files in
//! `services/mailer/messages`, days, numbers and money by CLDR.
//!
//! The sentences are chosen by the language of the mail ([`MailLanguage`]), the formats by the customer's own locale as
//! well: a mail to `de-AT` is in German and writes money as in Austria.
//!
//! A message's file is parsed once, when the first mail in its language is rendered: that of the shop's language while the
//! function starts.

mod argument;
mod currency;
mod day_formats;
mod days;
mod direction;
#[cfg(test)]
mod every_country;
mod formats;
mod language;
#[cfg(test)]
mod message_files;
mod money;
mod syntax;
mod wording;

use std::fmt::Display;
use std::rc::Rc;
use std::sync::Arc;

use fluent_bundle::{FluentArgs, FluentValue};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use shared::contract::quantity::Quantity;
use shared::contract::times::LocalTime;
use shared::shop_settings::{Formality, Voice};
use shared::{Locale, Money};

use language::marked;

pub use argument::Argument;
pub use direction::{Direction, END, ISOLATE, settle};
pub use formats::Formats;
pub use language::MailLanguage;
pub use wording::{wording_faults, wording_links};

/// One mail's language and formats.
#[derive(Debug)]
pub struct Localizer {
    /// The language of the sentences.
    pub language: &'static MailLanguage,
    /// Days, numbers and money.
    pub formats: Rc<Formats>,
    /// The year in which the mail is sent: a day names its own only if that is another.
    year: i16,
    is_informal: bool,
    /// Of a shop with a wording of its own in this language.
    voice: Option<Arc<Voice>>,
}

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

impl Localizer {
    /// For a customer with this locale, in the voice of a shop. The mail's event was accepted at `now`: that of the event
    /// itself may be of another year.
    pub fn new(customer: Option<&Locale>, voice: &Arc<Voice>, now: Timestamp) -> Self {
        let language = MailLanguage::negotiate([customer, voice.default_locale.as_ref()]);
        let has_wording = voice.wording.has(language.code);
        let mut say = Self {
            language,
            formats: Formats::for_customer(language, customer, voice.default_locale.as_ref()),
            year: Offset::UTC.to_datetime(now).year(),
            is_informal: false,
            voice: has_wording.then(|| Arc::clone(voice)),
        };
        say.is_informal = match voice.formality {
            Some(formality) => formality == Formality::Informal,
            None => say.usual_formality() == "informal",
        };
        say
    }

    /// Parses the messages of a shop's language.
    pub fn warm_up(voice: &Voice) {
        MailLanguage::negotiate([None, voice.default_locale.as_ref()]).warm_up();
    }

    /// `Tuesday 24 November`, with the year if it is another than the mail's.
    pub fn day(&self, day: Date) -> String {
        self.formats.day(day, self.year)
    }

    /// `20 November 2026 at 10:30`, as a clock showed it where the customer was; `… UTC` where the shop says UTC, and the
    /// day alone where the time is not known.
    pub fn time(&self, time: LocalTime) -> String {
        let text = self.formats.local_time(time);
        if time.is_utc() && !time.is_day() { self.time_in_utc(text) } else { text }
    }

    /// `€1,234.50`.
    pub fn money(&self, money: Money) -> String {
        self.formats.money(money)
    }

    /// `2 ×` for pieces, `1.5 m` for what has a unit, `1.5 ×` for what has none, nothing where nobody says.
    pub fn quantity(&self, quantity: Option<Quantity>, unit: Option<impl Argument>) -> String {
        let Some(quantity) = quantity else { return String::new() };
        let number = self.formats.quantity(quantity);
        match unit {
            Some(unit) => self.quantity_with_unit(number, unit),
            None => self.pieces(number),
        }
    }

    /// `2 × Mug`, or the name alone.
    pub fn quantity_of(&self, quantity: &str, article: impl Argument + Display) -> String {
        match quantity {
            "" => article.to_string(),
            quantity => self.quantity_and_article(article, quantity),
        }
    }

    /// The message `id` with these arguments in place of its variables.
    fn format(&self, id: &str, arguments: &[(&'static str, &dyn Argument)]) -> String {
        let mut values = FluentArgs::with_capacity(arguments.len());
        for (name, argument) in arguments {
            values.set(*name, argument.value());
        }
        if let Some(text) = self.own_wording(id, &values) {
            return text;
        }
        let mut text = self.language.format(id, self.is_informal, &values);
        for (_, value) in values.iter() {
            // The language chose by the number; its digits are the country's.
            if let FluentValue::Number(number) = value {
                text = text.replace(&marked(number), &self.formats.number(&number.as_string()));
            }
        }
        text
    }

    /// The message in the shop's own words.
    fn own_wording(&self, id: &str, values: &FluentArgs<'_>) -> Option<String> {
        let wording = &self.voice.as_ref()?.wording;
        let of_choice = values.iter().find_map(|(_, value)| match value {
            FluentValue::String(choice) => {
                wording.of(self.language.code, &wording::name_of_choice(id, choice))
            }
            _ => None,
        });
        let text = of_choice.or_else(|| wording.of(self.language.code, id))?;
        wording::write(text, |name| match values.get(name)? {
            FluentValue::String(text) => Some(text.to_string()),
            FluentValue::Number(number) => Some(self.formats.number(&number.as_string())),
            _ => None,
        })
    }
}
