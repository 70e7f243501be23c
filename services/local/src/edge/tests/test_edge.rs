//! An edge on a free port, with functions that a test writes as closures.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region};
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::aws::calls::Calls;
use crate::aws::clients;
use crate::aws::dynamodb::Dynamodb;
use crate::aws::sqs::Sqs;
use crate::edge::faults::{Faults, NoFaults};
use crate::edge::{AsyncInvoker, Edge, EventBus, Lambdas, Listener, Server, TransferLimits};
use crate::lambda::{Invocation, Invoke};
use crate::page::Page;
use crate::page::preview::{Previews, Renderer};
use crate::ses::settings::Settings;
use crate::ses::{Directories, Ses, SesEvent};
use crate::test_support::until;

const REGION: &str = "eu-central-1";

type Answer = Box<dyn Fn(&Value) -> Invocation + Send + Sync>;

/// A function that is a closure, and keeps the events it got.
pub struct FakeFunction {
    arn: String,
    answer: Answer,
    events: Mutex<Vec<Value>>,
}

impl FakeFunction {
    pub fn new(
        name: &str,
        answer: impl Fn(&Value) -> Invocation + Send + Sync + 'static,
    ) -> Arc<Self> {
        let arn = crate::aws::arn::function_arn(REGION, name);
        Arc::new(Self { arn, answer: Box::new(answer), events: Mutex::default() })
    }

    pub fn events(&self) -> Vec<Value> {
        self.events.lock().unwrap().clone()
    }

    /// The events, once there are so many.
    pub async fn wait_for_events(&self, count: usize) -> Vec<Value> {
        until(&format!("{count} events"), async || {
            let events = self.events();
            (events.len() >= count).then_some(events)
        })
        .await
    }
}

impl Invoke for FakeFunction {
    fn arn(&self) -> &str {
        &self.arn
    }

    fn invoke(&self, _: uuid::Uuid, payload: Bytes) -> BoxFuture<'_, Invocation> {
        let event = serde_json::from_slice(&payload).unwrap();
        let answer = (self.answer)(&event);
        self.events.lock().unwrap().push(event);
        async { answer }.boxed()
    }
}

pub fn answered(json: Value) -> Invocation {
    Invocation::Answered(Bytes::from(json.to_string()))
}

pub fn failed() -> Invocation {
    Invocation::Failed { error: Bytes::from(r#"{"errorType":"E","errorMessage":"no"}"#) }
}

/// A registry of one function.
pub fn lambdas_with(function: &Arc<FakeFunction>, dead_letter_queue: Option<&str>) -> Lambdas {
    let lambdas = Lambdas::default();
    lambdas.add(function.clone(), dead_letter_queue);
    lambdas
}

/// A running edge.
pub struct TestEdge {
    pub address: String,
    pub server: Server,
    pub calls: Arc<Calls>,
    /// SES itself, behind its API.
    pub service: Arc<Ses>,
    pub events: mpsc::UnboundedReceiver<SesEvent>,
}

pub struct Setup<'a> {
    pub lambdas: Lambdas,
    pub faults: Arc<dyn Faults>,
    pub settings: Settings,
    pub mail_dir: Option<&'a Path>,
    pub limits: TransferLimits,
    pub data: Option<&'a Path>,
    /// Renders the preview's mails; this process if absent.
    pub executable: Option<PathBuf>,
}

impl Default for Setup<'_> {
    fn default() -> Self {
        Self {
            lambdas: Lambdas::default(),
            faults: Arc::new(NoFaults),
            settings: Settings::default(),
            mail_dir: None,
            limits: TransferLimits::default(),
            data: None,
            executable: None,
        }
    }
}

impl TestEdge {
    pub async fn start(setup: Setup<'_>) -> Self {
        let edge = Self::start_not_ready(setup).await;
        edge.server.set_ready();
        edge
    }

    /// An edge of a stack whose functions are still starting.
    pub async fn start_not_ready(setup: Setup<'_>) -> Self {
        let listener = Listener::bind(0).await.unwrap();
        let address = listener.address();
        let (sink, events) = mpsc::unbounded_channel();
        let directories = Directories { eml: setup.mail_dir, data: setup.data };
        let ses = Arc::new(Ses::open(setup.settings, directories, sink).await.unwrap());
        let calls = Arc::new(Calls::default());
        let previews = Previews::new(
            Renderer::new(setup.executable, None),
            clients::dynamodb(&format!("http://{address}"), REGION),
        );
        let edge = Edge {
            dynamodb: Arc::new(Dynamodb::start(None).await.unwrap()),
            sqs: Arc::new(Sqs::new(address, REGION)),
            ses: Arc::clone(&ses),
            secrets: Arc::default(),
            objects: Arc::default(),
            lambdas: setup.lambdas,
            async_invoker: AsyncInvoker {
                sqs: clients::sqs(&format!("http://{address}"), REGION),
                retry_delays: [Duration::ZERO; 2],
                store: None,
            },
            event_bus: EventBus {
                sqs: clients::sqs(&format!("http://{address}"), REGION),
                mails: None,
            },
            page: Page::new(Arc::clone(&ses), previews, address),
            calls: Arc::clone(&calls),
            faults: setup.faults,
        };
        let server = Server::start(listener, Arc::new(edge), setup.limits);
        let address = format!("http://{address}");
        Self { address, server, calls, service: ses, events }
    }

    pub async fn plain() -> Self {
        Self::start(Setup::default()).await
    }

    pub fn ses(&self) -> aws_sdk_sesv2::Client {
        self.ses_as("a-test")
    }

    /// A client with the app id of a function: `waybill-mailer`.
    pub fn ses_as(&self, app: &'static str) -> aws_sdk_sesv2::Client {
        let config = aws_sdk_sesv2::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .retry_config(aws_sdk_sesv2::config::retry::RetryConfig::disabled())
            .app_name(aws_sdk_sesv2::config::AppName::new(app).unwrap())
            .region(Region::new(REGION))
            .credentials_provider(credentials())
            .endpoint_url(&self.address);
        aws_sdk_sesv2::Client::from_conf(config.build())
    }

    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        clients::sqs(&self.address, REGION)
    }

    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        clients::dynamodb(&self.address, REGION)
    }

    pub async fn get(&self, path: &str) -> (http::response::Parts, String) {
        self.request(http::Request::get(path), "").await
    }

    pub async fn request(
        &self,
        request: http::request::Builder,
        body: impl Into<Bytes>,
    ) -> (http::response::Parts, String) {
        let mut request = request.body(Full::new(body.into())).unwrap();
        *request.uri_mut() = format!("{}{}", self.address, request.uri()).parse().unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http();
        let (parts, body) = client.request(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts, String::from_utf8(body.to_vec()).unwrap())
    }

    /// The next event that SES published.
    pub async fn next_event(&mut self) -> Value {
        serde_json::from_str(&self.events.recv().await.unwrap().body).unwrap()
    }
}

fn credentials() -> Credentials {
    Credentials::new("local", "local", None, None, "test")
}
