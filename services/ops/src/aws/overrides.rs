//! Names and URLs given by flag or variable instead of the stack's own.

use std::collections::BTreeMap;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use super::resources::{Resource, required_resources, resources};

/// A flag for each table and queue, made from [`resources`]. Its variable is the one that the
/// functions are deployed with.
#[derive(Debug, Clone, Default)]
pub struct Overrides(BTreeMap<&'static str, String>);

impl Args for Overrides {
    fn augment_args(command: Command) -> Command {
        let command = command.next_help_heading("Names (default: the stack's own)");
        command.args(resources().map(|resource| {
            Arg::new(resource.variable)
                .long(resource.flag)
                .env(resource.variable)
                .value_name(if resource.flag.ends_with("-url") { "URL" } else { "NAME" })
                .help(resource.help)
                .global(true)
                .hide_short_help(true)
                .hide_env_values(true)
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Overrides {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut overrides = Self::default();
        overrides.update_from_arg_matches(matches)?;
        Ok(overrides)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for resource in resources() {
            let given = matches.get_one::<String>(resource.variable);
            // An empty variable is as good as none.
            if let Some(given) = given.filter(|given| !given.is_empty()) {
                self.0.insert(resource.variable, given.clone());
            }
        }
        Ok(())
    }
}

impl Overrides {
    pub fn get(&self, resource: &Resource) -> Option<&str> {
        self.0.get(resource.variable).map(String::as_str)
    }

    /// The variables, or the flags of the same names, that were given.
    pub fn variables(&self) -> Vec<&'static str> {
        resources().map(|r| r.variable).filter(|variable| self.0.contains_key(variable)).collect()
    }

    /// Whether every table and queue that each stack has was given, so that CloudFormation need not be asked.
    pub fn is_complete(&self) -> bool {
        required_resources().all(|resource| self.0.contains_key(resource.variable))
    }
}
