//! `waybill preview`: mails as the mailer renders them.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use mailer::render::{Brand, Mail, render};
use serde::Serialize;
use shared::{Event, Kind, Locale, OrderKey};

use crate::args;
use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::order_name::OrderName;
use crate::output::{ColorMode, Column, Report, number, table};
use crate::store::{StoredEvent, events_of_order};

/// JSON Lines: sample events of all kinds, in several languages and currencies.
pub const SAMPLES: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../mailer/examples/events.jsonl"));

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The kind of mail, such as order.confirmed
    pub kind: String,
    /// The customer's language, such as de-AT (default: the sample's own)
    #[arg(long, value_name = "TAG")]
    pub locale: Option<String>,
    /// Write NAME.html and NAME.txt there; without it the plain text is printed
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Render this order's own events instead of samples. The mails hold the customer's data
    #[arg(long, value_name = "ID")]
    pub order: Option<String>,
    /// A file with the shop's brand as JSON, as `infra/deploy --brand` takes it; or the JSON itself
    #[arg(long, env = "SHOP_BRAND", value_name = "FILE", hide_env_values = true)]
    pub brand: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct RenderedMail {
    /// The event's id, after the order's id if it is a stored event.
    pub name: String,
    pub subject: String,
    /// Gmail clips a mail at 102 KB.
    pub html_bytes: usize,
    pub files: Vec<PathBuf>,
    #[serde(skip)]
    text: String,
}

#[derive(Debug, Serialize)]
pub struct Preview {
    pub mails: Vec<RenderedMail>,
}

/// Samples need no connection.
pub fn needs_stack(args: &Args) -> bool {
    args.order.is_some()
}

/// Renders the order's own events if a stack and an order are given, or else the samples.
pub async fn run(stack: Option<&Stack>, args: &Args) -> Result<(Preview, ExitStatus), CliError> {
    let kind = args::kind(&args.kind)?;
    let brand = brand(args.brand.as_deref())?;
    let locale = args.locale.as_deref().map(locale).transpose()?;
    let events = match (stack, &args.order) {
        (Some(stack), Some(order)) => stored(stack, &args::order(stack, order)?, kind).await?,
        _ => samples(kind),
    };
    let mails = events
        .into_iter()
        .map(|(name, at, event)| {
            render_one(args.out.as_deref(), name, (at, event), locale.as_ref(), &brand)
        })
        .collect::<Result<_, _>>()?;
    Ok((Preview { mails }, ExitStatus::Healthy))
}

fn brand(given: Option<&str>) -> Result<Brand, CliError> {
    // An environment variable may be set and empty, which means the same as absent.
    let Some(given) = given.filter(|given| !given.is_empty()) else {
        return Ok(Brand::default());
    };
    // A brand is a JSON object, and no file's name begins as one; the mailer's variable holds the JSON.
    let json = match given.trim_start().starts_with('{') {
        true => given.to_owned(),
        false => std::fs::read_to_string(given).map_err(|error| {
            CliError::input(format!(
                "Can't read the brand in {given}: {error}. Expected a file such as infra/brand.json."
            ))
            .caused_by(error)
        })?,
    };
    Brand::parse(&json).map_err(|error| CliError::input(format!("{error}.")).caused_by(error))
}

fn locale(typed: &str) -> Result<Locale, CliError> {
    Locale::parse(typed)
        .map_err(|invalid| CliError::input(format!("{typed} is not a language: {invalid}.")))
}

/// Each sample with its name, as if it had been accepted when it happened.
fn samples(kind: Kind) -> Vec<(String, Timestamp, Event)> {
    SAMPLES
        .lines()
        .filter_map(|line| Event::parse(&serde_json::from_str(line).ok()?).ok())
        .filter(|event| event.payload.kind() == kind)
        .map(|event| {
            (event.reference.id.to_string(), event.time.unwrap_or_else(Timestamp::now), event)
        })
        .collect()
}

async fn stored(
    stack: &Stack,
    order: &OrderKey,
    kind: Kind,
) -> Result<Vec<(String, Timestamp, Event)>, CliError> {
    let stored = events_of_order(stack, &order.to_string()).await?;
    let found: Vec<(String, Timestamp, Event)> = stored
        .iter()
        .filter_map(StoredEvent::request)
        .filter(|request| request.event.payload.kind() == kind)
        .map(|request| {
            let name = format!("{}-{}", order.order_id, request.event.reference.id);
            (name, request.accepted_at, request.event)
        })
        .collect();
    // An order without events of the kind is a typo more often than a result.
    if found.is_empty() {
        let order = OrderName::from(order);
        let args = order.args();
        return Err(CliError::input(format!(
            "The Events table has no {kind} event of the order {order}. `waybill order {args}` \
             shows what it has."
        )));
    }
    Ok(found)
}

fn render_one(
    out: Option<&Path>,
    name: String,
    (accepted_at, mut event): (Timestamp, Event),
    locale: Option<&Locale>,
    brand: &Brand,
) -> Result<RenderedMail, CliError> {
    if let Some(locale) = locale {
        event.order.customer.locale = Some(locale.clone());
    }
    let mail = render(&event, accepted_at, brand)
        .map_err(|error| CliError::input(format!("{name} does not render: {error}.")))?;
    let files = match out {
        None => Vec::new(),
        Some(directory) => write(directory, &name, &mail)?,
    };
    Ok(RenderedMail {
        name,
        subject: mail.subject,
        html_bytes: mail.html.len(),
        files,
        text: mail.text,
    })
}

fn write(directory: &Path, name: &str, mail: &Mail) -> Result<Vec<PathBuf>, CliError> {
    // An id is the publisher's text: no part of it may lead out of the directory.
    let file_name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '_' })
        .collect();
    let html = directory.join(format!("{file_name}.html"));
    let text = directory.join(format!("{file_name}.txt"));
    std::fs::create_dir_all(directory)
        .and_then(|()| std::fs::write(&html, &mail.html))
        .and_then(|()| std::fs::write(&text, format!("{}\n\n{}", mail.subject, mail.text)))
        .map_err(|error| {
            CliError::input(format!("Can't write to {}: {error}.", directory.display()))
                .caused_by(error)
        })?;
    Ok(vec![html, text])
}

impl Report for Preview {
    fn text(&self, colors: ColorMode) -> String {
        if self.mails.iter().any(|mail| !mail.files.is_empty()) {
            let columns = [
                Column::number("bytes", |mail: &RenderedMail| number(mail.html_bytes)),
                Column::text("subject", |mail: &RenderedMail| mail.subject.clone()),
                Column::text("file", |mail: &RenderedMail| {
                    mail.files.first().map(|f| f.display().to_string()).unwrap_or_default()
                }),
            ];
            return table(colors, &columns, &self.mails);
        }
        let whole = |mail: &RenderedMail| {
            format!("{}{}\n\n{}\n", colors.heading(&mail.name), mail.subject, mail.text)
        };
        self.mails.iter().map(whole).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(kind: &str) -> Args {
        let brand = None;
        Args { kind: kind.to_owned(), locale: None, out: None, order: None, brand }
    }

    #[tokio::test]
    async fn every_kind_has_a_sample_that_renders() {
        for kind in Kind::ALL {
            let (preview, _) = run(None, &args(kind.as_str())).await.unwrap();
            assert!(!preview.mails.is_empty(), "{kind}");
        }
    }

    #[tokio::test]
    async fn a_preview_as_people_and_scripts_read_it() {
        let directory = tempfile::tempdir().unwrap();
        let args = Args {
            locale: Some("de-AT".to_owned()),
            out: Some(directory.path().to_owned()),
            ..args("shipment.delayed")
        };
        let (mut preview, _) = run(None, &args).await.unwrap();
        for mail in &mut preview.mails {
            assert!(mail.files.iter().all(|file| file.exists()));
            for file in &mut mail.files {
                *file = Path::new("OUT").join(file.file_name().unwrap());
            }
            // The mailer's own tests check its mails.
            mail.html_bytes = 10_000;
        }
        insta::assert_snapshot!(preview.text(ColorMode::Plain));
        insta::assert_json_snapshot!(preview);
    }

    #[tokio::test]
    async fn a_brand_is_given_as_the_file_that_is_deployed_or_as_its_text() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/brand.json");
        let text = std::fs::read_to_string(file).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        for brand in [file, &text] {
            let args = Args { brand: Some(brand.to_owned()), ..args("order.confirmed") };
            let (preview, _) = run(None, &args).await.unwrap();
            assert!(preview.mails[0].text.contains(json["name"].as_str().unwrap()), "{brand}");
        }
    }

    #[tokio::test]
    async fn wrong_input_is_answered_with_what_was_expected() {
        let mut wrong =
            vec![args("order.shipped"), args("order.confirmed"), args("order.confirmed")];
        wrong[1].locale = Some("german".to_owned());
        wrong[2].brand = Some(r#"{"name":""}"#.to_owned());
        wrong.push(Args {
            brand: Some("/nowhere/brand.json".to_owned()),
            ..args("order.confirmed")
        });
        let mut refusals = Vec::new();
        for args in &wrong {
            refusals.push(run(None, args).await.unwrap_err().to_string());
        }
        insta::assert_snapshot!(refusals.join("\n"));
    }
}
