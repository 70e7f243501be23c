//! `waybill preview`: mails as the mailer renders them, each as if the customer had been told of every event before it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use mailer::render::{Brand, Mail, MailContext, render_in_context};
use serde::Serialize;
use shared::contract::changes::OrderChanges;
use shared::contract::event::EventPayload;
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
        _ => samples(),
    };
    let mails = mails(events, kind)
        .into_iter()
        .map(|mail| render_one(args.out.as_deref(), mail, locale.as_ref(), &brand))
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

/// A mail to be rendered.
struct Sample {
    name: String,
    accepted_at: Timestamp,
    event: Event,
    context: MailContext,
}

impl Sample {
    fn new(name: String, accepted_at: Timestamp, event: Event) -> Self {
        Self { name, accepted_at, event, context: MailContext::default() }
    }

    /// Whether its mail says what the order holds.
    const fn tells_order(&self) -> bool {
        matches!(self.event.payload, EventPayload::Confirmed | EventPayload::OrderUpdated(_))
    }
}

/// Those of the kind, in the order of `all`. What an update does not say of itself is the difference to the event before
/// it that tells of the same order.
fn mails(all: Vec<Sample>, kind: Kind) -> Vec<Sample> {
    let mut mails: Vec<Sample> = Vec::with_capacity(all.len());
    for mut mail in all {
        let key = OrderKey::of_event(&mail.event);
        let is_before =
            |other: &&Sample| other.tells_order() && OrderKey::of_event(&other.event) == key;
        if kind == Kind::OrderUpdated
            && let Some(before) = mails.iter().rev().find(is_before)
        {
            mail.context.changes = OrderChanges::between(&before.event.order, &mail.event.order);
        }
        mails.push(mail);
    }
    mails.retain(|mail| mail.event.payload.kind() == kind);
    mails
}

/// All samples, each as if it had been accepted when it happened.
fn samples() -> Vec<Sample> {
    let events =
        SAMPLES.lines().filter_map(|line| Event::parse(&serde_json::from_str(line).ok()?).ok());
    let sample = |event: Event| {
        let accepted_at = event.time.unwrap_or_else(Timestamp::now);
        Sample::new(event.reference.id.to_string(), accepted_at, event)
    };
    events.map(sample).collect()
}

/// All events of the order, the earliest first, if one of them is of the kind.
async fn stored(stack: &Stack, order: &OrderKey, kind: Kind) -> Result<Vec<Sample>, CliError> {
    let stored = events_of_order(stack, &order.to_string()).await?;
    let requests = stored.iter().filter_map(StoredEvent::request);
    let found: Vec<Sample> = requests
        .map(|request| {
            let name = format!("{}-{}", order.order_id, request.event.reference.id);
            Sample::new(name, request.accepted_at, request.event)
        })
        .collect();
    // An order without events of the kind is a typo more often than a result.
    if found.iter().all(|sample| sample.event.payload.kind() != kind) {
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
    sample: Sample,
    locale: Option<&Locale>,
    brand: &Brand,
) -> Result<RenderedMail, CliError> {
    let Sample { name, accepted_at, mut event, context } = sample;
    if let Some(locale) = locale {
        event.order.customer.locale = Some(locale.clone());
    }
    let mail = render_in_context(&event, accepted_at, &context, brand)
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
    async fn an_update_that_does_not_say_what_changed_shows_what_did_since_the_event_before() {
        let (preview, _) = run(None, &args("order.updated")).await.unwrap();
        let text = |name: &str| {
            let mail = preview.mails.iter().find(|mail| mail.name == name);
            mail.unwrap_or_else(|| panic!("{name} is a sample")).text.clone()
        };
        assert!(text("order_updated").contains("We took the teapot off."), "in its own words");
        let computed = text("order_updated_without_a_word");
        assert!(computed.contains("instead of"), "{computed}");
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
