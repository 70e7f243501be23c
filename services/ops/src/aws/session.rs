//! The connection to a stack.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::Credentials;
use jiff::SignedDuration;
use kit::ledger::Ledger;
use url::{Host, Url};

use super::error::refused;
use super::names::Overrides;
use super::queue::Queue;
use super::stack_names::{FoundBy, discover};
use crate::error::CliError;
use crate::output::note;

/// How to reach the stack: flags that are the same for every command.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Connection")]
pub struct Connection {
    /// The stack's name
    #[arg(
        long,
        global = true,
        env = "WAYBILL_STACK",
        hide_env_values = true,
        default_value = "waybill",
        value_name = "NAME"
    )]
    pub stack: String,
    /// The AWS region (default: AWS_REGION, or the profile's)
    #[arg(long, global = true, value_name = "REGION")]
    pub region: Option<String>,
    /// The profile of the AWS configuration files (default: AWS_PROFILE)
    #[arg(long, global = true, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// The address of every service, such as http://127.0.0.1:8080 for the one-machine stack
    /// (default: AWS_ENDPOINT_URL, or AWS itself)
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
    #[command(flatten)]
    pub overrides: Overrides,
}

/// A stack that can be asked.
#[derive(Debug)]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// How its names were found.
    pub found_by: FoundBy,
    /// Tables.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// Queues.
    pub sqs: aws_sdk_sqs::Client,
    /// Settings for the clients that few commands need.
    pub config: SdkConfig,
    /// What was typed, as an audit item keeps it.
    pub command: String,
    overrides: Overrides,
    urls: RefCell<HashMap<Queue, String>>,
}

impl Connection {
    /// Connects: reads the AWS configuration and finds the stack's names. `command` is what was
    /// typed, as an audit item keeps it.
    ///
    /// # Errors
    /// [`CliError::Input`] when no region is set, the endpoint is no address, or AWS knows no such
    /// stack; [`CliError::Service`] when CloudFormation does not answer.
    pub async fn open(&self, command: String) -> Result<Stack, CliError> {
        let config = self.sdk_config().await?;
        let found_by = if self.overrides.is_complete() {
            FoundBy::Flags
        } else if config.endpoint_url().is_none() && self.is_on_this_machine() {
            FoundBy::Convention("the tables are on this machine, CloudFormation is not")
        } else {
            discover(&config, &self.stack).await?
        };
        let stack = Stack {
            name: self.stack.clone(),
            found_by,
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            config,
            command,
            overrides: self.overrides.clone(),
            urls: RefCell::default(),
        };
        stack.print_overrides();
        Ok(stack)
    }

    async fn sdk_config(&self) -> Result<SdkConfig, CliError> {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .operation_attempt_timeout(Duration::from_secs(30))
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(5));
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if self.is_on_this_machine() && self.has_no_credentials() {
            // Whatever listens there checks no signature.
            loader = loader
                .credentials_provider(Credentials::new("local", "local", None, None, "local"));
            if self.region.is_none() && std::env::var_os("AWS_REGION").is_none() {
                loader = loader.region(Region::from_static("us-east-1"));
            }
        }
        // The SDK reads the variables itself; what is set here outranks those of single services.
        if let Some(endpoint) = self.given_endpoint()? {
            loader = loader.endpoint_url(endpoint);
        }
        let config = loader.load().await;
        if config.region().is_none() {
            return Err(CliError::input(
                "No AWS region is set. Say --region eu-central-1, set AWS_REGION, or name a \
                 profile that has one; for the one-machine stack say --endpoint-url.",
            ));
        }
        Ok(config)
    }

    fn given_endpoint(&self) -> Result<Option<&str>, CliError> {
        match self.endpoint_url.as_deref() {
            Some(url) if !url.starts_with("http://") && !url.starts_with("https://") => {
                Err(CliError::input(format!(
                    "{url} is not an endpoint: it must begin with http:// or https://, such as \
                     http://127.0.0.1:8080."
                )))
            }
            given => Ok(given),
        }
    }

    fn is_on_this_machine(&self) -> bool {
        let variable = |name| std::env::var(name).ok().filter(|url| !url.is_empty());
        let url = self
            .endpoint_url
            .clone()
            .or_else(|| variable("AWS_ENDPOINT_URL"))
            .or_else(|| variable("AWS_ENDPOINT_URL_DYNAMODB"));
        url.is_some_and(|url| is_loopback(&url))
    }

    fn has_no_credentials(&self) -> bool {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        self.profile.is_none() && !is_set("AWS_ACCESS_KEY_ID") && !is_set("AWS_PROFILE")
    }
}

fn is_loopback(url: &str) -> bool {
    let url = Url::parse(url).ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl Stack {
    /// A variable that was left in the shell sends an operator to another stack's queue in silence.
    fn print_overrides(&self) {
        let given = self.overrides.given();
        if !given.is_empty() && self.found_by != FoundBy::Flags {
            note(&format!(
                "Not the stack's own names, but given by flags or variables: {}.",
                given.join(", ")
            ));
        }
    }

    /// How its names were found.
    #[must_use]
    pub fn names(&self) -> String {
        match self.overrides.given().as_slice() {
            given if given.is_empty() || self.found_by == FoundBy::Flags => {
                self.found_by.to_string()
            }
            given => format!("{}, but as given: {}", self.found_by, given.join(", ")),
        }
    }

    /// The Events table's name.
    #[must_use]
    pub fn events_table(&self) -> String {
        self.table(self.overrides.events(), "EventsTableName", "events")
    }

    /// The ledger table's name.
    #[must_use]
    pub fn ledger_table(&self) -> String {
        self.table(self.overrides.ledger(), "LedgerTableName", "ledger")
    }

    /// The name of the function `word`, such as `intake`.
    #[must_use]
    pub fn function(&self, word: &str) -> String {
        let output = match word {
            "intake" => self.found_by.output("IntakeFunctionName"),
            "relay" => self.found_by.output("RelayFunctionName"),
            _ => None,
        };
        output.map_or_else(|| format!("{}-{word}", self.name), str::to_owned)
    }

    fn table(&self, given: Option<&str>, output: &str, suffix: &str) -> String {
        given
            .or_else(|| self.found_by.output(output))
            .map_or_else(|| format!("{}-{suffix}", self.name), str::to_owned)
    }

    /// The queue's URL.
    ///
    /// # Errors
    /// [`CliError::Service`] when SQS knows no queue of that name.
    pub async fn url(&self, queue: Queue) -> Result<String, CliError> {
        if let Some(url) =
            self.overrides.url(queue).or_else(|| self.found_by.output(queue.output()))
        {
            return Ok(url.to_owned());
        }
        if let Some(url) = self.urls.borrow().get(&queue) {
            return Ok(url.clone());
        }
        let name = format!("{}-{}", self.name, queue.suffix());
        let answer = self.sqs.get_queue_url().queue_name(&name).send().await;
        let url = answer.map_err(refused(format!("find the queue {name}")))?.queue_url;
        let url = url.ok_or_else(|| CliError::service(format!("SQS gave {name} no address.")))?;
        self.urls.borrow_mut().insert(queue, url.clone());
        Ok(url)
    }

    /// The ledger's conditional writes. Its retention is of no account here: an operator creates
    /// no records but those of an erased order.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        let retention = SignedDuration::from_hours(400 * 24);
        Ledger::new(self.dynamodb.clone(), self.ledger_table(), retention)
    }

    /// SES.
    #[must_use]
    pub fn ses(&self) -> aws_sdk_sesv2::Client {
        aws_sdk_sesv2::Client::new(&self.config)
    }

    /// Lambda.
    #[must_use]
    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.config)
    }

    /// CloudWatch.
    #[must_use]
    pub fn cloudwatch(&self) -> aws_sdk_cloudwatch::Client {
        aws_sdk_cloudwatch::Client::new(&self.config)
    }

    /// The tables and the sweep index, as relay reads them.
    #[must_use]
    pub fn tables(&self) -> relay::Tables {
        relay::Tables {
            client: self.dynamodb.clone(),
            events: self.events_table(),
            ledger: self.ledger_table(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_whole_name() {
        for here in [
            "http://127.0.0.1:8080",
            "http://localhost",
            "https://LOCALHOST:4566/path",
            "http://[::1]:8080/",
        ] {
            assert!(is_loopback(here), "{here}");
        }
        for elsewhere in [
            "http://localhost.example.com",
            "http://127.0.0.1.example.com:8080",
            "http://localhost@example.com",
            "http://10.0.0.1",
            "localhost:8080",
            "",
        ] {
            assert!(!is_loopback(elsewhere), "{elsewhere}");
        }
    }
}
