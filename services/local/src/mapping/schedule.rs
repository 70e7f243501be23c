//! Invokes a function at a fixed rate, as an EventBridge rule with `rate(…)` does.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::handle::Mapping;
use crate::aws::arn::ACCOUNT_ID;
use crate::lambda::{Invocation, Invoke};

/// A rule that invokes a function at a fixed rate.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// The rule's name.
    pub rule: String,
    /// The region in its ARN.
    pub region: String,
    /// The rate; the first run is one such interval after the start.
    pub every: Duration,
}

impl Schedule {
    /// Starts it. A run that lasts longer than the interval delays the next one. A run that fails
    /// is logged and not retried, since the next one does the same work.
    pub fn start(self, function: Arc<dyn Invoke>) -> Mapping {
        Mapping::spawn(|stop| run(self, function, stop))
    }

    /// The event of one run
    /// ([AWS](https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html)).
    fn event(&self) -> Bytes {
        let Self { rule, region, .. } = self;
        let event = json!({
            "version": "0",
            "id": Uuid::new_v4().to_string(),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT_ID,
            "time": format!("{:.0}", Timestamp::now()),
            "region": region,
            "resources": [format!("arn:aws:events:{region}:{ACCOUNT_ID}:rule/{rule}")],
            "detail": {},
        });
        Bytes::from(event.to_string())
    }
}

async fn run(schedule: Schedule, function: Arc<dyn Invoke>, stop: CancellationToken) {
    let mut due = interval_at(Instant::now() + schedule.every, schedule.every);
    due.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            _ = due.tick() => {}
        }
        if let Invocation::Failed { .. } = function.invoke(Uuid::new_v4(), schedule.event()).await {
            tracing::warn!(rule = schedule.rule, "a scheduled run failed");
        }
    }
}
