//! Scans of dead-letter queues, one at a time for each queue.
//!
//! A scan hides each message from every other reader until it ends, so two at once would both see a part. Pages that only
//! look share one scan, and page over it for a while; whatever else receives messages of the queue waits for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{OwnedMutexGuard, watch};

use crate::aws::Dlq;
use crate::dlq::{DlqScan, ScanPreview};
use crate::error::CliError;
use crate::interrupt::Interrupt;

/// How long a scan is shown: somebody pages through it.
const KEPT_FOR: Duration = Duration::from_secs(30);

/// Of how many messages a scan keeps the body. Another one's is received again when it is looked at.
pub const MAX_BODIES: usize = 1_000;

/// What the console knows of the dead-letter queues.
#[derive(Debug, Default)]
pub struct Scans {
    queues: Mutex<HashMap<Dlq, QueueState>>,
}

#[derive(Debug, Default)]
struct QueueState {
    /// Held by whoever receives messages of the queue.
    receiving: Arc<tokio::sync::Mutex<()>>,
    latest: Option<Arc<KeptScan>>,
    /// Why the latest scan failed, until a page was told.
    failure: Option<Arc<CliError>>,
    running: Weak<RunningScan>,
}

/// Of which dead-letter queues something receives messages.
#[derive(Debug, Clone)]
pub enum Queues {
    /// The one that is called so.
    One(String),
    All,
}

/// A queue that nobody else here receives from, until this is dropped.
#[derive(Debug)]
pub struct HeldQueue {
    pub dlq: Dlq,
    _receiving: OwnedMutexGuard<()>,
}

/// A whole scan of a queue.
#[derive(Debug)]
pub struct KeptScan {
    /// Without bodies.
    pub scan: DlqScan,
    /// The first of them by message id, masked.
    bodies: HashMap<String, Value>,
    /// In milliseconds since 1970.
    pub ended_at: i64,
    ended: Instant,
}

/// What came of a scan, for all who waited for it.
pub type ScanResult = Result<Arc<KeptScan>, Arc<CliError>>;

/// How far a scan is.
#[derive(Debug)]
pub struct ScanProgress {
    /// How many messages were read, of how many that SQS has counted.
    pub bar: ProgressBar,
    pub preview: ScanPreview,
}

/// A scan under way, held by those who wait for it: with the last of them it stops.
#[derive(Debug)]
pub struct RunningScan {
    interrupt: Interrupt,
    pub progress: Arc<ScanProgress>,
    result: watch::Receiver<Option<ScanResult>>,
}

/// Where the messages of a queue are to be had from.
#[derive(Debug)]
pub enum Source {
    Kept(Arc<KeptScan>),
    Running(Arc<RunningScan>),
    /// Nobody scans it yet: whoever gets this has to.
    New {
        running: Arc<RunningScan>,
        task: ScanTask,
    },
}

/// What the task that scans needs.
#[derive(Debug)]
pub struct ScanTask {
    pub interrupt: Interrupt,
    pub progress: Arc<ScanProgress>,
    running: Weak<RunningScan>,
    result: watch::Sender<Option<ScanResult>>,
}

impl Scans {
    /// The scan of a queue that a page is about: the latest one unless it is too old, else the one that is under way, else
    /// a new one, which `interrupt` stops too.
    pub fn source(&self, dlq: Dlq, interrupt: &Interrupt) -> Source {
        let mut queues = self.lock();
        let state = queues.entry(dlq).or_default();
        if let Some(kept) = state.latest.as_ref().filter(|kept| kept.is_recent()) {
            return Source::Kept(Arc::clone(kept));
        }
        if let Some(running) = state.running.upgrade() {
            return Source::Running(running);
        }
        let interrupt = interrupt.child();
        let (result, receiver) = watch::channel(None);
        let progress = ScanProgress { bar: ProgressBar::hidden(), preview: ScanPreview::default() };
        let progress = Arc::new(progress);
        let running = Arc::new(RunningScan {
            interrupt: interrupt.clone(),
            progress: Arc::clone(&progress),
            result: receiver,
        });
        state.running = Arc::downgrade(&running);
        let task = ScanTask { interrupt, progress, running: Weak::clone(&state.running), result };
        Source::New { running, task }
    }

    /// Waits until nobody else here receives messages of the queue, and keeps others from it until it is dropped.
    ///
    /// # Errors
    /// [`CliError::Interrupted`] when it is to stop before its turn has come: a replay may take hours.
    pub async fn hold(&self, dlq: Dlq, interrupt: &Interrupt) -> Result<HeldQueue, CliError> {
        let receiving = Arc::clone(&self.lock().entry(dlq).or_default().receiving);
        tokio::select! {
            guard = receiving.lock_owned() => Ok(HeldQueue { dlq, _receiving: guard }),
            () = interrupt.requested() => Err(CliError::Interrupted(format!(
                "Stopped while something else here used the queue {dlq}. Nothing was changed."
            ))),
        }
    }

    /// Forgets what was seen of a queue, whose messages have changed.
    pub fn forget(&self, dlq: Dlq) {
        self.lock().entry(dlq).or_default().latest = None;
    }

    /// The latest scan, however old it is.
    pub fn latest(&self, dlq: Dlq) -> Option<Arc<KeptScan>> {
        self.lock().entry(dlq).or_default().latest.clone()
    }

    /// Takes why the latest scan failed: it is told once to a page that loads itself, and the next page begins a new scan.
    pub fn take_failure(&self, dlq: Dlq) -> Option<Arc<CliError>> {
        self.lock().entry(dlq).or_default().failure.take()
    }

    /// Keeps what a scan has found, and tells those who wait for it.
    pub fn finish(&self, dlq: Dlq, task: &ScanTask, found: Result<DlqScan, CliError>) {
        let result = found.map(|scan| Arc::new(KeptScan::new(scan))).map_err(Arc::new);
        let mut queues = self.lock();
        let state = queues.entry(dlq).or_default();
        match &result {
            Ok(kept) => {
                state.latest = Some(Arc::clone(kept));
                state.failure = None;
            }
            // One that was given up did not fail.
            Err(error) if matches!(**error, CliError::Interrupted(_)) => {}
            Err(error) => state.failure = Some(Arc::clone(error)),
        }
        // The next page begins anew where this one failed. If this one was given up, another may be under way.
        if state.running.ptr_eq(&task.running) {
            state.running = Weak::new();
        }
        drop(queues);
        task.result.send_replace(Some(result));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Dlq, QueueState>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeptScan {
    fn new(mut scan: DlqScan) -> Self {
        let bodies = scan
            .entries
            .iter_mut()
            .filter_map(|entry| Some((entry.summary.message_id.clone(), entry.body.take()?)));
        let bodies = bodies.collect();
        Self { scan, bodies, ended_at: Timestamp::now().as_millisecond(), ended: Instant::now() }
    }

    /// A message's body, masked, if it is one of those that were kept.
    pub fn body(&self, message_id: &str) -> Option<&Value> {
        self.bodies.get(message_id)
    }

    fn is_recent(&self) -> bool {
        self.ended.elapsed() < KEPT_FOR
    }
}

impl RunningScan {
    /// Waits for its end; `None` if it was lost in a panic.
    pub async fn result(&self) -> Option<ScanResult> {
        let mut result = self.result.clone();
        let ended = result.wait_for(Option::is_some).await.ok()?;
        ended.clone()
    }
}

impl Drop for RunningScan {
    fn drop(&mut self) {
        // Nothing after its end. Before, it makes its messages visible again and stops.
        self.interrupt.request();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(scans: &Scans, interrupt: &Interrupt) -> (Arc<RunningScan>, ScanTask) {
        match scans.source(Dlq::Mail, interrupt) {
            Source::New { running, task } => (running, task),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn whoever_looks_at_a_queue_while_it_is_scanned_shares_the_scan_and_later_ones_see_it_too()
     {
        let (scans, console) = (Scans::default(), Interrupt::default());
        let (first, task) = begin(&scans, &console);
        let Source::Running(second) = scans.source(Dlq::Mail, &console) else { panic!("shared") };
        assert!(matches!(scans.source(Dlq::Inbox, &console), Source::New { .. }));
        drop(first);
        assert!(!task.interrupt.is_requested(), "somebody still waits");
        scans.finish(Dlq::Mail, &task, Ok(DlqScan::empty(Dlq::Mail)));
        assert!(second.result().await.unwrap().is_ok());
        assert!(matches!(scans.source(Dlq::Mail, &console), Source::Kept(_)));
        scans.forget(Dlq::Mail);
        assert!(matches!(scans.source(Dlq::Mail, &console), Source::New { .. }));
    }

    #[test]
    fn a_scan_is_shown_for_half_a_minute() {
        let (scans, console) = (Scans::default(), Interrupt::default());
        let keep = |age| {
            let ended = Instant::now().checked_sub(age).unwrap();
            let kept = KeptScan { ended, ..KeptScan::new(DlqScan::empty(Dlq::Mail)) };
            scans.lock().entry(Dlq::Mail).or_default().latest = Some(Arc::new(kept));
        };
        keep(KEPT_FOR - Duration::from_secs(10));
        assert!(matches!(scans.source(Dlq::Mail, &console), Source::Kept(_)));
        keep(KEPT_FOR);
        assert!(matches!(scans.source(Dlq::Mail, &console), Source::New { .. }));
    }

    #[tokio::test]
    async fn a_scan_for_which_nobody_waits_stops_and_one_that_failed_is_not_kept() {
        let (scans, console) = (Scans::default(), Interrupt::default());
        let (running, task) = begin(&scans, &console);
        drop(running);
        assert!(task.interrupt.is_requested() && !console.is_requested());
        let (running, task) = begin(&scans, &console);
        scans.finish(Dlq::Mail, &task, Err(CliError::service("SQS is away.")));
        assert!(running.result().await.unwrap().is_err());
        let (running, task) = begin(&scans, &console);
        drop(task);
        assert!(running.result().await.is_none(), "it panicked");
    }

    #[tokio::test]
    async fn a_scan_that_was_given_up_leaves_the_one_that_followed_it_under_way() {
        let (scans, console) = (Scans::default(), Interrupt::default());
        let (given_up, late) = begin(&scans, &console);
        drop(given_up);
        let (_running, _task) = begin(&scans, &console);
        scans.finish(Dlq::Mail, &late, Err(CliError::Interrupted("stopped".to_owned())));
        assert!(matches!(scans.source(Dlq::Mail, &console), Source::Running(_)));
    }

    #[tokio::test]
    async fn who_waits_for_a_queue_that_somebody_uses_can_be_stopped() {
        let (scans, waiting) = (Scans::default(), Interrupt::default());
        let user = scans.hold(Dlq::Mail, &Interrupt::default()).await.unwrap();
        waiting.request();
        let stopped = scans.hold(Dlq::Mail, &waiting).await;
        assert!(matches!(stopped, Err(CliError::Interrupted(_))), "{stopped:?}");
        drop(user);
        assert!(scans.hold(Dlq::Mail, &Interrupt::default()).await.is_ok());
    }
}
