//! The deployed settings as values.

use std::time::Duration;

use serde_json::Value;

use crate::properties::{Properties, properties};

/// What a deployment with some parameters has.
///
/// # Panics
/// Each method panics where the template does not say what is asked for: the test that asks is out of date.
#[derive(Debug, Clone)]
pub struct Deployed {
    properties: Properties,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// How long a received message is hidden.
    pub visibility_timeout: Duration,
    /// How long a message is kept.
    pub retention: Duration,
    /// How often a message is received before SQS moves it to `dead_letters`; `None` for a queue without a
    /// dead-letter queue.
    pub max_receives: Option<u32>,
    /// The name of its dead-letter queue.
    pub dead_letters: Option<String>,
}

/// How a queue invokes a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSource {
    /// Messages in a batch at most.
    pub batch_size: usize,
    /// How long Lambda waits for a batch to fill.
    pub window: Duration,
    /// How many invocations run at once; `None` where the template sets no limit.
    pub concurrency: Option<usize>,
}

/// How the Events table's stream invokes relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamSource {
    /// Records in a batch at most.
    pub batch_size: usize,
    /// How long Lambda waits for a batch to fill.
    pub window: Duration,
    /// How often a failed batch is retried; `None` until its records are too old.
    pub max_retries: Option<u32>,
    /// How old a record may become.
    pub max_age: Option<Duration>,
}

impl Deployed {
    /// Every parameter at its default.
    #[must_use]
    pub fn by_default() -> Self {
        Self::with(&[])
    }

    /// With these values of parameters, the others at their defaults.
    #[must_use]
    pub fn with(parameters: &[(&str, &str)]) -> Self {
        Self { properties: properties(parameters) }
    }

    /// With SES's `Send` events on or off, which decides how long a mail in doubt waits.
    #[must_use]
    pub fn with_send_events(on: bool) -> Self {
        Self::with(&[("SesSendEvents", if on { "true" } else { "false" })])
    }

    /// The queue with this logical ID, such as `MailQueue`.
    #[must_use]
    pub fn queue(&self, id: &str) -> Queue {
        let redrive = self.optional(&format!("{id}.RedrivePolicy"));
        let max_receives = redrive.map(|policy| number(&policy["maxReceiveCount"], id));
        let dead_letters = redrive.and_then(|policy| policy["deadLetterTargetArn"].as_str());
        Queue {
            visibility_timeout: self.seconds(&format!("{id}.VisibilityTimeout")),
            retention: self.seconds(&format!("{id}.MessageRetentionPeriod")),
            max_receives: max_receives.map(small),
            dead_letters: dead_letters.map(str::to_owned),
        }
    }

    /// The time-out of the function with this logical ID, such as `Mailer`.
    #[must_use]
    pub fn timeout(&self, function: &str) -> Duration {
        self.seconds(&format!("{function}.Timeout"))
    }

    /// An environment variable that is a number, such as `LEASE_SECONDS`.
    #[must_use]
    pub fn setting(&self, variable: &str) -> u64 {
        let property = format!("Environment.{variable}");
        number(self.required(&property), &property)
    }

    /// An environment variable in seconds.
    #[must_use]
    pub fn setting_seconds(&self, variable: &str) -> Duration {
        Duration::from_secs(self.setting(variable))
    }

    /// How a queue invokes a function, both by logical ID.
    #[must_use]
    pub fn queue_source(&self, function: &str, queue: &str) -> QueueSource {
        let prefix = format!("{function}.Events.{queue}");
        let scaling = self.optional(&format!("{prefix}.ScalingConfig"));
        let concurrency = scaling.map(|scaling| number(&scaling["MaximumConcurrency"], &prefix));
        QueueSource {
            batch_size: size(self.required(&format!("{prefix}.BatchSize")), &prefix),
            window: self.seconds(&format!("{prefix}.MaximumBatchingWindowInSeconds")),
            concurrency: concurrency.map(|limit| usize::try_from(limit).expect("a small number")),
        }
    }

    /// How the Events table's stream invokes relay.
    #[must_use]
    pub fn stream(&self) -> StreamSource {
        let prefix = "Relay.Events.Inserts";
        // Both are -1 for no limit.
        let limit = |name: &str| {
            let value = self.optional(&format!("{prefix}.{name}"))?;
            value.as_i64().and_then(|limit| u64::try_from(limit).ok())
        };
        StreamSource {
            batch_size: size(self.required(&format!("{prefix}.BatchSize")), prefix),
            window: self.seconds(&format!("{prefix}.MaximumBatchingWindowInSeconds")),
            max_retries: limit("MaximumRetryAttempts").map(small),
            max_age: limit("MaximumRecordAgeInSeconds").map(Duration::from_secs),
        }
    }

    /// How often relay sweeps.
    #[must_use]
    pub fn sweep_interval(&self) -> Duration {
        let schedule = self.required("Relay.Events.Sweep.Schedule").as_str();
        let rate = schedule.and_then(|text| text.strip_prefix("rate(")?.strip_suffix(')'));
        let (count, unit) = rate.and_then(|rate| rate.split_once(' ')).expect("rate(N minutes)");
        assert!(unit.starts_with("minute"), "a schedule in minutes, not in {unit}");
        Duration::from_secs(60 * count.parse::<u64>().expect("a number of minutes"))
    }

    fn seconds(&self, property: &str) -> Duration {
        Duration::from_secs(number(self.required(property), property))
    }

    fn optional(&self, property: &str) -> Option<&Value> {
        self.properties.get(property).filter(|value| !value.is_null())
    }

    fn required(&self, property: &str) -> &Value {
        self.optional(property).unwrap_or_else(|| panic!("the template has no {property}"))
    }
}

/// A number, or a text that is one: parameters and environment variables are texts.
fn number(value: &Value, property: &str) -> u64 {
    let text = || value.as_str().and_then(|text| text.parse().ok());
    value.as_u64().or_else(text).unwrap_or_else(|| panic!("{property} is {value}, not a number"))
}

fn small(number: u64) -> u32 {
    u32::try_from(number).expect("a small number")
}

fn size(value: &Value, property: &str) -> usize {
    usize::try_from(number(value, property)).expect("a small number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_queue_that_a_function_reads_has_a_visibility_timeout_of_six_of_its_timeouts() {
        let deployed = Deployed::with(&[("ShopSystems", "true")]);
        for (function, queue) in [
            ("Connector", "DeliveriesQueue"),
            ("Dispatcher", "DispatchQueue"),
            ("Mailer", "MailQueue"),
            ("Feedback", "FeedbackQueue"),
        ] {
            let visible = deployed.queue(queue).visibility_timeout;
            assert!(visible >= 6 * deployed.timeout(function), "{queue}, as AWS asks");
            assert!(deployed.queue_source(function, queue).batch_size <= 10, "{queue}");
        }
    }

    #[test]
    fn the_parameter_for_send_events_decides_the_grace_period() {
        let grace = |on| Deployed::with_send_events(on).setting_seconds("DOUBT_GRACE_SECONDS");
        assert!(grace(true) < grace(false));
        let default = Deployed::by_default().setting_seconds("DOUBT_GRACE_SECONDS");
        assert_eq!(default, grace(false), "the default is off");
    }

    #[test]
    fn what_a_parameter_turns_on_is_there_only_with_it() {
        let names =
            ["Connector.Timeout", "DeliveriesQueue.QueueName", "Publisher.Timeout", "MailBus.Name"];
        let there = |parameters: &[(&str, &str)]| {
            let properties = properties(parameters);
            names.map(|name| properties.contains_key(name))
        };
        assert_eq!(there(&[]), [false; 4]);
        assert_eq!(there(&[("ShopSystems", "true")]), [true, true, false, false]);
        assert_eq!(there(&[("MailEvents", "true")]), [false, false, true, true]);
        // Of two conditions at once.
        let hook = [("MailHookUrl", "https://shop.example/hook"), ("MailEvents", "true")];
        for (parameters, deployed) in [(&hook[..], true), (&hook[..1], false), (&hook[1..], false)]
        {
            assert_eq!(properties(parameters).contains_key("MailHookRule.Targets"), deployed);
        }
        let stream =
            |on| properties(&[("MailEvents", on)]).contains_key("LedgerTable.StreamSpecification");
        assert!(stream("true") && !stream("false"), "a table's property that has no value is none");
    }

    #[test]
    fn the_streams_limits_and_the_sweeps_schedule_are_read() {
        let deployed = Deployed::by_default();
        assert_eq!(deployed.stream().max_age, Some(Duration::from_secs(24 * 3600)));
        assert!(deployed.sweep_interval() >= Duration::from_secs(60));
    }
}
