//! The stack that a command talks to: its clients, and its names.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use futures::future;
use jiff::SignedDuration;
use kit::ledger::Ledger;
use kit::queue::QueueDepth;
use serde_json::Value;
use shared::ShopId;

use super::error::service_error;
use super::overrides::Overrides;
use super::resources::{Dlq, EVENTS_TABLE, LEDGER_TABLE, Origin, Queue, Resource, SHOPS_TABLE};
use super::stack_names::StackNames;
use crate::error::CliError;
use crate::output::note;

/// The functions whose names are outputs of the stack; the others go by the convention.
const FUNCTION_OUTPUTS: [(&str, &str); 4] = [
    ("intake", "IntakeFunctionName"),
    ("relay", "RelayFunctionName"),
    ("connector", "ConnectorFunctionName"),
    ("publisher", "PublisherFunctionName"),
];

/// The output with the name of the bus of mail events, and what follows the stack's name in it.
const MAIL_BUS: (&str, &str) = ("MailBusName", "mails");

/// A stack: where it is, what its parts are called, and clients for it.
#[derive(Debug, Clone)]
pub struct Stack {
    pub name: String,
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub sqs: aws_sdk_sqs::Client,
    /// For the clients that few commands need.
    pub config: SdkConfig,
    /// The command line, as an audit item keeps it.
    pub command: String,
    /// The shop that was asked for with `--shop`.
    pub shop: Option<ShopId>,
    /// The flags by which it is reached, as words of a command line.
    pub connection_flags: Vec<String>,
    names: StackNames,
    overrides: Overrides,
    /// URLs that SQS was asked for; `None` where it has no queue of that name.
    urls: Arc<Mutex<HashMap<Queue, Option<String>>>>,
}

impl Stack {
    /// Makes the clients, and notes which names are not the stack's own: a variable left in the shell
    /// would otherwise send an operator to another stack's queue in silence.
    pub fn new(
        name: String,
        names: StackNames,
        overrides: Overrides,
        config: SdkConfig,
        command: String,
    ) -> Self {
        let given = overrides.variables();
        if !given.is_empty() && names != StackNames::Given {
            note(&format!(
                "Not the stack's own names, but given by flags or variables: {}.",
                given.join(", ")
            ));
        }
        Self {
            name,
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            config,
            command,
            shop: None,
            connection_flags: Vec::new(),
            names,
            overrides,
            urls: Arc::default(),
        }
    }

    /// A stack that nobody can reach.
    #[cfg(test)]
    pub fn unreachable() -> Self {
        let version = aws_config::BehaviorVersion::latest();
        let config = SdkConfig::builder().behavior_version(version).build();
        let (name, overrides) = ("waybill".to_owned(), Overrides::default());
        Self::new(name, StackNames::Given, overrides, config, String::new())
    }

    /// Where the names come from, as a phrase.
    pub fn names(&self) -> String {
        match self.overrides.variables().as_slice() {
            given if given.is_empty() || self.names == StackNames::Given => self.names.to_string(),
            given => format!("{}, except as given: {}", self.names, given.join(", ")),
        }
    }

    /// The stack, as far as it is about `shop`; all of it without one.
    pub fn of_shop(self, shop: Option<ShopId>) -> Self {
        Self { shop, ..self }
    }

    /// The stack as these flags of a command line reach it.
    pub fn reached_by(self, connection_flags: Vec<String>) -> Self {
        Self { connection_flags, ..self }
    }

    /// The same stack for a command line of its own, as an audit item keeps it.
    pub fn for_command(&self, command: String) -> Self {
        Self { command, ..self.clone() }
    }

    /// The shop whose order an id means.
    pub fn shop_or_default(&self) -> ShopId {
        self.shop.clone().unwrap_or_default()
    }

    /// Whether lists show this shop.
    pub fn shows_shop(&self, shop: &str) -> bool {
        self.shop.as_ref().is_none_or(|wanted| wanted.as_str() == shop)
    }

    pub fn events_table(&self) -> String {
        self.find(&EVENTS_TABLE).unwrap_or_else(|| self.by_convention(EVENTS_TABLE.suffix))
    }

    pub fn ledger_table(&self) -> String {
        self.find(&LEDGER_TABLE).unwrap_or_else(|| self.by_convention(LEDGER_TABLE.suffix))
    }

    pub fn shops_table(&self) -> String {
        self.find(&SHOPS_TABLE).unwrap_or_else(|| self.by_convention(SHOPS_TABLE.suffix))
    }

    pub fn output(&self, key: &str) -> Option<&str> {
        self.names.output(key)
    }

    /// The name of a function, such as that of `intake`.
    pub fn function(&self, suffix: &str) -> String {
        let output = FUNCTION_OUTPUTS.iter().find(|(function, _)| *function == suffix);
        let name = output.and_then(|(_, output)| self.output(output));
        name.map_or_else(|| self.by_convention(suffix), str::to_owned)
    }

    /// The name of the bus of mail events.
    pub fn mail_bus(&self) -> String {
        let (output, suffix) = MAIL_BUS;
        self.output(output).map_or_else(|| self.by_convention(suffix), str::to_owned)
    }

    /// The queues of the stack, in the order of the flow, the dead-letter queues last.
    ///
    /// # Errors
    /// [`CliError::Service`] when SQS does not answer.
    pub async fn queues(&self) -> Result<Vec<Queue>, CliError> {
        let asked =
            Queue::ALL.map(async |queue| Ok::<_, CliError>((queue, self.has(queue).await?)));
        let asked: Vec<(Queue, bool)> = future::try_join_all(asked).await?;
        Ok(asked.into_iter().filter(|(_, is_there)| *is_there).map(|(queue, _)| queue).collect())
    }

    /// The dead-letter queues of the stack, in the order of the flow.
    ///
    /// # Errors
    /// As of [`Self::queues`].
    pub async fn dlqs(&self) -> Result<Vec<Dlq>, CliError> {
        let dead = |queue| if let Queue::Dead(dlq) = queue { Some(dlq) } else { None };
        Ok(self.queues().await?.into_iter().filter_map(dead).collect())
    }

    /// Whether the stack has the queue: one of a part that is off is missing. Asks SQS only where the stack's outputs are
    /// not known.
    async fn has(&self, queue: Queue) -> Result<bool, CliError> {
        if queue.part().is_none() || self.find(queue.resource()).is_some() {
            return Ok(true);
        }
        match self.names {
            StackNames::Outputs(_) => Ok(false),
            StackNames::Given | StackNames::Convention(_) => {
                Ok(self.look_up(queue).await?.is_some())
            }
        }
    }

    /// A queue's URL. Asks SQS where neither flags nor outputs give it.
    ///
    /// # Errors
    /// [`CliError::Service`] when SQS does not answer, or there is no queue of that name.
    pub async fn url(&self, queue: Queue) -> Result<String, CliError> {
        if let Some(url) = self.find(queue.resource()) {
            return Ok(url);
        }
        let missing = || {
            let name = self.by_convention(queue.suffix());
            CliError::service(format!("Can't find the queue {name}: SQS has none of that name."))
        };
        self.look_up(queue).await?.ok_or_else(missing)
    }

    /// Asks SQS for the queue that has the name by convention; `None` where there is none.
    async fn look_up(&self, queue: Queue) -> Result<Option<String>, CliError> {
        // Asked for once: a replay needs the same URL for every step.
        if let Some(url) = self.known_urls().get(&queue) {
            return Ok(url.clone());
        }
        let name = self.by_convention(queue.suffix());
        let url = match self.sqs.get_queue_url().queue_name(&name).send().await {
            Ok(answer) => answer.queue_url,
            Err(error) if error.as_service_error().is_some_and(|e| e.is_queue_does_not_exist()) => {
                None
            }
            Err(error) => return Err(service_error(format!("find the queue {name}"))(error)),
        };
        self.known_urls().insert(queue, url.clone());
        Ok(url)
    }

    fn known_urls(&self) -> std::sync::MutexGuard<'_, HashMap<Queue, Option<String>>> {
        self.urls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub async fn queue_depth(&self, queue: Queue) -> Result<QueueDepth, CliError> {
        let url = self.url(queue).await?;
        let depth = kit::queue::queue_depth(&self.sqs, &url).await;
        depth.map_err(service_error(format!("read the depth of {url}")))
    }

    /// How long SQS keeps a message of the queue, in milliseconds. It counts from when the message was first
    /// queued: a redrive by SQS itself leaves that time as it is.
    ///
    /// # Errors
    /// [`CliError::Service`] when SQS does not answer.
    pub async fn retention_ms(&self, queue: Queue) -> Result<i64, CliError> {
        let url = self.url(queue).await?;
        let seconds = self.queue_attribute(&url, Attribute::MessageRetentionPeriod).await?;
        // SQS's own default where an endpoint does not say.
        Ok(seconds.parse::<i64>().unwrap_or(4 * 24 * 60 * 60) * 1000)
    }

    fn find(&self, resource: &Resource) -> Option<String> {
        let given = self.overrides.get(resource);
        given.or_else(|| self.output(resource.output)).map(str::to_owned)
    }

    fn by_convention(&self, suffix: &str) -> String {
        format!("{}-{suffix}", self.name)
    }

    /// The dead-letter queue that the operator typed: `mail`, `mail-dlq`, its full name, or its ARN or
    /// URL, which must be exactly that: a queue of the same name in another account is another queue.
    ///
    /// # Errors
    /// [`CliError::Input`] for anything that is not a dead-letter queue of this stack.
    pub async fn dlq(&self, typed: &str) -> Result<Dlq, CliError> {
        // A name costs no call, but for a queue that not every stack has.
        if let Some(dlq) = Dlq::from_name(typed, &self.name) {
            return match Queue::Dead(dlq).part() {
                Some(part) if !self.has(Queue::Dead(dlq)).await? => {
                    Err(dlq.absent(part, &self.name))
                }
                _ => Ok(dlq),
            };
        }
        let is_arn = typed.starts_with("arn:");
        if is_arn || typed.contains("://") {
            for dlq in self.dlqs().await? {
                let url = self.url(Queue::Dead(dlq)).await?;
                let is_typed = match is_arn {
                    true => self.queue_attribute(&url, Attribute::QueueArn).await? == typed,
                    false => url.trim_end_matches('/') == typed.trim_end_matches('/'),
                };
                if is_typed {
                    return Ok(dlq);
                }
            }
        }
        Err(Dlq::unknown(typed, &self.name))
    }

    /// Checks that the queue to which dead letters go back is the one that they come from. Names can
    /// be overridden one by one, so the two may be of different stacks. What comes from no queue names its origin itself.
    ///
    /// # Errors
    /// [`CliError::Input`] when the source's redrive policy names another dead-letter queue.
    pub async fn check_source(&self, dlq: Dlq) -> Result<(), CliError> {
        let Origin::Queue(source) = dlq.origin() else { return Ok(()) };
        let (url, source_url) = (self.url(Queue::Dead(dlq)).await?, self.url(source).await?);
        let arn = self.queue_attribute(&url, Attribute::QueueArn).await?;
        let policy = self.queue_attribute(&source_url, Attribute::RedrivePolicy).await?;
        // No policy, or one that does not parse, names no queue and so is refused below.
        let policy: Value = serde_json::from_str(&policy).unwrap_or_default();
        if policy["deadLetterTargetArn"] == arn.as_str() {
            return Ok(());
        }
        Err(CliError::input(format!(
            "Nothing was done: the redrive policy of {source_url} does not name {url} as its \
             dead-letter queue, so the two may be of different stacks. `waybill doctor` shows the \
             policy; --{}, --{} and their variables name other queues.",
            source.resource().flag,
            Queue::Dead(dlq).resource().flag,
        )))
    }

    /// An attribute of a queue; empty where it is not set.
    async fn queue_attribute(&self, url: &str, name: Attribute) -> Result<String, CliError> {
        let call = self.sqs.get_queue_attributes().queue_url(url).attribute_names(name.clone());
        let answer =
            call.send().await.map_err(service_error(format!("read the attributes of {url}")))?;
        Ok(answer.attributes.unwrap_or_default().remove(&name).unwrap_or_default())
    }

    /// The ledger's conditional writes. The retention does not matter here: the only records that an
    /// operator creates are those of an erased order.
    pub fn ledger(&self) -> Ledger {
        let retention = SignedDuration::from_hours(400 * 24);
        Ledger::new(self.dynamodb.clone(), self.ledger_table(), retention)
    }

    pub fn ses(&self) -> aws_sdk_sesv2::Client {
        aws_sdk_sesv2::Client::new(&self.config)
    }

    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.config)
    }

    pub fn streams(&self) -> aws_sdk_dynamodbstreams::Client {
        aws_sdk_dynamodbstreams::Client::new(&self.config)
    }

    pub fn event_bridge(&self) -> aws_sdk_eventbridge::Client {
        aws_sdk_eventbridge::Client::new(&self.config)
    }

    pub fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.config)
    }

    pub fn sns(&self) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::new(&self.config)
    }

    pub fn cloudwatch(&self) -> aws_sdk_cloudwatch::Client {
        aws_sdk_cloudwatch::Client::new(&self.config)
    }

    pub fn tables(&self) -> relay::Tables {
        relay::Tables {
            client: self.dynamodb.clone(),
            events: self.events_table(),
            ledger: self.ledger_table(),
        }
    }
}
