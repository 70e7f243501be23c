//! What a stack is started with.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use super::brand::BrandFile;
use super::shops::ShopFile;
use super::system_secret::SystemSecret;
use crate::edge::faults::{Faults, NoFaults};
use crate::lambda::{Sink, discard};
use crate::mail_bus::Hook;
use crate::resources::Settings;
use crate::ses::settings;

/// What a stack is started with.
#[derive(Clone)]
pub struct Config {
    /// The port of 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Keeps tables, queues and mailbox in this directory instead of memory.
    pub data: Option<PathBuf>,
    /// Writes each accepted mail as a file into this directory.
    pub mail_dir: Option<PathBuf>,
    /// The brand of the mails instead of the demonstration shop's.
    pub brand: Option<BrandFile>,
    /// The directory of the objects that S3 has: a folder for each bucket; the samples' if absent.
    pub objects: Option<PathBuf>,
    /// The settings of shops.
    pub shops: Vec<ShopFile>,
    /// The secret that publishers must sign with over HTTP, in Secrets Manager's place; anyone may publish
    /// without.
    pub webhook_secret: Option<String>,
    /// What shop systems sign their webhooks with, in Secrets Manager's place.
    pub system_secrets: Vec<SystemSecret>,
    /// Whether what becomes of each mail is published on the bus of mail events.
    pub mail_events: bool,
    /// The shop's webhook, to which those events are posted.
    pub hook: Option<Hook>,
    /// The DynamoDB that the functions use instead of the built-in one.
    pub dynamodb_endpoint: Option<String>,
    /// The SQS that the functions use instead of the built-in one.
    pub sqs_endpoint: Option<String>,
    /// The SES that the functions use instead of the built-in one.
    pub ses_endpoint: Option<String>,
    /// Durations, sizes and counts.
    pub settings: Settings,
    /// The built-in SES account.
    pub account: settings::Settings,
    /// The faults to inject.
    pub faults: Arc<dyn Faults>,
    /// Receives the functions' output.
    pub sink: Sink,
    /// Whether only the services run: no function is started, and no mapping. A test that calls the functions'
    /// code itself needs no processes.
    pub services_only: bool,
    /// The executable that runs the functions, with the arguments `function NAME`; the running one
    /// if absent.
    pub executable: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        let settings = Settings::default();
        Self {
            port: 8080,
            data: None,
            mail_dir: None,
            brand: None,
            objects: None,
            shops: Vec::new(),
            webhook_secret: None,
            system_secrets: Vec::new(),
            mail_events: false,
            hook: None,
            dynamodb_endpoint: None,
            sqs_endpoint: None,
            ses_endpoint: None,
            account: settings::Settings {
                region: settings.region.clone(),
                ..settings::Settings::default()
            },
            settings,
            faults: Arc::new(NoFaults),
            sink: discard(),
            services_only: false,
            executable: None,
        }
    }
}

impl Config {
    /// Whether mail events are published: somebody listens to them, or is posted them.
    pub fn has_mail_events(&self) -> bool {
        self.mail_events || self.hook.is_some()
    }

    /// The executable that runs the functions.
    ///
    /// # Errors
    /// The path of the running executable can't be found.
    pub fn executable(&self) -> std::io::Result<PathBuf> {
        // The functions are in this executable. A test's executable has none, so it names another.
        self.executable.clone().map_or_else(std::env::current_exe, Ok)
    }
}

/// The URLs of the services that the functions call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// DynamoDB and its streams.
    pub dynamodb: String,
    /// SQS.
    pub sqs: String,
    /// SES.
    pub ses: String,
    /// The stack itself, for what no other service stands in for.
    pub built_in: String,
}

impl Endpoints {
    /// The built-in services of a stack that listens at `address`, except where `config` names
    /// another.
    pub fn new(config: &Config, address: SocketAddr) -> Self {
        let built_in = format!("http://{address}");
        let url = |other: &Option<String>| other.as_ref().unwrap_or(&built_in).clone();
        Self {
            dynamodb: url(&config.dynamodb_endpoint),
            sqs: url(&config.sqs_endpoint),
            ses: url(&config.ses_endpoint),
            built_in,
        }
    }
}
