//! What the handlers of the edge share.

use std::sync::Arc;

use super::async_invoker::AsyncInvoker;
use super::event_bus::EventBus;
use super::faults::Faults;
use super::lambdas::Lambdas;
use crate::aws::calls::Calls;
use crate::aws::dynamodb::Dynamodb;
use crate::aws::objects::Objects;
use crate::aws::secrets::Secrets;
use crate::aws::sqs::Sqs;
use crate::page::Page;
use crate::ses::Ses;

/// The services behind the port.
pub struct Edge {
    /// DynamoDB and its streams.
    pub dynamodb: Arc<Dynamodb>,
    pub sqs: Arc<Sqs>,
    pub ses: Arc<Ses>,
    pub secrets: Arc<Secrets>,
    pub objects: Arc<Objects>,
    /// Functions may be added after the port has begun to answer.
    pub lambdas: Lambdas,
    /// Runs the invocations that nobody waits for.
    pub async_invoker: AsyncInvoker,
    /// The event buses, with their rules.
    pub event_bus: EventBus,
    pub page: Page,
    /// Counts each call of a function to an AWS service.
    pub calls: Arc<Calls>,
    /// Decides which of those calls fail.
    pub faults: Arc<dyn Faults>,
}
