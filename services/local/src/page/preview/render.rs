//! The process that renders mails: a request in JSON on standard input, the mails in JSON on standard output.

use std::error::Error;
use std::io::{Read, Write};

use mailer::preview::Sample;
use mailer::render::Brand;
use serde::{Deserialize, Serialize};
use shared::{Kind, Language, ShopSettings};

/// Which samples are wanted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Samples {
    /// One of each of these kinds: the first with pictures, or else the first.
    OneOf(Vec<String>),
    /// All of these kinds.
    AllOf(Vec<String>),
    /// That of this name.
    Named(String),
}

/// Which mails are wanted, and how they look.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    pub samples: Samples,
    /// Codes, in their order.
    pub languages: Vec<String>,
    /// The stack's brand as JSON, if it is not the demonstration shop's.
    pub brand: Option<String>,
    /// The shop's settings as JSON; `{}` for none.
    pub settings: String,
}

/// A mail of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewMail {
    pub sample: String,
    pub kind: String,
    pub language: String,
    pub subject: String,
    pub html: String,
    pub text: String,
}

/// Answers the request on standard input.
///
/// # Errors
/// No request, or settings that the mailer does not take.
pub fn answer() -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut request = Vec::new();
    std::io::stdin().lock().read_to_end(&mut request)?;
    let mails = mails(&serde_json::from_slice(&request)?)?;
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &mails)?;
    Ok(out.flush()?)
}

/// The mails by kind and sample, of each first in the first language.
///
/// # Errors
/// Settings that the mailer does not take.
pub fn mails(request: &Request) -> Result<Vec<PreviewMail>, Box<dyn Error + Send + Sync>> {
    let (settings, _) = ShopSettings::parse_stored(&request.settings)?;
    let brand = request.brand.as_deref().map(Brand::parse).transpose()?.unwrap_or_default();
    let known = |code: &String| Language::all().find(|language| language.code() == code);
    let languages: Vec<Language> = request.languages.iter().filter_map(known).collect();
    let mut mails = Vec::new();
    for sample in samples(&request.samples) {
        for language in &languages {
            let mail = sample.render(sample.locale_in(*language).as_ref(), &settings, &brand)?;
            mails.push(PreviewMail {
                sample: sample.name.clone(),
                kind: sample.kind().as_str().to_owned(),
                language: language.code().to_owned(),
                subject: mail.subject,
                html: mail.html,
                text: mail.text,
            });
        }
    }
    Ok(mails)
}

fn samples(wanted: &Samples) -> Vec<Sample> {
    let all = Sample::all();
    let (kinds, is_one) = match wanted {
        Samples::OneOf(kinds) => (kinds, true),
        Samples::AllOf(kinds) => (kinds, false),
        Samples::Named(name) => return all.into_iter().filter(|it| it.name == *name).collect(),
    };
    let of_kind = |kind: Kind| {
        let mut samples: Vec<Sample> = all.iter().filter(|it| it.kind() == kind).cloned().collect();
        if is_one {
            let fullest = samples.iter().position(Sample::has_pictures).unwrap_or_default();
            samples.swap(0, fullest);
            samples.truncate(1);
        }
        samples
    };
    let wanted = Kind::ALL.into_iter().filter(|kind| kinds.iter().any(|it| it == kind.as_str()));
    wanted.flat_map(of_kind).collect()
}
