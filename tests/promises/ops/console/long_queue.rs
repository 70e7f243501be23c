//! A dead-letter queue that takes long to read: SQS gives ten messages at a time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use futures::{StreamExt, stream};
use http::StatusCode;
use kit::queue::queue_depth;
use local::Config;
use local::aws::calls::Caller;
use local::edge::faults::{Call, Fault, Faults};
use tokio::task::block_in_place;

use super::browser::{Browser, Console, text};
use crate::ops::process::json;
use crate::support::{TestStack, config, eventually};

const QUEUE: &str = "/dead-letters/queue?queue=mail";
const MESSAGES: usize = 700;

/// As many calls as a scan makes at once.
const ROUND: usize = 10;

/// The operator's receives wait until they are let through. At first all do.
#[derive(Default)]
struct Gate {
    /// How many more are let through.
    open_for: Mutex<usize>,
    changed: Condvar,
    /// Whether those are refused.
    refuses: AtomicBool,
}

impl Gate {
    fn pass(&self) {
        let open_for = self.open_for.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = self.changed.wait_while(open_for, |open_for| *open_for == 0);
        *passed.unwrap_or_else(PoisonError::into_inner) -= 1;
    }

    fn open_for(&self, calls: usize) {
        *self.open_for.lock().unwrap_or_else(PoisonError::into_inner) = calls;
        self.changed.notify_all();
    }
}

impl Faults for Gate {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_operators = *call.caller == Caller::Function("ops".to_owned());
        if !is_operators || call.operation != "ReceiveMessage" {
            return None;
        }
        // The stack's other calls go on meanwhile, on other threads.
        block_in_place(|| self.pass());
        // The SDK tries again after other errors, but not after this one.
        self.refuses.load(Ordering::SeqCst).then_some(Fault::Denied)
    }
}

/// Lets the operator's receives through, at the latest when it is dropped: a test that has failed could not end while one
/// waits.
struct Receives(Arc<Gate>);

impl Receives {
    fn hold(&self) {
        self.0.open_for(0);
    }

    fn release(&self) {
        self.0.refuses.store(false, Ordering::SeqCst);
        self.0.open_for(usize::MAX);
    }

    /// Holds those after the next ones.
    fn release_a_round(&self) {
        self.0.open_for(ROUND);
    }

    /// Refuses the next ones, and holds those after them.
    fn refuse_a_round(&self) {
        self.0.refuses.store(true, Ordering::SeqCst);
        self.0.open_for(ROUND);
    }
}

impl Drop for Receives {
    fn drop(&mut self) {
        self.release();
    }
}

async fn start() -> (TestStack, Receives) {
    let gate = Arc::<Gate>::default();
    let stack = TestStack::start_with(Config { faults: Arc::clone(&gate) as _, ..config() }).await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    let bodies: Vec<String> = (0..MESSAGES).map(|n| format!("not ours {n}")).collect();
    stream::iter(&bodies).for_each_concurrent(16, |body| stack.send(&dlq, body)).await;
    (stack, Receives(gate))
}

/// Where a page loads itself again.
fn reload(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("<meta http-equiv=\"refresh\" content=\"2; url=")?;
    Some(rest.split('"').next()?.replace("&#38;", "&"))
}

/// The page that it becomes by loading itself.
async fn once_whole(browser: &Browser, mut page: String) -> String {
    eventually("the queue is read", async || reload(&browser.page(QUEUE).await).is_none()).await;
    while let Some(link) = reload(&page) {
        page = browser.page(&link).await;
    }
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_queue_is_shown_while_one_scan_for_all_reads_it_and_then_whole() {
    let (stack, receives) = start().await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let first = browser.page(QUEUE).await;
    assert!(first.contains("The queue mail is being read: "), "{first}");
    assert!(first.contains(" of about 700 messages so far."), "{first}");
    let link = reload(&first).expect("it loads itself");
    assert!(link.contains("reload=1") && first.contains("Look now"), "{link}");
    for action in ["Plan a replay of these", "Repair these", "Delete these"] {
        assert!(!first.contains(action), "what it is about is not known yet: {first}");
    }
    let all = browser.page("/dead-letters").await;
    assert!(all.contains("The queue mail is being read: "), "{all}");
    assert!(!all.contains("There are none"), "{all}");
    receives.release();
    let whole = once_whole(&browser, first).await;
    assert!(whole.contains("700 messages, page 1 of 14"), "{whole}");
    assert!(!whole.contains("Not looked at") && whole.contains("Delete these"), "{whole}");
    assert!(browser.page("/dead-letters").await.contains("<span class=\"count\">700</span>"));
    let listed = json(&stack, &["dlq", "show", "mail"]).await;
    assert_eq!(listed["entries"][0]["receives"], 2, "by one scan of the console, and this one");
    receives.hold();
    let again = browser.page(&format!("{QUEUE}&again=1")).await;
    assert!(again.contains("is being read"), "{again}");
    assert!(!reload(&again).expect("it loads itself").contains("again"), "{again}");
    receives.release();
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_fails_while_its_page_loads_itself_is_told_there() {
    let (stack, receives) = start().await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let first = browser.page(QUEUE).await;
    let link = reload(&first).expect("it loads itself");
    let dlq = &stack.stack.resources.queues.mail_dlq.url;
    let in_flight =
        async || queue_depth(&stack.stack.sqs, dlq).await.expect("SQS answers").in_flight;
    receives.release_a_round();
    eventually("the scan holds messages", async || in_flight().await > 0).await;
    assert!(reload(&browser.page(&link).await).is_some(), "the scan goes on");
    receives.refuse_a_round();
    // Nobody asks for the page just then, and a scan that ends gives its messages back.
    eventually("the scan has failed", async || in_flight().await == 0).await;
    // The failed scan may not be over yet. Another one would be held.
    let is_told = async || browser.get(&link).await.status == StatusCode::BAD_GATEWAY;
    eventually("the page tells that it has failed", is_told).await;
    receives.release();
    let again = text(&browser.get(QUEUE).await);
    assert!(once_whole(&browser, again).await.contains("700 messages"));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_many_messages_counts_them_on_a_page_that_then_leads_to_it_without_a_script() {
    let (stack, receives) = start().await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    for (path, plan) in [
        ("/dead-letters/replay?queue=mail", "Replay of mail: the plan"),
        ("/dead-letters/drop?queue=mail", "Delete 700 messages of mail for good"),
    ] {
        receives.hold();
        let begun = browser.get_once(path).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{path}");
        let job = begun.header("location");
        let counts =
            async || text(&browser.get_once(job).await).contains(" of about 700 looked at.");
        eventually("the page counts the messages", counts).await;
        let page = text(&browser.get_once(job).await);
        assert!(page.contains("<progress"), "{page}");
        assert!(
            reload(&page).is_some() && page.contains("Nothing is changed by looking."),
            "{page}"
        );
        receives.release();
        let made = text(&browser.follow(begun).await);
        assert!(made.contains(plan) && reload(&made).is_none(), "{made}");
    }
    stack.stop().await;
}
