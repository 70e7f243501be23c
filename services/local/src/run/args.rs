//! The command line.

use std::io::Read;
use std::path::PathBuf;

use clap::Parser;
use http::HeaderValue;
use kit::secrets::SecretVersions;

use crate::mail_bus::{Hook, InvalidHook};
use crate::stack::{BrandFile, BrandFileError, Config, ShopFile, ShopFileError, SystemSecret};

/// Waybill on one machine: order events in, shipment e-mails out, no AWS account.
///
/// Starts everything on 127.0.0.1, publishes the sample orders, shows what happens, and stays up
/// with a mailbox page until Ctrl-C.
#[derive(Debug, Clone, Parser)]
#[command(name = "waybill-local", version)]
pub struct Args {
    /// Exit once every event has reached a terminal state; the exit code is 0 only if all did,
    /// and FILE has events of which none was refused.
    #[arg(long)]
    pub once: bool,
    /// Publish FILE instead of the samples: CloudEvents in JSON, one after the other (JSON Lines, for
    /// instance) or in an array; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Write a JSON report to FILE: counts, times, AWS calls, and the outcome of each event.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Write each e-mail that SES accepted as one .eml file into DIR.
    #[arg(long, value_name = "DIR")]
    pub mail_dir: Option<PathBuf>,
    /// The shop's brand as JSON instead of a demonstration shop's, as `infra/deploy --brand` takes it.
    #[arg(long, value_name = "FILE")]
    pub brand: Option<PathBuf>,
    /// The settings of shops: DIR holds a file for each, NAME.json (default: those of the samples' two shops).
    #[arg(long, value_name = "DIR")]
    pub shops: Option<PathBuf>,
    /// The objects that events attach to mails: DIR holds a folder for each S3 bucket, with its objects as files (default:
    /// the samples' invoice).
    #[arg(long, value_name = "DIR")]
    pub objects: Option<PathBuf>,
    /// Where the page, the intake and the AWS services listen on 127.0.0.1; 0 takes a free port.
    #[arg(long, value_name = "N", default_value_t = 8080)]
    pub port: u16,
    /// Keep tables, queues and mailbox in DIR instead of memory, also over a kill.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Accept over HTTP only what is signed with this Standard Webhooks secret: whsec_ and at least 24 bytes in
    /// base64. The samples and FILE are signed with it.
    #[arg(long, value_name = "SECRET", value_parser = webhook_secret)]
    pub webhook_secret: Option<String>,
    /// Take the webhooks of a shop's system, signed with SECRET, at /v1/shops/SHOP/SYSTEM: SYSTEM is shopify or
    /// woocommerce. May be given several times.
    #[arg(long, value_name = "SHOP/SYSTEM=SECRET", value_parser = SystemSecret::parse)]
    pub system_secret: Vec<SystemSecret>,
    /// Publish what becomes of each mail on the bus waybill-mails; /events.json lists it.
    #[arg(long)]
    pub mail_events: bool,
    /// Post what becomes of each mail to URL (http://…), as EventBridge would, with its retries. Implies --mail-events.
    #[arg(long, value_name = "URL", value_parser = hook)]
    pub hook: Option<Hook>,
    /// The text of the header Authorization in these requests.
    #[arg(long, value_name = "TEXT", requires = "hook", value_parser = header_value)]
    pub hook_secret: Option<HeaderValue>,
    /// The Lambdas use this DynamoDB instead of the built-in one.
    #[arg(long, value_name = "URL")]
    pub dynamodb_endpoint: Option<String>,
    /// The Lambdas use this SQS instead of the built-in one.
    #[arg(long, value_name = "URL")]
    pub sqs_endpoint: Option<String>,
    /// The Lambdas use this SES instead of the built-in one.
    #[arg(long, value_name = "URL")]
    pub ses_endpoint: Option<String>,
    /// Print the functions' log lines on standard error.
    #[arg(long, short)]
    pub verbose: bool,
}

/// Intake has the rule; with another secret it would answer everything with 503.
fn webhook_secret(text: &str) -> Result<String, intake::MalformedSecret> {
    intake::WebhookSecrets::parse(text, None).map(|_| text.to_owned())
}

fn hook(url: &str) -> Result<Hook, InvalidHook> {
    url.parse()
}

fn header_value(text: &str) -> Result<HeaderValue, &'static str> {
    HeaderValue::from_str(text).map_err(|_| "expected a text without line breaks")
}

/// The samples: the events of 16 orders, as JSON Lines.
pub const SAMPLES: &str = include_str!("../../samples/orders.jsonl");

/// The samples of a second shop, some of whose orders have the same ids.
const NORTH_SAMPLES: &str = include_str!("../../samples/north.jsonl");

/// The events could not be read.
#[derive(Debug, thiserror::Error)]
#[error("Cannot read the events in {from}: {source}")]
pub struct EventsError {
    from: String,
    source: std::io::Error,
}

impl Args {
    /// The name of the events' source, for people.
    pub(super) fn events_name(&self) -> String {
        match &self.events {
            None => "the samples".to_owned(),
            Some(file) if file.as_os_str() == "-" => "standard input".to_owned(),
            Some(file) => file.display().to_string(),
        }
    }

    /// The text of the events to publish.
    pub(super) fn read_events(&self) -> Result<Vec<u8>, EventsError> {
        let text = match &self.events {
            None if self.shops.is_none() => Ok([SAMPLES, NORTH_SAMPLES].concat().into_bytes()),
            None => Ok(SAMPLES.as_bytes().to_vec()),
            Some(file) if file.as_os_str() == "-" => std::io::stdin().lock().bytes().collect(),
            Some(file) => std::fs::read(file),
        };
        text.map_err(|source| EventsError { from: self.events_name(), source })
    }

    /// Fails if the report can't be written, which would otherwise show after the whole run. An older
    /// report stays as it is.
    pub(super) fn check_report(&self) -> std::io::Result<()> {
        let Some(file) = &self.report else { return Ok(()) };
        std::fs::OpenOptions::new().append(true).create(true).open(file).map(drop)
    }

    /// The brand, if one is given.
    pub(super) fn read_brand(&self) -> Result<Option<BrandFile>, BrandFileError> {
        self.brand.as_deref().map(BrandFile::read).transpose()
    }

    /// The settings of the shops: those of the directory, or else of the two shops that the samples are of.
    pub(super) fn read_shops(&self) -> Result<Vec<ShopFile>, ShopFileError> {
        match &self.shops {
            Some(directory) => ShopFile::read_all(directory),
            None => Ok(ShopFile::samples(self.brand.is_some())),
        }
    }

    /// How to start the stack; the rest of the fields have their defaults.
    pub fn config(&self) -> Config {
        Config {
            port: self.port,
            data: self.data.clone(),
            mail_dir: self.mail_dir.clone(),
            objects: self.objects.clone(),
            webhook_secret: self.webhook_secret.clone(),
            system_secrets: self.system_secret.clone(),
            mail_events: self.mail_events,
            hook: self.hook.clone().map(|hook| Hook { secret: self.hook_secret.clone(), ..hook }),
            dynamodb_endpoint: self.dynamodb_endpoint.clone(),
            sqs_endpoint: self.sqs_endpoint.clone(),
            ses_endpoint: self.ses_endpoint.clone(),
            ..Config::default()
        }
    }
}
