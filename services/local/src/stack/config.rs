//! What a stack is made of.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use super::environment;
use crate::edge::faults::{Faults, NoFaults};
use crate::lambda::{FunctionConfig, Sink, discard};
use crate::resources::{Resources, Settings};
use crate::ses::account;

/// How a stack is started.
#[derive(Clone)]
pub struct Config {
    /// The port of 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Keeps the tables in this directory instead of memory.
    pub data: Option<PathBuf>,
    /// Writes each accepted mail as a file into this directory.
    pub mail_dir: Option<PathBuf>,
    /// What the Lambdas use instead of the built-in DynamoDB.
    pub dynamodb_endpoint: Option<String>,
    /// What the Lambdas use instead of the built-in SQS.
    pub sqs_endpoint: Option<String>,
    /// What the Lambdas use instead of the built-in SES.
    pub ses_endpoint: Option<String>,
    /// Times and sizes.
    pub settings: Settings,
    /// The built-in SES account.
    pub account: account::Settings,
    /// What goes wrong.
    pub faults: Arc<dyn Faults>,
    /// Where the functions' output goes.
    pub sink: Sink,
    /// The executable that runs the functions, with the arguments `function NAME`; this one if
    /// absent.
    pub executable: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        let settings = Settings::default();
        Self {
            port: 8080,
            data: None,
            mail_dir: None,
            dynamodb_endpoint: None,
            sqs_endpoint: None,
            ses_endpoint: None,
            account: account::Settings {
                region: settings.region.clone(),
                ..account::Settings::default()
            },
            settings,
            faults: Arc::new(NoFaults),
            sink: discard(),
            executable: None,
        }
    }
}

/// Where the services are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// DynamoDB and its streams.
    pub dynamodb: String,
    /// SQS.
    pub sqs: String,
    /// SES.
    pub ses: String,
}

impl Config {
    /// The services of a stack that listens at `address`: built in, unless said otherwise.
    pub(super) fn endpoints(&self, address: SocketAddr) -> Endpoints {
        let built_in = format!("http://{address}");
        let or_built_in =
            |other: &Option<String>| other.clone().unwrap_or_else(|| built_in.clone());
        Endpoints {
            dynamodb: or_built_in(&self.dynamodb_endpoint),
            sqs: or_built_in(&self.sqs_endpoint),
            ses: or_built_in(&self.ses_endpoint),
        }
    }

    /// The functions, each with its environment.
    pub(super) fn functions(
        &self,
        endpoints: &Endpoints,
        resources: &Resources,
    ) -> std::io::Result<Vec<FunctionConfig>> {
        let environment = environment::of_functions(&self.settings, endpoints, resources);
        environment::FUNCTIONS
            .iter()
            .map(|(name, _)| {
                let mut config = FunctionConfig::new(name)?;
                if let Some(executable) = &self.executable {
                    config.program.path.clone_from(executable);
                }
                config.timeout = self.settings.function_timeout;
                config.processes = environment::processes(&self.settings, name);
                config.environment = environment.clone();
                Ok(config)
            })
            .collect()
    }
}
