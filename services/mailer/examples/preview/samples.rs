//! The events to be rendered, and the languages that there are.

use std::error::Error;
use std::{fs, io};

use serde_json::Value;

use crate::stress;

/// Each kind, with all that its mail can show and with nothing that it can do without.
const SAMPLES: &str = include_str!("../events.jsonl");
/// The mails of README's pictures, each in its customer's language.
const PICTURES: &str = include_str!("../pictures.jsonl");

const DEFAULT_LANGUAGE: &str = "en";

#[derive(Debug, Clone)]
pub struct Sample {
    /// The event's id, and the name of its files.
    pub name: String,
    /// `sample`, `picture`, `hostile` or `long`.
    pub group: &'static str,
    pub event: Value,
}

impl Sample {
    /// Whether the mail is written in `language`, one of `all`. A picture is, in its customer's language alone.
    pub fn is_for(&self, language: &str, all: &[String]) -> bool {
        let own = self.own_language();
        let own = if all.iter().any(|known| known == own) { own } else { DEFAULT_LANGUAGE };
        self.group != "picture" || language == own
    }

    /// The customer's locale if it is of `language`, since it may name a region; else `language`.
    pub fn locale(&self, language: &str) -> String {
        let own = if self.own_language() == language { self.own_locale() } else { None };
        own.unwrap_or(language).to_owned()
    }

    fn own_locale(&self) -> Option<&str> {
        self.event.pointer("/data/order/customer/locale")?.as_str()
    }

    fn own_language(&self) -> &str {
        let locale = self.own_locale().unwrap_or(DEFAULT_LANGUAGE);
        locale.split('-').next().unwrap_or(locale)
    }
}

/// All samples, and what is made of them.
pub fn all() -> Result<Vec<Sample>, Box<dyn Error>> {
    let mut samples = in_lines(SAMPLES, "sample")?;
    let stressed = stress::of_each_kind(&samples);
    samples.extend(in_lines(PICTURES, "picture")?);
    samples.extend(stressed);
    Ok(samples)
}

/// One event a line.
pub fn in_lines(lines: &str, group: &'static str) -> Result<Vec<Sample>, Box<dyn Error>> {
    let read = |line| {
        let event: Value = serde_json::from_str(line)?;
        let id = event["id"].as_str().ok_or("an event has no id")?;
        // An id is the publisher's text: no part of it may lead out of the directory.
        let name = id.replace(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c), "_");
        Ok(Sample { name, group, event })
    };
    lines.lines().map(read).collect()
}

/// The languages in which mails are written: those that have a file of messages.
pub fn languages() -> io::Result<Vec<String>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/messages");
    let mut languages = Vec::new();
    for file in fs::read_dir(folder).into_iter().flatten() {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "ftl") {
            languages.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    if languages.is_empty() {
        languages.push(DEFAULT_LANGUAGE.to_owned());
    }
    languages.sort();
    Ok(languages)
}
