//! Finding the stack's names: its CloudFormation outputs, or the convention `STACK-events`,
//! `STACK-dispatch-dlq` and so on where there is no CloudFormation to ask (the one-machine stack)
//! or it may not be asked.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;

use super::error::{is_unknown_operation, why};
use crate::error::CliError;

/// How the names were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundBy {
    /// By flags and variables alone.
    Flags,
    /// By the stack's outputs.
    Outputs(BTreeMap<String, String>),
    /// By the convention, since CloudFormation did not tell.
    Convention(&'static str),
}

impl FoundBy {
    /// The output of that name.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<&str> {
        match self {
            Self::Outputs(outputs) => outputs.get(name).map(String::as_str),
            Self::Flags | Self::Convention(_) => None,
        }
    }
}

impl std::fmt::Display for FoundBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flags => f.write_str("names from flags and variables"),
            Self::Outputs(_) => f.write_str("names from the stack's CloudFormation outputs"),
            Self::Convention(why) => write!(f, "names by convention: {why}"),
        }
    }
}

const NO_CLOUDFORMATION: &str = "this endpoint has no CloudFormation";
const NOT_ALLOWED: &str = "you may not read CloudFormation";
const NO_SUCH_STACK: &str = "this endpoint's CloudFormation knows no such stack";

/// Asks CloudFormation for the stack's outputs.
///
/// # Errors
/// [`CliError::Input`] when AWS says that there is no such stack; [`CliError::Service`] when it
/// cannot be asked at all.
pub async fn discover(config: &SdkConfig, stack: &str) -> Result<FoundBy, CliError> {
    let client = aws_sdk_cloudformation::Client::new(config);
    let error = match client.describe_stacks().stack_name(stack).send().await {
        Ok(answer) => {
            let outputs = answer.stacks().iter().flat_map(|s| s.outputs()).filter_map(|output| {
                Some((output.output_key()?.to_owned(), output.output_value()?.to_owned()))
            });
            return Ok(FoundBy::Outputs(outputs.collect()));
        }
        Err(error) => error,
    };
    match error.code() {
        Some("AccessDenied" | "AccessDeniedException") => {
            return Ok(FoundBy::Convention(NOT_ALLOWED));
        }
        Some("ValidationError") if config.endpoint_url().is_some() => {
            return Ok(FoundBy::Convention(NO_SUCH_STACK));
        }
        Some("ValidationError") => return Err(no_such_stack(config, stack)),
        _ => {}
    }
    if is_unknown_operation(&error) {
        return Ok(FoundBy::Convention(NO_CLOUDFORMATION));
    }
    Err(CliError::service(format!("Can't look up the stack {stack}: {}.", why(&error))))
}

fn no_such_stack(config: &SdkConfig, stack: &str) -> CliError {
    let region = config.region().map_or("this region", |region| region.as_ref());
    CliError::input(format!(
        "There is no CloudFormation stack called {stack} in {region}. Name yours with --stack or \
         WAYBILL_STACK, and its region with --region."
    ))
}
