//! `waybill preview`: mails as the mailer renders them, each as if the customer had been told of every event before it.
//!
//! The settings of a shop are applied as the mailer does: those that the stack has of it, or those of a file, before they
//! are put.

mod look;
mod own_events;
mod rendered;

use std::path::PathBuf;

use mailer::preview::{Sample, with_changes};
use shared::{Kind, Language, Locale, OrderKey, ShopId};

use crate::args;
use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::order_name::OrderName;
use crate::output::note;
use crate::store::{StoredEvent, events_of_order};
use look::Look;
pub use rendered::{Preview, RenderedMail};

#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// The kind of mail, such as order.confirmed (default: every kind)
    pub kind: Option<String>,
    /// The customer's language, such as de-AT (default: the sample's own)
    #[arg(long, value_name = "TAG", conflicts_with = "all")]
    pub locale: Option<String>,
    /// Each mail in every language that mails are written in
    #[arg(long, requires = "out")]
    pub all: bool,
    /// Write NAME.html and NAME.txt there, and index.html, which shows them side by side: narrow, wide, dark, as text,
    /// with images blocked. Without it the plain text is printed
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Render this order's own events instead of samples. The mails hold the customer's data
    #[arg(long, value_name = "ID")]
    pub order: Option<String>,
    /// Render the events of this file instead of samples: CloudEvents in JSON, as `waybill publish` takes them; - is
    /// standard input
    #[arg(long, value_name = "FILE", conflicts_with = "order")]
    pub events: Option<PathBuf>,
    /// A file with a shop's settings, as `waybill shop put` takes it, to see its mails before it is put (default: what
    /// the stack has of the shop that --shop or --order names)
    #[arg(long, value_name = "FILE")]
    pub shop_settings: Option<PathBuf>,
    /// A file with the stack's brand as JSON, as `infra/deploy --brand` takes it, or the JSON itself: for shops whose
    /// settings name none
    #[arg(long, env = "SHOP_BRAND", value_name = "FILE", hide_env_values = true)]
    pub brand: Option<String>,
}

/// Whether a stack is asked for anything: samples are there without one. `shop` is that of `--shop`.
pub fn needs_stack(args: &Args, shop: Option<&ShopId>) -> bool {
    args.order.is_some() || (shop.is_some() && args.shop_settings.is_none())
}

/// Renders the mails, writes them where they are to be, and notes which of them the shop does not send.
pub async fn run(stack: Option<&Stack>, args: &Args) -> Result<(Preview, ExitStatus), CliError> {
    let mut preview = rendered(stack, args).await?;
    if let Some(directory) = &args.out {
        preview.write(directory, args.all)?;
    }
    for kind in &preview.kinds_off {
        note(&format!("{kind} is among the shop's kinds_off: its customers get no such mail."));
    }
    Ok((preview, ExitStatus::Healthy))
}

/// Renders the order's own events if a stack and an order are given, or else the samples.
///
/// # Errors
/// [`CliError::Input`] for arguments that name nothing to render; [`CliError::Service`] when DynamoDB does not answer.
pub async fn rendered(stack: Option<&Stack>, args: &Args) -> Result<Preview, CliError> {
    let kind = args.kind.as_deref().map(args::kind).transpose()?;
    let locale = args.locale.as_deref().map(locale).transpose()?;
    let shop = stack.map(Stack::shop_or_default).unwrap_or_default();
    let settings = args.shop_settings.as_deref();
    let look = Look::new(stack, &shop, settings, args.brand.as_deref()).await?;
    let mut mails = match (stack, &args.order) {
        (Some(stack), Some(order)) => stored(stack, &args::order(stack, order)?, kind).await?,
        _ => match &args.events {
            Some(file) => own_events::from_file(file)?,
            None => Sample::all(),
        },
    };
    mails.retain(|mail| kind.is_none_or(|kind| mail.kind() == kind));
    if let (true, Some(kind)) = (mails.is_empty(), kind) {
        return Err(CliError::input(format!("There is no event of the kind {kind} among them.")));
    }
    let mut preview = Preview::default();
    for mail in &mails {
        match (args.all, &locale) {
            (true, _) => {
                for language in Language::all() {
                    preview.render(mail, mail.locale_in(language).as_ref(), &look)?;
                }
            }
            (false, locale) => preview.render(mail, locale.as_ref(), &look)?,
        }
    }
    let is_off =
        |kind: &Kind| look.settings.is_off(*kind) && mails.iter().any(|mail| mail.kind() == *kind);
    preview.kinds_off = Kind::ALL.into_iter().filter(is_off).collect();
    Ok(preview)
}

/// A locale of a language in which there are mails: another would show those of the shop's default language, as if they were
/// in this one.
fn locale(typed: &str) -> Result<Locale, CliError> {
    let locale = Locale::parse(typed)
        .map_err(|invalid| CliError::input(format!("{typed} is not a language: {invalid}.")))?;
    if Language::for_locale(&locale).is_some() {
        return Ok(locale);
    }
    let codes: Vec<&str> = Language::all().map(Language::code).collect();
    Err(CliError::input(format!(
        "There are no mails in {typed}: such a customer is written to in the shop's default_locale, or else in English. \
         There are mails in {}.",
        codes.join(", ")
    )))
}

/// All events of the order, the earliest first, if one of them is of the kind.
async fn stored(
    stack: &Stack,
    order: &OrderKey,
    kind: Option<Kind>,
) -> Result<Vec<Sample>, CliError> {
    let stored = events_of_order(stack, &order.to_string()).await?;
    let requests = stored.iter().filter_map(StoredEvent::request);
    let found: Vec<Sample> = requests
        .map(|request| {
            let name = format!("{}-{}", order.order_id, request.event.reference.id);
            Sample::new(name, request.accepted_at, request.event)
        })
        .collect();
    // An order without events of the kind is a typo more often than a result.
    if !found.iter().any(|sample| kind.is_none_or(|kind| sample.kind() == kind)) {
        let order = OrderName::from(order);
        let args = order.args();
        let events = kind.map_or("event".to_owned(), |kind| format!("{kind} event"));
        return Err(CliError::input(format!(
            "The Events table has no {events} of the order {order}. `waybill order {args}` \
             shows what it has."
        )));
    }
    Ok(with_changes(found))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::output::{ColorMode, Report};

    fn args(kind: &str) -> Args {
        Args { kind: Some(kind.to_owned()), ..Args::default() }
    }

    fn text<'a>(preview: &'a Preview, name: &str) -> &'a str {
        let mail = preview.mails.iter().find(|mail| mail.name == name);
        &mail.unwrap_or_else(|| panic!("{name} is rendered")).mail.text
    }

    fn settings(directory: &Path, json: &str) -> Option<PathBuf> {
        let file = directory.join("settings.json");
        std::fs::write(&file, json).unwrap();
        Some(file)
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
        let own = text(&preview, "order_updated");
        assert!(own.contains("We took the teapot off."), "in its own words");
        let computed = text(&preview, "order_updated_without_a_word");
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
            assert!(preview.mails[0].mail.text.contains(json["name"].as_str().unwrap()), "{brand}");
        }
    }

    #[tokio::test]
    async fn settings_are_seen_before_they_are_put() {
        let directory = tempfile::tempdir().unwrap();
        let json = r#"{
            "brand": { "name": "Norden", "url": "https://north.example", "support_email": "help@north.example" },
            "formality": "informal",
            "wording": { "de": { "delivered-heading": "Ist da!" } }
        }"#;
        let shop_settings = settings(directory.path(), json);
        let locale = Some("de-AT".to_owned());
        let args = Args { shop_settings, locale, ..args("shipment.delivered") };
        let (preview, _) = run(None, &args).await.unwrap();
        let text = text(&preview, "delivered");
        assert!(text.contains("Ist da!") && text.contains("Norden"), "{text}");
        assert!(!text.contains(" Sie "), "{text}");
        assert!(preview.mails.iter().all(|mail| mail.language == "de"));
    }

    #[tokio::test]
    async fn every_kind_in_every_language_is_written_with_a_page_that_shows_all() {
        let directory = tempfile::tempdir().unwrap();
        let out = Some(directory.path().to_owned());
        let args = Args { all: true, out, ..args("shipment.returned") };
        let (preview, _) = run(None, &args).await.unwrap();
        assert_eq!(preview.mails.len(), Language::all().count());
        let page = std::fs::read_to_string(directory.path().join("index.html")).unwrap();
        for language in Language::all() {
            let code = language.code();
            let html = directory.path().join(code).join("returned.html");
            let html = std::fs::read_to_string(html).unwrap();
            assert!(html.contains(&format!("<html lang=\"{code}")), "{code}");
            for shown in [
                format!("views/{code}/returned.dark.html"),
                format!("views/{code}/returned.blocked.html"),
                format!("{code}/returned.txt"),
            ] {
                assert!(page.contains(&format!("src=\"{shown}\"")), "{shown}");
                assert!(directory.path().join(&shown).exists(), "{shown}");
            }
        }
        let (every, _) = run(None, &Args::default()).await.unwrap();
        assert_eq!(every.mails.len(), Sample::all().len(), "without a kind, all of them");
    }

    #[tokio::test]
    async fn own_events_are_rendered_as_told_one_after_the_other_or_refused_as_intake_would() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("events.json");
        let own = Args { events: Some(file.clone()), ..Args::default() };
        let line = mailer::preview::SAMPLES.lines().next().unwrap();
        std::fs::write(&file, line).unwrap();
        let (preview, _) = run(None, &own).await.unwrap();
        let [mail] = &preview.mails[..] else { panic!("{:?}", preview.mails) };
        assert!(mail.subject.contains("1001"), "{}", mail.subject);
        let other_kind = Args { kind: Some("shipment.returned".to_owned()), ..own };
        let refused = run(None, &other_kind).await.unwrap_err().to_string();
        assert!(refused.contains("no event of the kind shipment.returned"), "{refused}");
        std::fs::write(&file, format!("{line}\n{{\"type\":\"x\"}}")).unwrap();
        let bad = Args { events: Some(file), ..Args::default() };
        let refused = run(None, &bad).await.unwrap_err().to_string();
        assert!(refused.contains("events.json:2: /type: expected one of"), "{refused}");
    }

    #[test]
    fn a_stack_is_asked_only_for_what_no_file_has() {
        let north = ShopId::parse("north").unwrap();
        let order = Args { order: Some("1001".to_owned()), ..Args::default() };
        let file = Args { shop_settings: Some("north.json".into()), ..Args::default() };
        assert!(!needs_stack(&Args::default(), None));
        assert!(needs_stack(&Args::default(), Some(&north)), "its settings are there");
        assert!(!needs_stack(&file, Some(&north)));
        assert!(needs_stack(&order, None));
    }

    #[tokio::test]
    async fn wrong_input_is_answered_with_what_was_expected() {
        let mut wrong =
            vec![args("order.shipped"), args("order.confirmed"), args("order.confirmed")];
        wrong.push(args("order.confirmed"));
        wrong[1].locale = Some("german".to_owned());
        wrong[3].locale = Some("cs-CZ".to_owned());
        wrong[2].brand = Some(r#"{"name":""}"#.to_owned());
        wrong.push(Args {
            brand: Some("/nowhere/brand.json".to_owned()),
            ..args("order.confirmed")
        });
        let directory = tempfile::tempdir().unwrap();
        let bad = r#"{ "reply_to": "me", "formality": "casual" }"#;
        let worded = r#"{ "wording": { "de": { "greeting": "Hallo { $nmae }" } } }"#;
        for json in [bad, worded] {
            let directory = directory.path().join(json.len().to_string());
            std::fs::create_dir(&directory).unwrap();
            let shop_settings = settings(&directory, json);
            wrong.push(Args { shop_settings, ..args("order.confirmed") });
        }
        let mut refusals = Vec::new();
        for args in &wrong {
            let refusal = run(None, args).await.unwrap_err().to_string();
            let directory = directory.path().display().to_string();
            refusals.push(refusal.replace(&directory, "DIR"));
        }
        insta::assert_snapshot!(refusals.join("\n"));
    }
}
