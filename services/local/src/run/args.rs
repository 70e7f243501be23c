//! The command line.

use std::io::Read;
use std::path::PathBuf;

use clap::Parser;

use crate::stack::Config;

/// Waybill on one machine: order events in, shipment e-mails out, no AWS account.
///
/// Starts everything on 127.0.0.1, publishes the sample orders, shows what happens, and stays up
/// with a mailbox page until Ctrl-C.
#[derive(Debug, Clone, Parser)]
#[command(name = "waybill-local", version)]
pub struct Args {
    /// Exit once every event has reached a terminal state; the exit code is 0 only if all did.
    #[arg(long)]
    pub once: bool,
    /// Publish FILE instead of the samples: JSON Lines, one CloudEvent a line; `-` is standard input.
    #[arg(long, value_name = "FILE", default_value = "", hide_default_value = true, value_parser = events)]
    pub events: Events,
    /// Write a JSON report to FILE: counts, times, AWS calls, and the outcome of each event.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Write each e-mail that SES accepted as one .eml file into DIR.
    #[arg(long, value_name = "DIR")]
    pub mail_dir: Option<PathBuf>,
    /// Where the page, the intake and the AWS services listen on 127.0.0.1; 0 takes a free port.
    #[arg(long, value_name = "N", default_value_t = 8080)]
    pub port: u16,
    /// Keep the tables in DIR instead of memory.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
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

/// Where the events come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Events {
    /// The samples that are compiled in.
    Samples,
    /// Standard input.
    StandardInput,
    /// A file.
    File(PathBuf),
}

/// The samples: 16 orders' worth of events.
pub const SAMPLES: &str = include_str!("../../samples/orders.jsonl");

#[expect(clippy::unnecessary_wraps, reason = "clap asks for a parser that may fail")]
fn events(text: &str) -> Result<Events, std::convert::Infallible> {
    Ok(match text {
        "" => Events::Samples,
        "-" => Events::StandardInput,
        file => Events::File(file.into()),
    })
}

impl Events {
    /// The lines that are not empty.
    pub(super) fn read(&self) -> Result<Vec<String>, (String, std::io::Error)> {
        let text = match self {
            Self::Samples => SAMPLES.as_bytes().to_vec(),
            Self::StandardInput => {
                let mut text = Vec::new();
                let read = std::io::stdin().read_to_end(&mut text);
                read.map_err(|e| ("standard input".to_owned(), e))?;
                text
            }
            Self::File(file) => std::fs::read(file).map_err(|e| (file.display().to_string(), e))?,
        };
        let lines = String::from_utf8_lossy(&text);
        Ok(lines.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect())
    }
}

impl Args {
    /// The stack that these arguments ask for.
    #[must_use]
    pub fn config(&self) -> Config {
        Config {
            port: self.port,
            data: self.data.clone(),
            mail_dir: self.mail_dir.clone(),
            dynamodb_endpoint: self.dynamodb_endpoint.clone(),
            sqs_endpoint: self.sqs_endpoint.clone(),
            ses_endpoint: self.ses_endpoint.clone(),
            ..Config::default()
        }
    }
}
