//! A dead-letter queue that takes long to read: SQS gives ten messages at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::{StreamExt, stream};
use http::StatusCode;
use kit::queue::queue_depth;
use local::Config;
use local::aws::calls::Caller;
use local::edge::faults::{Call, Fault, Faults};

use super::browser::{Browser, Console, text};
use crate::ops::process::json;
use crate::support::{TestStack, config, eventually};

const QUEUE: &str = "/dead-letters/queue?queue=mail";
const MESSAGES: usize = 700;

/// The operator receives slowly, or not at all.
#[derive(Default)]
struct SlowReceives {
    fail: AtomicBool,
}

impl Faults for SlowReceives {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_operators = *call.caller == Caller::Function("ops".to_owned());
        (is_operators && call.operation == "ReceiveMessage").then(|| {
            match self.fail.load(Ordering::SeqCst) {
                true => Fault::ServerError,
                false => Fault::Delay(Duration::from_millis(300)),
            }
        })
    }
}

async fn start() -> (TestStack, Arc<SlowReceives>) {
    let faults = Arc::<SlowReceives>::default();
    let stack =
        TestStack::start_with(Config { faults: Arc::clone(&faults) as _, ..config() }).await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    let bodies: Vec<String> = (0..MESSAGES).map(|n| format!("not ours {n}")).collect();
    stream::iter(&bodies).for_each_concurrent(16, |body| stack.send(&dlq, body)).await;
    (stack, faults)
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
    let (stack, _) = start().await;
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
    let whole = once_whole(&browser, first).await;
    assert!(whole.contains("700 messages, page 1 of 14"), "{whole}");
    assert!(!whole.contains("Not looked at") && whole.contains("Delete these"), "{whole}");
    assert!(browser.page("/dead-letters").await.contains("<span class=\"count\">700</span>"));
    let listed = json(&stack, &["dlq", "show", "mail"]).await;
    assert_eq!(listed["entries"][0]["receives"], 2, "by one scan of the console, and this one");
    let again = browser.page(&format!("{QUEUE}&again=1")).await;
    assert!(again.contains("is being read"), "{again}");
    assert!(!reload(&again).expect("it loads itself").contains("again"), "{again}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_fails_while_its_page_loads_itself_is_told_there() {
    let (stack, faults) = start().await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let first = browser.page(QUEUE).await;
    let link = reload(&first).expect("it loads itself");
    let dlq = &stack.stack.resources.queues.mail_dlq.url;
    let in_flight =
        async || queue_depth(&stack.stack.sqs, dlq).await.expect("SQS answers").in_flight;
    eventually("the scan holds messages", async || in_flight().await > 0).await;
    faults.fail.store(true, Ordering::SeqCst);
    // Nobody asks for the page just then, and a scan that ends gives its messages back.
    eventually("the scan has failed", async || in_flight().await == 0).await;
    faults.fail.store(false, Ordering::SeqCst);
    let failed = browser.get(&link).await;
    assert_eq!(failed.status, StatusCode::BAD_GATEWAY, "{}", text(&failed));
    let again = text(&browser.get(QUEUE).await);
    assert!(once_whole(&browser, again).await.contains("700 messages"));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_many_messages_counts_them_on_a_page_that_then_leads_to_it_without_a_script() {
    let (stack, _) = start().await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    for (path, plan) in [
        ("/dead-letters/replay?queue=mail", "Replay of mail: the plan"),
        ("/dead-letters/drop?queue=mail", "Delete 700 messages of mail for good"),
    ] {
        let begun = browser.get_once(path).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{path}");
        let page = text(&browser.get_once(begun.header("location")).await);
        assert!(page.contains(" of about 700 looked at.") && page.contains("<progress"), "{page}");
        assert!(
            reload(&page).is_some() && page.contains("Nothing is changed by looking."),
            "{page}"
        );
        let made = text(&browser.follow(begun).await);
        assert!(made.contains(plan) && reload(&made).is_none(), "{made}");
    }
    stack.stop().await;
}
