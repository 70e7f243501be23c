//! The functions by their names on AWS.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::lambda::Invoke;

/// A function that the edge can invoke.
#[derive(Clone)]
pub struct Lambda {
    pub function: Arc<dyn Invoke>,
    /// The name of its dead-letter queue, which gets the payload of an asynchronous invocation after its
    /// last attempt.
    pub dead_letter_queue: Option<String>,
}

/// The functions by their names on AWS: `waybill-intake`. A clone is another handle to the same
/// list.
// Not a plain map: the port has to answer before the functions are there, because they call their
// services as they start.
#[derive(Clone, Default)]
pub struct Lambdas(Arc<RwLock<BTreeMap<String, Lambda>>>);

impl Lambdas {
    /// Adds a function, by the name at the end of its ARN.
    pub fn add(&self, function: Arc<dyn Invoke>, dead_letter_queue: Option<&str>) {
        let name = function.arn().rsplit(':').next().unwrap_or_default().to_owned();
        let dead_letter_queue = dead_letter_queue.map(str::to_owned);
        let lambda = Lambda { function, dead_letter_queue };
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name, lambda);
    }

    /// The function that `name` means to Lambda's API: a name or an ARN, either with a version or
    /// alias after it.
    pub(super) fn find(&self, name: &str) -> Option<Lambda> {
        let name = name.split_once(":function:").map_or(name, |(_, name)| name);
        let name = name.split(':').next().unwrap_or_default();
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
    /// The function that takes the shop's events.
    pub(super) fn intake(&self) -> Option<Lambda> {
        self.find("waybill-intake")
    }
}
