//! The flags by which a stack is reached, and the SDK configuration that they make.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::Credentials;
use shared::ShopId;
use url::{Host, Url};

use super::overrides::Overrides;
use super::stack::Stack;
use super::stack_names::{StackNames, look_up};
use crate::error::CliError;

const DEFAULT_STACK: &str = "waybill";

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
        default_value = DEFAULT_STACK,
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
    #[arg(long, global = true, value_name = "URL", value_parser = endpoint)]
    pub endpoint_url: Option<String>,
    /// The shop, where the stack serves several: whose order an id means (default: the shop default),
    /// and what lists show (default: all shops)
    #[arg(long, global = true, env = "WAYBILL_SHOP", hide_env_values = true, value_name = "SHOP", value_parser = ShopId::parse)]
    pub shop: Option<ShopId>,
    #[command(flatten)]
    pub overrides: Overrides,
}

impl Connection {
    /// Connects: loads the AWS configuration and looks up the stack's names. `command` is the command
    /// line as an audit item keeps it.
    ///
    /// # Errors
    /// [`CliError::Input`] when no region is set, or AWS knows no such stack; [`CliError::Service`]
    /// when CloudFormation does not answer.
    pub async fn open(&self, command: String) -> Result<Stack, CliError> {
        let config = self.sdk_config().await?;
        // CloudFormation is asked last: it is the slowest, and the one-machine stack has none.
        let names = if self.overrides.is_complete() {
            StackNames::Given
        } else if config.endpoint_url().is_none() && self.is_on_this_machine() {
            StackNames::Convention("the tables are on this machine, CloudFormation is not")
        } else {
            look_up(&config, &self.stack).await?
        };
        let stack = Stack::new(self.stack.clone(), names, self.overrides.clone(), config, command);
        Ok(stack.reached_by(self.flags()).of_shop(self.shop.clone()))
    }

    /// The flags that reach the same stack, as words of a command line.
    fn flags(&self) -> Vec<String> {
        let stack = (self.stack != DEFAULT_STACK).then_some(&self.stack);
        let flags = [
            ("--stack", stack),
            ("--region", self.region.as_ref()),
            ("--profile", self.profile.as_ref()),
            ("--endpoint-url", self.endpoint_url.as_ref()),
        ];
        let words =
            flags.into_iter().filter_map(|(flag, value)| Some([flag.to_owned(), value?.clone()]));
        words.flatten().collect()
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
        if let Some(endpoint) = &self.endpoint_url {
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

    fn is_on_this_machine(&self) -> bool {
        let variables = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"];
        let given = variables.into_iter().filter_map(|name| std::env::var(name).ok());
        let url = self.endpoint_url.clone().into_iter().chain(given).find(|url| !url.is_empty());
        url.is_some_and(|url| is_loopback(&url))
    }

    fn has_no_credentials(&self) -> bool {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        self.profile.is_none() && !is_set("AWS_ACCESS_KEY_ID") && !is_set("AWS_PROFILE")
    }
}

fn endpoint(typed: &str) -> Result<String, &'static str> {
    if typed.starts_with("http://") || typed.starts_with("https://") {
        Ok(typed.to_owned())
    } else {
        Err("expected http:// or https:// and a host, such as http://127.0.0.1:8080")
    }
}

/// Whether the URL names this machine.
pub fn is_loopback(url: &str) -> bool {
    match Url::parse(url).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
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
