//! Renders the sample events in each language, for people and for `infra/check --mails`:
//!
//! ```sh
//! cargo run -p waybill-mailer --example preview -- OUTDIR [--language LANG]... [--events FILE]
//! ```
//!
//! `OUTDIR/LANG/NAME.html` and `.txt` are the parts of a mail, `OUTDIR/index.json` lists them, and `OUTDIR/index.html`
//! shows them side by side. Without `--events`, there are also mails that no shop would send: hostile texts in every
//! field, and orders of 30 and of 500 lines. `SHOP_BRAND` sets the shop, as for the deployed mailer.

mod arguments;
mod samples;
mod stress;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use mailer::preview::{SheetMail, write_sheet};
use mailer::render::{Brand, Mail, render};
use serde_json::{Value, json};
use shared::{Event, Locale};

use arguments::Arguments;
use samples::{Sample, languages};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse(env::args_os().skip(1))?;
    let brand = match env::var("SHOP_BRAND") {
        Ok(json) => Brand::parse(&json)?,
        Err(_) => Brand::default(),
    };
    let samples = match &arguments.events {
        Some(file) => samples::in_lines(&fs::read_to_string(file)?, "sample")?,
        None => samples::all()?,
    };
    let all = languages()?;
    let chosen = if arguments.languages.is_empty() { &all } else { &arguments.languages };
    let mut mails = Vec::new();
    for language in chosen {
        fs::create_dir_all(arguments.directory.join(language))?;
        for sample in samples.iter().filter(|sample| sample.is_for(language, &all)) {
            mails.push(Rendered::new(sample, language, &brand)?);
        }
    }
    write(&arguments.directory, &mails, &brand)?;
    println!(
        "{} mails in {}: open {}",
        mails.len(),
        chosen.join(", "),
        arguments.directory.join("index.html").display()
    );
    Ok(())
}

struct Rendered<'a> {
    sample: &'a Sample,
    language: &'a str,
    event: Event,
    mail: Mail,
}

impl<'a> Rendered<'a> {
    fn new(sample: &'a Sample, language: &'a str, brand: &Brand) -> Result<Self, Box<dyn Error>> {
        let name = &sample.name;
        let mut event = Event::parse(&sample.event).map_err(|bad| format!("{name}: {bad:?}"))?;
        event.order.customer.locale = Some(Locale::parse(&sample.locale(language))?);
        let mail = render(&event, event.time.unwrap_or_default(), brand)?;
        Ok(Self { sample, language, event, mail })
    }

    /// The path of its files, without `.html` and `.txt`.
    fn path(&self) -> String {
        format!("{}/{}", self.language, self.sample.name)
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
            "language": language,
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

    fn of_sheet(&self) -> SheetMail<'_> {
        SheetMail {
            kind: self.event.payload.kind(),
            name: &self.sample.name,
            language: self.language,
            subject: &self.mail.subject,
            path: self.path(),
            html: &self.mail.html,
        }
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
    let samples = mails.iter().filter(|rendered| rendered.sample.group == "sample");
    write_sheet(directory, &samples.map(Rendered::of_sheet).collect::<Vec<_>>())?;
    Ok(())
}
