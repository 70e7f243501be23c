//! Fake functions that run closures.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use local::lambda::{Invocation, Invoke};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::wait::until;

type Body = dyn Fn(usize, Value) -> BoxFuture<'static, Invocation> + Send + Sync;

/// A function that keeps the events it got.
pub struct Fake {
    body: Box<Body>,
    events: Mutex<Vec<Value>>,
}

/// A function that runs `body` with the number of the invocation (from 0) and its
/// event.
pub fn function<F>(body: impl Fn(usize, Value) -> F + Send + Sync + 'static) -> Arc<Fake>
where
    F: Future<Output = Invocation> + Send + 'static,
{
    let body = Box::new(move |number, event| body(number, event).boxed());
    Arc::new(Fake { body, events: Mutex::new(Vec::new()) })
}

/// A function that always responds with this payload.
pub fn responding(response: &str) -> Arc<Fake> {
    let response = Bytes::from(response.to_owned());
    function(move |_, _| std::future::ready(Invocation::Answered(response.clone())))
}

/// A function that returns these results in order, and the last one from then on.
pub fn returning(results: Vec<Invocation>) -> Arc<Fake> {
    function(move |number, _| std::future::ready(results[number.min(results.len() - 1)].clone()))
}

/// A function that succeeds once the semaphore has a permit for the invocation.
pub fn gated() -> (Arc<Fake>, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let waiting = Arc::clone(&gate);
    let function = function(move |_, _| {
        let gate = Arc::clone(&waiting);
        async move {
            gate.acquire().await.unwrap().forget();
            success()
        }
    });
    (function, gate)
}

/// A function that succeeds after `work`, and the most invocations that were with it at once.
pub fn counting<F>(work: impl Fn() -> F + Send + Sync + 'static) -> (Arc<Fake>, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let (now, peak) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let most = Arc::clone(&peak);
    let function = function(move |_, _| {
        let (now, peak, work) = (Arc::clone(&now), Arc::clone(&peak), work());
        async move {
            peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            work.await;
            now.fetch_sub(1, Ordering::SeqCst);
            success()
        }
    });
    (function, most)
}

/// The response that everything succeeded.
pub fn success() -> Invocation {
    Invocation::Answered(Bytes::from_static(b"null"))
}

/// The response that these items failed.
pub fn failures(identifiers: &[&str]) -> Invocation {
    let failures: Vec<Value> =
        identifiers.iter().map(|id| json!({ "itemIdentifier": id })).collect();
    Invocation::Answered(json!({ "batchItemFailures": failures }).to_string().into())
}

/// A function error.
pub fn error() -> Invocation {
    Invocation::Failed { error: Bytes::from_static(br#"{"errorType":"Test"}"#) }
}

impl Fake {
    /// The events so far.
    pub fn events(&self) -> Vec<Value> {
        self.events.lock().unwrap().clone()
    }

    /// The records of each event so far, each as `short` shows it.
    pub fn batches(&self, short: impl Fn(&Value) -> String) -> Vec<Vec<String>> {
        let records = |event: &Value| {
            event["Records"].as_array().expect("an event has records").iter().map(&short).collect()
        };
        self.events().iter().map(records).collect()
    }

    /// Waits until it has been invoked so often.
    pub async fn wait_for_invocations(&self, times: usize) -> Vec<Value> {
        until(&format!("{times} invocations"), async || {
            let events = self.events();
            (events.len() >= times).then_some(events)
        })
        .await
    }
}

impl Invoke for Fake {
    fn arn(&self) -> &str {
        "arn:aws:lambda:us-east-1:000000000000:function:waybill-test"
    }

    fn invoke(&self, _: Uuid, payload: Bytes) -> BoxFuture<'_, Invocation> {
        let event: Value = serde_json::from_slice(&payload).expect("an event is JSON");
        let number = {
            let mut events = self.events.lock().unwrap();
            events.push(event.clone());
            events.len() - 1
        };
        (self.body)(number, event)
    }
}
