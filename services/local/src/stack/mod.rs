//! The stack as a whole: [`start`] starts every service, function and mapping. `cargo run` and the
//! tests use the same [`start`].

mod brand;
mod config;
mod event_sources;
mod functions;
mod ses_events;
mod shops;
mod system_secret;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use crate::aws::calls::Calls;
use crate::aws::clients;
use crate::aws::dynamodb::{Dynamodb, DynamodbError};
use crate::aws::objects::Objects;
use crate::aws::secrets::Secrets;
use crate::aws::sqs::Sqs;
use crate::database::DataError;
use crate::edge::{
    AsyncInvoker, Edge, EventBus, InvocationStore, Lambdas, ListenError, Listener, RETRY_DELAYS,
    Server, TransferLimits,
};
use crate::lambda::{Functions, NotReadyError};
use crate::mail_bus::MailBus;
use crate::mapping::Mapping;
use crate::page::Page;
use crate::page::preview::{Previews, Renderer};
use crate::resources::{self, Resources};
use crate::ses::{Directories, MailboxError, Ses, SesEvent};

pub use brand::{BrandFile, BrandFileError};
pub use config::{Config, Endpoints};
pub use event_sources::EventSources;
use ses_events::Forwarder;
pub use shops::{ShopFile, ShopFileError};
pub use system_secret::{SystemSecret, SystemSecretError};

pub use functions::{FUNCTIONS, FunctionSpec, function_configs};
use functions::{functions_of, system_secret_name, webhook_secret_arn};

/// A running stack. Stop it with [`Stack::stop`]; dropping it kills its processes too, but does not
/// wait for their end.
pub struct Stack {
    /// The address of the page, of intake and of every built-in AWS service.
    pub address: SocketAddr,
    /// The services that the functions call.
    pub endpoints: Endpoints,
    /// The function processes.
    pub functions: Functions,
    /// The events table's stream and the queues.
    pub resources: Resources,
    /// The AWS calls of the functions so far.
    pub calls: Arc<Calls>,
    /// The built-in SES.
    pub ses: Arc<Ses>,
    /// The bus of mail events, if somebody listens to it.
    pub mail_bus: Option<Arc<MailBus>>,
    secrets: Arc<Secrets>,
    objects: Arc<Objects>,
    webhook_secret_arn: String,
    /// A client for the tables, built in or not.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// A client for the queues, built in or not.
    pub sqs: aws_sdk_sqs::Client,
    mappings: Vec<Mapping>,
    ses_events: JoinHandle<()>,
    server: Server,
    database: Arc<Dynamodb>,
    queues: Arc<Sqs>,
}

/// Why the stack did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port can't be bound.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// DynamoDB can't start.
    #[error(transparent)]
    Database(#[from] DynamodbError),
    /// The queues or the invocations in progress can't be read from the directory for data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The mailbox can't be opened.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// The settings contradict each other.
    #[error(transparent)]
    Settings(#[from] resources::SettingsError),
    /// A table or queue can't be created.
    #[error(transparent)]
    Resources(#[from] resources::Error),
    /// The settings of a shop can't be put.
    #[error("the settings of a shop could not be put: {0}")]
    Shop(#[from] kit::AwsError),
    /// A function's processes end before they serve.
    #[error(transparent)]
    Function(#[from] NotReadyError),
    /// A function's executable or the stream's checkpoint file can't be used.
    #[error("a function or a mapping could not be started: {0}")]
    Io(#[from] std::io::Error),
}

/// Starts everything and waits until every function is ready.
///
/// # Errors
/// [`StartError`]: something of the machine is missing or in use.
pub async fn start(config: Config) -> Result<Stack, StartError> {
    config.settings.validate()?;
    let listener = Listener::bind(config.port).await?;
    start_on(listener, config).await
}

/// [`start`] on a port that is bound already. Whoever connects from then on waits, and is answered as
/// soon as everything is ready.
///
/// # Errors
/// [`StartError`], but for the port.
pub async fn start_on(listener: Listener, config: Config) -> Result<Stack, StartError> {
    let address = listener.address();
    let endpoints = Endpoints::new(&config, address);
    let region = config.settings.region.as_str();
    let dynamodb = clients::dynamodb(&endpoints.dynamodb, region);
    let sqs = clients::sqs(&endpoints.sqs, region);
    let (event_sink, events) = tokio::sync::mpsc::unbounded_channel();
    let edge = open_services(&config, address, sqs.clone(), event_sink).await?;
    let (database, queues) = (Arc::clone(&edge.dynamodb), Arc::clone(&edge.sqs));
    let (calls, ses) = (Arc::clone(&edge.calls), Arc::clone(&edge.ses));
    let (secrets, objects) = (Arc::clone(&edge.secrets), Arc::clone(&edge.objects));
    let mail_bus = edge.event_bus.mails.clone();
    let (lambdas, async_invoker) = (edge.lambdas.clone(), edge.async_invoker.clone());
    // The functions call their services when they start, so the server must run before them.
    let server = Server::start(listener, Arc::new(edge), TransferLimits::default());
    let mail_events = config.has_mail_events();
    let resources = Resources::create(&dynamodb, &sqs, &config.settings, mail_events).await?;
    for shop in &config.shops {
        shop.put(&dynamodb).await?;
    }
    let functions = start_functions(&config, &endpoints, &resources, &lambdas).await?;
    async_invoker.resume(&lambdas).await.map_err(std::io::Error::other)?;
    let forwarder = forwarder(&config, &ses, &sqs, &resources);
    let ses_events = tokio::spawn(forwarder.forward(events));
    let event_sources = EventSources::new(&config, &resources);
    // Last: what they invoke must be ready, or messages would use up receives.
    let mappings = match config.services_only {
        true => Vec::new(),
        false => event_sources.start(&endpoints, &functions, &sqs)?,
    };
    server.set_ready();
    Ok(Stack {
        address,
        endpoints,
        functions,
        resources,
        calls,
        ses,
        mail_bus,
        secrets,
        objects,
        webhook_secret_arn: webhook_secret_arn(&config.settings),
        dynamodb,
        sqs,
        mappings,
        ses_events,
        server,
        database,
        queues,
    })
}

/// What takes SES's events to the feedback queue.
fn forwarder(
    config: &Config,
    ses: &Arc<Ses>,
    sqs: &aws_sdk_sqs::Client,
    resources: &Resources,
) -> Forwarder {
    Forwarder {
        ses: Arc::clone(ses),
        faults: Arc::clone(&config.faults),
        sqs: sqs.clone(),
        queue: resources.queues.feedback.url.clone(),
        retry_delay: ses_events::RETRY_DELAY,
    }
}

/// Opens what the stack keeps, in memory or in the directory for data, and the services on top of it.
async fn open_services(
    config: &Config,
    address: SocketAddr,
    sqs: aws_sdk_sqs::Client,
    event_sink: UnboundedSender<SesEvent>,
) -> Result<Edge, StartError> {
    let data = config.data.as_deref();
    let directories = Directories { eml: config.mail_dir.as_deref(), data };
    let ses = Arc::new(Ses::open(config.account.clone(), directories, event_sink).await?);
    let store = data.map(InvocationStore::open).transpose()?;
    let mails = match config.has_mail_events() {
        true => Some(Arc::new(open_mail_bus(config, &sqs).await?)),
        false => None,
    };
    let secrets = Secrets::default();
    if let Some(secret) = &config.webhook_secret {
        secrets.put(&webhook_secret_arn(&config.settings), secret);
    }
    for SystemSecret { shop, system, secret } in &config.system_secrets {
        secrets.put(&system_secret_name(shop, *system), secret);
    }
    Ok(Edge {
        dynamodb: Arc::new(Dynamodb::start(data).await?),
        sqs: Arc::new(Sqs::open(address, &config.settings.region, data).await?),
        page: Page::new(Arc::clone(&ses), previews(config, address), address),
        ses,
        secrets: Arc::new(secrets),
        objects: Arc::new(Objects::new(config.objects.clone())),
        lambdas: Lambdas::default(),
        async_invoker: AsyncInvoker { sqs: sqs.clone(), retry_delays: RETRY_DELAYS, store },
        event_bus: EventBus { sqs, mails },
        calls: Arc::new(Calls::default()),
        faults: Arc::clone(&config.faults),
    })
}

async fn open_mail_bus(config: &Config, sqs: &aws_sdk_sqs::Client) -> Result<MailBus, DataError> {
    let (data, region) = (config.data.as_deref(), &config.settings.region);
    MailBus::open(data, config.hook.clone(), sqs.clone(), region).await
}

/// Has mails rendered by the executable that runs the functions, so as the mailer renders them.
fn previews(config: &Config, address: SocketAddr) -> Previews {
    let brand = config.brand.as_ref().map(|brand| brand.json().to_owned());
    let dynamodb = Endpoints::new(config, address).dynamodb;
    let dynamodb = clients::dynamodb(&dynamodb, &config.settings.region);
    Previews::new(Renderer::new(config.executable().ok(), brand), dynamodb)
}

/// Starts the functions, makes them known to the edge, and waits until they are ready.
async fn start_functions(
    config: &Config,
    endpoints: &Endpoints,
    resources: &Resources,
    lambdas: &Lambdas,
) -> Result<Functions, StartError> {
    if config.services_only {
        return Ok(Functions::start(&config.settings.region, [], &config.sink)?);
    }
    let configs = function_configs(config, endpoints, resources)?;
    let functions = Functions::start(&config.settings.region, configs, &config.sink)?;
    for spec in functions_of(config) {
        let function = functions.function(spec.name).map_err(std::io::Error::other)?;
        // Before it is ready: an invocation waits in its queue for the first process.
        lambdas.add(function, spec.dead_letter_queue);
    }
    functions.ready().await?;
    Ok(functions)
}

impl Stack {
    /// The page's URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Rotates the secret that publishers sign with: `secret` becomes the current version in Secrets Manager, and
    /// the current one the previous.
    pub fn put_webhook_secret(&self, secret: &str) {
        self.put_secret(&self.webhook_secret_arn, secret);
    }

    /// Puts a secret into Secrets Manager, by ARN or name, or rotates it.
    pub fn put_secret(&self, arn: &str, secret: &str) {
        self.secrets.put(arn, secret);
    }

    /// Rotates the secret that a shop's system signs with, or puts its first.
    pub fn put_system_secret(&self, of: &SystemSecret) {
        self.put_secret(&system_secret_name(&of.shop, of.system), &of.secret);
    }

    /// Puts an object into S3, where the mailer finds what events attach to mails.
    pub fn put_object(&self, bucket_and_key: (&str, &str), content_type: &str, bytes: &[u8]) {
        self.objects.put(bucket_and_key, content_type, bytes);
    }

    /// Stops everything: the mappings finish their running invocations, then the processes end, then
    /// the port closes. Nothing of the stack runs when this returns.
    pub async fn stop(self) {
        // From the outside in: what invokes before what is invoked, and the services, which both call
        // up to their end, last.
        futures::future::join_all(self.mappings.into_iter().map(Mapping::stop)).await;
        self.functions.stop().await;
        self.ses_events.abort();
        if let Some(mail_bus) = &self.mail_bus {
            mail_bus.stop().await;
        }
        self.server.stop().await;
        self.queues.stop().await;
        // The server held the other handle.
        if let Ok(database) = Arc::try_unwrap(self.database) {
            database.stop().await;
        }
    }
}
