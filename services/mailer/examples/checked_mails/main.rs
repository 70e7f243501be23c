//! Renders the mails that `infra/check --mails` looks at and that `infra/check --pictures` draws. People look at mails with
//! `waybill preview`.
//!
//! ```sh
//! cargo run --example checked_mails -- OUTDIR [LANGUAGE]
//! ```
//!
//! `OUTDIR/LANG/NAME.html` and `.txt` are the parts of a mail, and `OUTDIR/index.json` lists them. Beside the samples there
//! are mails that no shop would send: hostile texts in every field, and orders of 30 and of 500 lines. `SHOP_BRAND` sets the
//! shop, as for the deployed mailer.

mod samples;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use mailer::render::{Brand, Mail, render};
use serde_json::{Value, json};
use shared::{Event, Language, Locale};

use samples::Sample;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = env::args().skip(1);
    let directory = PathBuf::from(words.next().ok_or("usage: checked_mails OUTDIR [LANGUAGE]")?);
    let wanted = words.next();
    let brand = match env::var("SHOP_BRAND") {
        Ok(json) => Brand::parse(&json)?,
        Err(_) => Brand::default(),
    };
    let samples = samples::all()?;
    let mut mails = Vec::new();
    let is_wanted = |code: &str| wanted.as_ref().is_none_or(|wanted| wanted == code);
    for language in Language::all().filter(|language| is_wanted(language.code())) {
        fs::create_dir_all(directory.join(language.code()))?;
        for sample in samples.iter().filter(|sample| sample.is_for(language)) {
            mails.push(Rendered::new(sample, language, &brand)?);
        }
    }
    if mails.is_empty() {
        return Err("there are no mails in that language".into());
    }
    write(&directory, &mails, &brand)?;
    println!("{} mails in {}", mails.len(), directory.display());
    Ok(())
}

struct Rendered<'a> {
    sample: &'a Sample,
    language: Language,
    event: Event,
    mail: Mail,
}

impl<'a> Rendered<'a> {
    fn new(sample: &'a Sample, language: Language, brand: &Brand) -> Result<Self, Box<dyn Error>> {
        let name = &sample.name;
        let mut event = Event::parse(&sample.event).map_err(|bad| format!("{name}: {bad:?}"))?;
        event.order.customer.locale = Some(Locale::parse(sample.locale(language))?);
        let mail = render(&event, event.time.unwrap_or_default(), brand)?;
        Ok(Self { sample, language, event, mail })
    }

    /// The path of its files, without `.html` and `.txt`.
    fn path(&self) -> String {
        format!("{}/{}", self.language.code(), self.sample.name)
    }

    /// What `index.json` says of it.
    fn entry(&self, brand: &Brand) -> Value {
        let Self { sample, language, event, mail } = self;
        let path = self.path();
        let lines = &event.order.lines;
        let pictures = lines.iter().filter_map(|line| line.image_url.as_ref());
        let logos = brand.logo.iter().flat_map(|logo| [Some(&logo.url), logo.dark_url.as_ref()]);
        let pictures = pictures.chain(logos.flatten()).map(shared::HttpUrl::as_str);
        json!({
            "name": sample.name,
            "group": sample.group,
            "kind": event.payload.kind().as_str(),
            "language": language.code(),
            "subject": mail.subject,
            "html": format!("{path}.html"),
            "text": format!("{path}.txt"),
            "html_bytes": mail.html.len(),
            "text_bytes": mail.text.len(),
            "order_lines": lines.len(),
            // All that the mail may fetch.
            "pictures": pictures.collect::<Vec<_>>(),
        })
    }
}

fn write(directory: &Path, mails: &[Rendered<'_>], brand: &Brand) -> Result<(), Box<dyn Error>> {
    for rendered in mails {
        let Rendered { mail, .. } = rendered;
        let file = |extension| directory.join(format!("{}.{extension}", rendered.path()));
        fs::write(file("html"), &mail.html)?;
        fs::write(file("txt"), format!("{}\n\n{}", mail.subject, mail.text))?;
    }
    let index: Vec<Value> = mails.iter().map(|mail| mail.entry(brand)).collect();
    fs::write(directory.join("index.json"), serde_json::to_string_pretty(&index)?)?;
    Ok(())
}
