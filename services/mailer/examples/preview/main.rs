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
mod sheet;
mod stress;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

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
    let mut index = Vec::new();
    for language in chosen {
        fs::create_dir_all(arguments.directory.join(language))?;
        for sample in samples.iter().filter(|sample| sample.is_for(language, &all)) {
            index.push(write_mail(sample, language, &brand, &arguments.directory)?);
        }
    }
    fs::write(arguments.directory.join("index.json"), serde_json::to_string_pretty(&index)?)?;
    fs::write(arguments.directory.join("index.html"), sheet::page(&index))?;
    println!(
        "{} mails in {}: open {}",
        index.len(),
        chosen.join(", "),
        arguments.directory.join("index.html").display()
    );
    Ok(())
}

/// Writes a mail, and says of it what `index.json` does.
fn write_mail(
    sample: &Sample,
    language: &str,
    brand: &Brand,
    directory: &Path,
) -> Result<Value, Box<dyn Error>> {
    let name = &sample.name;
    let mut event = Event::parse(&sample.event).map_err(|bad| format!("{name}: {bad:?}"))?;
    event.order.customer.locale = Some(Locale::parse(&sample.locale(language))?);
    let mail = render(&event, event.time.unwrap_or_default(), brand)?;
    let path = directory.join(language).join(name);
    fs::write(path.with_extension("html"), &mail.html)?;
    fs::write(path.with_extension("txt"), format!("{}\n\n{}", mail.subject, mail.text))?;
    if sample.group == "sample" {
        sheet::write_views(&path, &mail.html)?;
    }
    Ok(entry(sample, language, &event, brand, &mail))
}

fn entry(sample: &Sample, language: &str, event: &Event, brand: &Brand, mail: &Mail) -> Value {
    let lines = &event.order.lines;
    let pictures = lines.iter().filter_map(|line| line.image_url.as_ref());
    let pictures = pictures.chain(&brand.logo_url).map(shared::HttpUrl::as_str);
    json!({
        "name": sample.name,
        "group": sample.group,
        "kind": event.payload.kind().as_str(),
        "language": language,
        "subject": mail.subject,
        "html": format!("{language}/{}.html", sample.name),
        "text": format!("{language}/{}.txt", sample.name),
        "html_bytes": mail.html.len(),
        "text_bytes": mail.text.len(),
        "order_lines": lines.len(),
        // All that the mail may fetch.
        "pictures": pictures.collect::<Vec<_>>(),
    })
}
