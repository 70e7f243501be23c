//! Renders each sample event to `NAME.html` and `NAME.txt`, for viewing in a browser:
//!
//! ```sh
//! cargo run --example preview -- OUTDIR [EVENTS.jsonl]
//! ```
//!
//! `SHOP_BRAND` sets the shop, as for the deployed mailer.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use mailer::render::{Brand, render};
use shared::Event;

const SAMPLES: &str = include_str!("events.jsonl");

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let directory = arguments.next().ok_or("usage: preview OUTDIR [EVENTS.jsonl]")?;
    let events = match arguments.next() {
        Some(file) => fs::read_to_string(file)?,
        None => SAMPLES.to_owned(),
    };
    let brand = match env::var("SHOP_BRAND") {
        Ok(json) => Brand::parse(&json)?,
        Err(_) => Brand::default(),
    };
    fs::create_dir_all(&directory)?;
    events.lines().try_for_each(|line| write_mail(line, &brand, &directory))
}

fn write_mail(line: &str, brand: &Brand, directory: &Path) -> Result<(), Box<dyn Error>> {
    let event = Event::parse(&serde_json::from_str(line)?).map_err(|bad| format!("{bad:?}"))?;
    let mail = render(&event, event.time.unwrap_or_default(), brand)?;
    let name = event.reference.id.as_str().replace(['/', '\\'], "_");
    fs::write(directory.join(format!("{name}.html")), &mail.html)?;
    fs::write(directory.join(format!("{name}.txt")), format!("{}\n\n{}", mail.subject, mail.text))?;
    println!("{:>6} bytes  {name}: {}", mail.html.len(), mail.subject);
    Ok(())
}
