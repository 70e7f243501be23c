//! The stack as a whole: [`start`] starts every service, function and mapping. `cargo run` and the
//! tests use the same [`start`].

mod config;
mod event_sources;
mod functions;
mod ses_events;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::aws::calls::Calls;
use crate::aws::clients;
use crate::aws::dynamodb::{Dynamodb, DynamodbError};
use crate::aws::sqs::Sqs;
use crate::edge::{Asynchronous, Edge, Lambdas, ListenError, Listener, Server};
use crate::lambda::Functions;
use crate::mapping::Mapping;
use crate::page::Page;
use crate::resources::{self, Resources};
use crate::ses::mailbox::MailboxError;
use crate::ses::{Account, Mailbox, Ses};

pub use config::{Config, Endpoints};
pub use event_sources::EventSources;
pub use functions::{FUNCTIONS, FunctionSpec, function_configs};

/// A running stack. Stop it with [`Stack::stop`]; dropping it kills its processes too, but does not
/// wait for their end.
pub struct Stack {
    /// Where the page, intake and every built-in AWS service listen.
    pub address: SocketAddr,
    /// Where the functions find their services.
    pub endpoints: Endpoints,
    /// The function processes.
    pub functions: Functions,
    /// The tables' stream and the queues.
    pub resources: Resources,
    /// What the functions called so far.
    pub calls: Arc<Calls>,
    /// The built-in SES.
    pub ses: Ses,
    /// Talks to the tables, wherever they are.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// Talks to the queues, wherever they are.
    pub sqs: aws_sdk_sqs::Client,
    running: Running,
}

/// What has to be stopped, in this order.
struct Running {
    mappings: Vec<Mapping>,
    ses_events: JoinHandle<()>,
    server: Server,
    database: Arc<Dynamodb>,
    queues: Arc<Sqs>,
}

/// Why the stack did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No port.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// No tables.
    #[error(transparent)]
    Database(#[from] DynamodbError),
    /// No directory for the mails.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// A table or queue could not be made.
    #[error(transparent)]
    Resources(#[from] resources::Error),
    /// A function's executable or the stream's checkpoint file.
    #[error("a function or a mapping could not be started: {0}")]
    Io(#[from] std::io::Error),
}

/// Starts everything and waits until every function is ready.
///
/// # Errors
/// [`StartError`], as a sentence that says what to change.
pub async fn start(config: Config) -> Result<Stack, StartError> {
    let listener = Listener::bind(config.port).await?;
    let address = listener.address();
    let endpoints = Endpoints::new(&config, address);
    let region = config.settings.region.as_str();
    let (dynamodb, sqs) =
        (clients::dynamodb(&endpoints.dynamodb, region), clients::sqs(&endpoints.sqs, region));

    let database = Arc::new(Dynamodb::start(config.data.as_deref()).await?);
    let queues = Arc::new(Sqs::new(address, region));
    let mailbox = Arc::new(Mailbox::open(config.mail_dir.as_deref())?);
    let (event_sink, events) = tokio::sync::mpsc::unbounded_channel();
    let account = Account::new(config.account.clone());
    let ses = Ses::new(account.clone(), Arc::clone(&mailbox), event_sink);

    // The functions ask for their services when they start, so the port answers before them.
    let calls = Arc::new(Calls::default());
    let lambdas = Lambdas::default();
    let edge = Arc::new(Edge {
        dynamodb: Arc::clone(&database),
        sqs: Arc::clone(&queues),
        ses: ses.clone(),
        lambdas: lambdas.clone(),
        asynchronous: Asynchronous::new(sqs.clone()),
        page: Page::new(mailbox, account, address),
        calls: Arc::clone(&calls),
        faults: Arc::clone(&config.faults),
    });
    let server = Server::start(listener, edge);
    let resources = Resources::create(&dynamodb, &sqs, &config.settings).await?;
    let function_configs = function_configs(&config, &endpoints, &resources)?;
    let functions = Functions::start(region, function_configs, &config.sink)?;
    for spec in FUNCTIONS {
        if let Ok(function) = functions.function(spec.name) {
            lambdas.add(Arc::new(function), spec.failure_destination);
        }
    }
    functions.ready().await?;
    let ses_events = tokio::spawn(ses_events::forward(
        events,
        Arc::clone(&config.faults),
        sqs.clone(),
        resources.queues.feedback.url.clone(),
    ));
    let event_sources = EventSources::new(&config, &resources);
    let mappings = event_sources.start(&endpoints, &functions, &sqs)?;
    let running = Running { mappings, ses_events, server, database, queues };
    Ok(Stack { address, endpoints, functions, resources, calls, ses, dynamodb, sqs, running })
}

impl Stack {
    /// The page's address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops everything: the mappings finish what is under way, then the processes end, then the
    /// port closes. Nothing of the stack runs when this returns.
    pub async fn stop(self) {
        futures::future::join_all(self.running.mappings.into_iter().map(Mapping::stop)).await;
        self.functions.stop().await;
        self.running.ses_events.abort();
        self.running.server.stop().await;
        self.running.queues.stop().await;
        if let Ok(database) = Arc::try_unwrap(self.running.database) {
            database.stop().await;
        }
    }
}
