//! The stack's own names: its CloudFormation outputs, or the convention `STACK-events`,
//! `STACK-dispatch-dlq` and so on, where there is no CloudFormation (the one-machine stack) or the
//! caller may not read it.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;

use super::error::{is_denied, is_unknown_operation, service_error};
use crate::error::CliError;

/// The stack's own names, and where they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StackNames {
    /// From flags and variables alone.
    Given,
    /// From the stack's CloudFormation outputs, by output key.
    Outputs(BTreeMap<String, String>),
    /// By the naming convention, for the reason given.
    Convention(&'static str),
}

impl StackNames {
    pub fn output(&self, name: &str) -> Option<&str> {
        match self {
            Self::Outputs(outputs) => outputs.get(name).map(String::as_str),
            Self::Given | Self::Convention(_) => None,
        }
    }
}

impl std::fmt::Display for StackNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Given => f.write_str("names from flags and variables"),
            Self::Outputs(_) => f.write_str("names from the stack's CloudFormation outputs"),
            Self::Convention(why) => write!(f, "names by convention: {why}"),
        }
    }
}

/// Asks CloudFormation for the stack's outputs.
///
/// # Errors
/// [`CliError::Input`] when AWS says that there is no such stack; [`CliError::Service`] when it
/// cannot be asked at all.
pub async fn look_up(config: &SdkConfig, stack: &str) -> Result<StackNames, CliError> {
    let client = aws_sdk_cloudformation::Client::new(config);
    let error = match client.describe_stacks().stack_name(stack).send().await {
        Ok(answer) => {
            let outputs = answer.stacks().iter().flat_map(|s| s.outputs()).filter_map(|output| {
                Some((output.output_key()?.to_owned(), output.output_value()?.to_owned()))
            });
            return Ok(StackNames::Outputs(outputs.collect()));
        }
        Err(error) => error,
    };
    let why = match error.code() {
        _ if is_denied(&error) => "you may not read CloudFormation",
        // An emulator may have the queues and tables of a stack that it never deployed.
        Some("ValidationError") if config.endpoint_url().is_some() => {
            "this endpoint's CloudFormation knows no such stack"
        }
        Some("ValidationError") => return Err(no_such_stack(config, stack)),
        _ if is_unknown_operation(&error) => "this endpoint has no CloudFormation",
        // Out of reach, or no credentials: the tables would answer no better.
        _ => return Err(service_error(format!("look up the stack {stack}"))(error)),
    };
    Ok(StackNames::Convention(why))
}

fn no_such_stack(config: &SdkConfig, stack: &str) -> CliError {
    let region = config.region().map_or("this region", |region| region.as_ref());
    CliError::input(format!(
        "There is no CloudFormation stack called {stack} in {region}. Name yours with --stack or \
         WAYBILL_STACK, and its region with --region."
    ))
}
