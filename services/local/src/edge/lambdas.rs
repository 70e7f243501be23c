//! The functions by their names on AWS.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};

use connector::System;

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
    /// The function whose Function URL has this path. Deployed, each has a URL of its own.
    pub(super) fn with_url(&self, path: &str) -> Option<Lambda> {
        let of_system = |name: &str| System::from_str(name).is_ok();
        let system = path
            .trim_end_matches('/')
            .strip_prefix("/v1/shops/")
            .and_then(|path| path.split_once('/').filter(|(_, name)| of_system(name)));
        self.find(if system.is_some() { "waybill-connector" } else { "waybill-intake" })
    }
}
