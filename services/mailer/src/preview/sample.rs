//! Events whose mails can be looked at.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use shared::contract::changes::OrderChanges;
use shared::contract::event::EventPayload;
use shared::{Event, Kind, Language, Locale, OrderKey, ShopSettings};

use crate::render::{Brand, Mail, MailContext, RenderError, render_in_context};

/// JSON Lines: events of all kinds, in several languages and currencies.
pub const SAMPLES: &str = include_str!("../../examples/events.jsonl");

/// An event, and what its mail depends on beside it.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The event's id.
    pub name: String,
    /// The event.
    pub event: Event,
    accepted_at: Timestamp,
    changes: OrderChanges,
}

impl Sample {
    /// An event of which nothing else is known.
    #[must_use]
    pub fn new(name: String, accepted_at: Timestamp, event: Event) -> Self {
        Self { name, accepted_at, event, changes: OrderChanges::default() }
    }

    /// All samples, each as if it had been accepted when it happened.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let json = SAMPLES.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let sample = |event: Event| {
            let accepted_at = event.time.unwrap_or_default();
            Self::new(event.reference.id.to_string(), accepted_at, event)
        };
        with_changes(json.filter_map(|json| Event::parse(&json).ok()).map(sample).collect())
    }

    /// The kind of its mail.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.event.payload.kind()
    }

    /// Whether its mail shows pictures of articles.
    #[must_use]
    pub fn has_pictures(&self) -> bool {
        self.event.order.lines.iter().any(|line| line.image_url.is_some())
    }

    /// A locale of `language`: the customer's own if it is one, since it may name a country.
    #[must_use]
    pub fn locale_in(&self, language: Language) -> Option<Locale> {
        let own = self.event.order.customer.locale.as_ref();
        let own = own.filter(|own| Language::for_locale(own) == Some(language)).cloned();
        own.or_else(|| Locale::parse(language.code()).ok())
    }

    /// The language of its mail for a shop with these settings, whose customer has `locale`.
    #[must_use]
    pub fn language(&self, locale: Option<&Locale>, settings: &ShopSettings) -> Language {
        let customer = locale.or(self.event.order.customer.locale.as_ref());
        let shop = settings.voice.default_locale.as_ref();
        let known = [customer, shop].into_iter().flatten().find_map(Language::for_locale);
        known.unwrap_or(Language::ENGLISH)
    }

    /// Renders its mail as the mailer does for a shop with these settings, `brand` where they name none, and for a customer
    /// with `locale` instead of the event's own, if one is given.
    ///
    /// # Errors
    /// As [`render_in_context`].
    pub fn render(
        &self,
        locale: Option<&Locale>,
        settings: &ShopSettings,
        brand: &Brand,
    ) -> Result<Mail, RenderError> {
        let mut event = self.event.clone();
        if let Some(locale) = locale {
            event.order.customer.locale = Some(locale.clone());
        }
        let voice = Arc::clone(&settings.voice);
        let context =
            MailContext { voice, changes: self.changes.clone(), ..MailContext::default() };
        let brand = settings.brand.as_ref().unwrap_or(brand);
        render_in_context(&event, self.accepted_at, &context, brand)
    }

    /// Whether its mail says what the order holds.
    const fn tells_order(&self) -> bool {
        matches!(self.event.payload, EventPayload::Confirmed | EventPayload::OrderUpdated(_))
    }
}

/// The events, in their order, each as if the customer had been told of every one before it: what an update does not say
/// of itself is the difference to the event before it that tells of the same order.
#[must_use]
pub fn with_changes(events: Vec<Sample>) -> Vec<Sample> {
    let mut told: Vec<Sample> = Vec::with_capacity(events.len());
    for mut event in events {
        let key = OrderKey::of_event(&event.event);
        let is_before =
            |other: &&Sample| other.tells_order() && OrderKey::of_event(&other.event) == key;
        if event.kind() == Kind::OrderUpdated
            && let Some(before) = told.iter().rev().find(is_before)
        {
            event.changes = OrderChanges::between(&before.event.order, &event.event.order);
        }
        told.push(event);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_sample_and_each_has_a_name_of_its_own() {
        let all = Sample::all();
        assert_eq!(all.len(), SAMPLES.lines().count());
        for kind in Kind::ALL {
            assert!(all.iter().any(|sample| sample.kind() == kind), "{kind}");
        }
        let mut names: Vec<&str> = all.iter().map(|sample| sample.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
    }

    #[test]
    fn a_mail_speaks_as_the_settings_of_its_shop_say() {
        let settings = ShopSettings::parse(
            r#"{ "default_locale": "de-AT", "formality": "informal",
                 "wording": { "de": { "delivered-heading": "Ist da!" } } }"#,
        )
        .expect("settings");
        let all = Sample::all();
        let delivered = all.iter().find(|sample| sample.name == "delivered").expect("a sample");
        let text = |locale: &str, settings: &ShopSettings| {
            let locale = Locale::parse(locale).expect("a locale");
            delivered.render(Some(&locale), settings, &Brand::default()).expect("a mail").text
        };
        // In Czech there are no mails: the shop's default counts.
        let (own, plain) = (text("tlh", &settings), text("de", &ShopSettings::default()));
        assert!(own.contains("Ist da!"), "{own}");
        assert!(!plain.contains("Ist da!"), "{plain}");
        assert!(plain.contains(" Sie ") || plain.contains(" Ihr"), "{plain}");
        assert!(!own.contains(" Sie ") && !own.contains("Ihre "), "{own}");
        assert_eq!(delivered.language(Locale::parse("tlh").ok().as_ref(), &settings).code(), "de");
    }

    #[test]
    fn the_customers_own_locale_stays_where_it_is_of_the_language() {
        let all = Sample::all();
        let sample = all.iter().find(|sample| sample.name == "confirmed_kwd_right_to_left");
        let locale = |code: &str| {
            let language = Language::all().find(|language| language.code() == code).expect("known");
            sample.expect("a sample").locale_in(language).expect("a locale").as_str().to_owned()
        };
        assert_eq!((locale("ar"), locale("pt-BR")), ("ar-KW".to_owned(), "pt-BR".to_owned()));
    }
}
