//! The events to be rendered.

use std::error::Error;

use mailer::preview::SAMPLES;
use mailer::preview::stress::{MARKUP, hostile, long, richest_of_each_kind, with_long_words};
use serde_json::Value;
use shared::Language;

/// The mails of README's pictures, each in its customer's language.
const PICTURES: &str = include_str!("../pictures.jsonl");

#[derive(Debug, Clone)]
pub struct Sample {
    /// The event's id, and the name of its files.
    pub name: String,
    /// `sample`, `picture`, `hostile` or `long`.
    pub group: &'static str,
    pub event: Value,
}

impl Sample {
    /// Whether the mail is written in `language`. A picture is, in its customer's language alone.
    pub fn is_for(&self, language: Language) -> bool {
        let is_known = Language::all().any(|known| known.code() == self.own_language());
        let own = if is_known { self.own_language() } else { Language::ENGLISH.code() };
        self.group != "picture" || language.code() == own
    }

    /// The customer's locale if it is of `language`, since it may name a region; else `language`.
    pub fn locale(&self, language: Language) -> &str {
        let own = if self.own_language() == language.code() { self.own_locale() } else { None };
        own.unwrap_or(language.code())
    }

    fn own_locale(&self) -> Option<&str> {
        self.event.pointer("/data/order/customer/locale")?.as_str()
    }

    fn own_language(&self) -> &str {
        let locale = self.own_locale().unwrap_or(Language::ENGLISH.code());
        locale.split('-').next().unwrap_or(locale)
    }
}

/// All samples, and what is made of the richest of each kind.
pub fn all() -> Result<Vec<Sample>, Box<dyn Error>> {
    let mut samples = in_lines(SAMPLES, "sample")?;
    let richest = richest_of_each_kind(samples.iter().map(|sample| sample.event.clone()));
    samples.extend(in_lines(PICTURES, "picture")?);
    samples.extend(richest.iter().flat_map(|(kind, event)| {
        let kind = kind.replace('.', "_");
        let named =
            |prefix, group, event| Sample { name: format!("{prefix}_{kind}"), group, event };
        [
            named("markup", "hostile", hostile(event, MARKUP)),
            named("words", "hostile", with_long_words(event)),
            named("lines30", "long", long(event, 30)),
            named("lines500", "long", long(event, 500)),
        ]
    }));
    Ok(samples)
}

/// One event a line.
fn in_lines(lines: &str, group: &'static str) -> Result<Vec<Sample>, Box<dyn Error>> {
    let read = |line| {
        let event: Value = serde_json::from_str(line)?;
        let name = event["id"].as_str().ok_or("an event has no id")?.to_owned();
        Ok(Sample { name, group, event })
    };
    lines.lines().map(read).collect()
}
