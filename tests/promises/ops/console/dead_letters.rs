//! Dead letters: looked at, replayed and dropped by the console.

use std::sync::Arc;

use futures::future::join_all;
use http::StatusCode;
use local::Config;

use super::browser::{Browser, Console, hidden_field, text};
use super::stopping::Slow;
use crate::ops::process::{
    accept_mails_again, assert_one_mail_each, dead_letters, json, wait_for_state, waybill,
    with_refused_mails,
};
use crate::support::events::customer;
use crate::support::http::Answer;
use crate::support::{TestStack, eventually};

const PLAN: &str = "/dead-letters/replay?queue=mail";

/// Confirms the plan of a page, and returns the page of what was done once it has ended.
async fn replay(browser: &Browser, plan: &str) -> String {
    let fields = [("plan", &*hidden_field(plan, "plan")), ("reason", "the sender is verified")];
    end_of_job(browser, &browser.post("/dead-letters/replay", &fields).await).await
}

/// The page of what a form has begun, once it has ended.
async fn end_of_job(browser: &Browser, answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", text(answer));
    let job = answer.header("location").to_owned();
    eventually("the job has ended", || async {
        !browser.page(&job).await.contains("http-equiv=\"refresh\"")
    })
    .await;
    browser.page(&job).await
}

/// How many messages a replay has moved, as its page says.
fn moved(page: &str) -> usize {
    let is_end =
        |sentence: &&str| sentence.ends_with(" message") || sentence.ends_with(" messages");
    let sentence = page.split(" moved.").find(is_end).expect("what was moved");
    let number = sentence.rsplit(' ').nth(1).and_then(|word| word.rsplit('>').next());
    number.and_then(|number| number.parse().ok()).expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_that_two_operators_replay_at_once_is_one_mail() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    let orders = ["A1", "A2", "A3"];
    dead_letters(&stack, &orders).await;
    accept_mails_again(&stack);
    let (one, other) =
        tokio::join!(Console::start(&stack, &[]), Console::start(&stack, &["--operator", "joe"]));
    let (one, other) = (one.open().await, other.open().await);
    // One after the other: what the first scan holds, the second would not see.
    let plans = [one.page(PLAN).await, other.page(PLAN).await];
    assert!(plans.iter().all(|plan| plan.contains("To move: 3 messages")), "{plans:#?}");
    let (first, second) = tokio::join!(replay(&one, &plans[0]), replay(&other, &plans[1]));
    assert_eq!(moved(&first) + moved(&second), 3, "{first}\n{second}");
    for order in orders {
        wait_for_state(&stack, order, "delivered").await;
    }
    // A second copy might still be on its way.
    let queues = &stack.stack.resources.queues;
    eventually("nothing is queued any more", || async {
        stack.depth(&queues.mail).await + stack.depth(&queues.mail_dlq).await == 0
    })
    .await;
    assert_one_mail_each(&stack, &orders);
    let again = one
        .post(
            "/dead-letters/replay",
            &[("plan", &hidden_field(&plans[0], "plan")), ("reason", "x")],
        )
        .await;
    assert_eq!(again.status, StatusCode::CONFLICT, "a plan is carried out once");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_grouped_by_reason_selected_and_shown_without_personal_data() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1", "A2"]).await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    stack.send(&dlq, "not ours").await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let all = browser.page("/dead-letters").await;
    assert!(
        all.contains("2 order.confirmed") && all.contains("If replayed: 2 to be sent"),
        "{all}"
    );
    assert!(all.contains("from https://shop.example/orders"), "who published them: {all}");
    let sample = all.split("href=\"").find(|it| it.starts_with("/dead-letters/message?"));
    let sample = sample.and_then(|it| it.split('"').next()).expect("one of them");
    let sample = browser.page(&sample.replace("&#38;", "&")).await;
    assert!(sample.contains("Dead letter <span"), "{sample}");
    let unparseable = browser.page("/dead-letters/queue?queue=mail&kind=unparseable").await;
    assert!(unparseable.contains("1 of 3 messages selected"), "{unparseable}");
    assert!(unparseable.contains("selected>cannot be parsed</option>"), "{unparseable}");
    let page = browser.page("/dead-letters/queue?queue=mail&order=A1").await;
    assert!(page.contains("1 of 3 messages selected"), "{page}");
    assert!(page.contains("waybill dlq show mail --order A1"), "{page}");
    let none = browser.get("/dead-letters/queue?queue=mail&kind=x").await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let link = page
        .split("href=\"")
        .find(|it| it.starts_with("/dead-letters/message?"))
        .expect("a dead letter");
    let link =
        link.split('"').next().expect("its link").replace("&#38;", "&").replace("&amp;", "&");
    let message = browser.page(&link).await;
    assert!(message.contains("SES refused the mail for good"), "{message}");
    assert!(message.contains("a***@***.example") && !message.contains("a1@customers"), "{message}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_body_of_a_dead_letter_is_shown_to_who_says_why_and_the_audit_log_names_its_order() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1"]).await;
    let listed = json(&stack, &["dlq", "show", "mail"]).await;
    let id = listed["entries"][0]["message_id"].as_str().expect("its id");
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let message = format!("/dead-letters/message?queue=mail&id={id}");
    let form = |reason| [("queue", "mail"), ("id", id), ("reason", reason)];
    let refused = browser.post("/dead-letters/unmask", &form(" ")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!browser.page(&message).await.contains(&customer("A1")), "still masked");
    let shown = browser.carry_out("/dead-letters/unmask", &form("ticket 4711")).await;
    assert!(shown.contains(&customer("A1")) && shown.contains("--show-pii"), "{shown}");
    let audit = json(&stack, &["audit"]).await;
    let item = &audit["items"][0];
    assert_eq!(item["action"], format!("show dead letter {id} of mail"), "{audit:#}");
    assert_eq!((&item["reason"], &item["state"]), (&"ticket 4711".into(), &"completed".into()));
    assert!(!audit.to_string().contains(&customer("A1")), "{audit:#}");
    let log = browser.page("/audit").await;
    assert!(log.contains("href=\"/order?shop=default&#38;id=A1\">Order A1"), "{log}");
    let hidden = browser.carry_out("/dead-letters/mask", &form("")).await;
    assert!(!hidden.contains(&customer("A1")), "{hidden}");
    stack.stop().await;
}

/// Sends the form of a page that asks before it deletes.
async fn confirm(browser: &Browser, asked: &str, number: &str) -> Answer {
    let plan = hidden_field(asked, "plan");
    let fields = [("plan", plan.as_str()), ("reason", "refunded"), ("number", number)];
    browser.post("/dead-letters/drop", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_deleted_only_by_typing_the_number_that_their_page_shows() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1", "A2"]).await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    let folder = tempfile::tempdir().expect("a directory");
    let console = Console::start_in(&stack, &[], folder.path()).await;
    let browser = console.open().await;
    let drop = "/dead-letters/drop?queue=mail&order=A1";
    let asked = browser.page(drop).await;
    assert!(asked.contains("a mail that nobody has received"), "what is lost: {asked}");
    for wrong in ["", "2", "all"] {
        let refused = confirm(&browser, &asked, wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        let page = text(&refused);
        assert!(page.contains("Nothing was deleted. You typed"), "{page}");
        assert!(page.contains("value=\"refunded\""), "the form is as it was sent: {page}");
        assert_eq!(hidden_field(&page, "plan"), hidden_field(&asked, "plan"), "{page}");
        assert_eq!(stack.depth(&dlq).await, 2);
    }
    // The same form, once its number is right.
    let done = end_of_job(&browser, &confirm(&browser, &asked, "1").await).await;
    let folder_name = folder.path().display().to_string();
    assert!(
        done.contains("1 message deleted, and kept in ") && done.contains(&folder_name),
        "{done}"
    );
    assert_eq!(stack.depth(&dlq).await, 1);
    let kept = std::fs::read_dir(folder.path()).expect("the folder").next().expect("a file");
    let kept = std::fs::read_to_string(kept.expect("its name").path()).expect("its text");
    assert!(kept.contains("A1-confirmed"), "{kept}");
    let audit = json(&stack, &["audit"]).await;
    assert_eq!(audit["items"][0]["action"], "dlq drop mail", "{audit:#}");
    let again = confirm(&browser, &asked, "1").await;
    assert_eq!(again.status, StatusCode::CONFLICT, "a page's form is carried out once");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_that_the_page_has_not_shown_is_not_deleted_though_the_number_is_the_same() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1", "A2"]).await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    let folder = tempfile::tempdir().expect("a directory");
    let console = Console::start_in(&stack, &[], folder.path()).await;
    let browser = console.open().await;
    let asked = browser.page("/dead-letters/drop?queue=mail").await;
    assert!(asked.contains("order A1") && asked.contains("order A2"), "each is listed: {asked}");
    let file = folder.path().join("A1.jsonl").display().to_string();
    let one = ["dlq", "drop", "mail", "--order", "A1", "--yes-delete-1"];
    let saved = ["--reason", "refunded", "--save-to", &file];
    let dropped = waybill(&stack, &[&one[..], &saved].concat()).await;
    assert_eq!(dropped.code, Some(0), "{dropped:#?}");
    stack.send(&dlq, "not shown").await;
    let page = end_of_job(&browser, &confirm(&browser, &asked, "2").await).await;
    assert!(page.contains("Nothing was deleted"), "{page}");
    assert!(page.contains("1 message. New: 1 message."), "{page}");
    assert_eq!(stack.depth(&dlq).await, 2);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_look_at_one_queue_at_once_all_see_every_message() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    for n in 0..30 {
        stack.send(&dlq, &format!("not ours {n}")).await;
    }
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let paths = [
        "/dead-letters",
        "/dead-letters/queue?queue=mail",
        "/dead-letters/drop?queue=mail",
        "/dead-letters/queue?queue=mail&again=1",
        "/dead-letters/replay?queue=mail",
        "/dead-letters/queue?queue=mail&verdict=unparseable",
    ];
    let pages = join_all(paths.iter().map(|path| browser.page(path))).await;
    for (path, page) in paths.iter().zip(pages) {
        let all = ["<span class=\"count\">30</span>", "30 messages", "30 of 30 messages"];
        assert!(all.iter().any(|all| page.contains(all)), "{path}: {page}");
        assert!(!page.contains("Not looked at"), "{path}: {page}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_waits_for_what_changes_its_queue_and_then_shows_what_is_left() {
    const QUEUE: &str = "/dead-letters/queue?queue=mail";
    let slow = Slow::new("DeleteMessageBatch");
    let config = Config { faults: Arc::clone(&slow) as _, ..with_refused_mails() };
    let stack = TestStack::start_with(config).await;
    dead_letters(&stack, &["A1", "A2"]).await;
    accept_mails_again(&stack);
    stack.send(&stack.stack.resources.queues.mail_dlq, "not ours").await;
    let folder = tempfile::tempdir().expect("a directory");
    let console = Console::start_in(&stack, &[], folder.path()).await;
    let browser = console.open().await;
    // What this shows is kept for the next one who looks.
    assert!(browser.page(QUEUE).await.contains("3 messages"));

    let plan = browser.page(PLAN).await;
    let replayed = replay(&browser, &plan);
    let seen = async {
        slow.begins().await;
        (browser.page(PLAN).await, browser.page(QUEUE).await)
    };
    let (replayed, (planned, queue)) = tokio::join!(replayed, seen);
    assert_eq!(moved(&replayed), 2, "{replayed}");
    assert!(planned.contains("Nothing to move") && !planned.contains("in flight"), "{planned}");
    assert!(queue.contains("1 message") && !queue.contains("3 messages"), "{queue}");

    let dropped = drop_the_only_one(&browser);
    let seen = async {
        slow.begins().await;
        (browser.page(PLAN).await, browser.page(QUEUE).await)
    };
    let (dropped, (planned, queue)) = tokio::join!(dropped, seen);
    assert!(dropped.contains("1 message deleted"), "{dropped}");
    assert!(!planned.contains("in flight"), "{planned}");
    assert!(!queue.contains("1 message"), "{queue}");
    stack.stop().await;
}

/// Deletes the only message of the queue, and returns the page of what was done.
async fn drop_the_only_one(browser: &Browser) -> String {
    let asked = browser.page("/dead-letters/drop?queue=mail").await;
    end_of_job(browser, &confirm(browser, &asked, "1").await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_for_an_order_that_no_table_knows_waits_for_what_changes_a_queue() {
    let slow = Slow::new("DeleteMessageBatch");
    let config = Config { faults: Arc::clone(&slow) as _, ..crate::support::config() };
    let stack = TestStack::start_with(config).await;
    stack.send(&stack.stack.resources.queues.mail_dlq, "not ours").await;
    let folder = tempfile::tempdir().expect("a directory");
    let console = Console::start_in(&stack, &[], folder.path()).await;
    let browser = console.open().await;
    let found = async {
        slow.begins().await;
        text(&browser.get("/order?id=A1").await)
    };
    let (dropped, found) = tokio::join!(drop_the_only_one(&browser), found);
    assert!(dropped.contains("1 message deleted"), "{dropped}");
    assert!(found.contains("no dead letter is about it"), "{found}");
    assert!(!found.contains("in flight"), "{found}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_nobody_could_work_on_is_dated_by_its_receipt_and_offers_no_replay() {
    let stack = TestStack::start().await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    stack.send(&dlq, "not ours").await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let list = browser.page("/dead-letters").await;
    assert!(list.contains("first received "), "{list}");
    let queue = browser.page("/dead-letters/queue?queue=mail").await;
    let (_, seen) = queue.split_once("Seen at ").expect("when it was looked at");
    let seen = seen.split('.').next().expect("a sentence");
    assert!(seen.ends_with(" UTC") && seen.contains(", "), "as people say it: {seen}");
    let replay = "Plan a replay of these";
    assert!(!queue.contains(replay) && queue.contains("Repair these"), "{queue}");
    let link = queue.split("href=\"").find(|it| it.starts_with("/dead-letters/message?"));
    let link = link.and_then(|it| it.split('"').next()).expect("its link").replace("&#38;", "&");
    let page = browser.page(&link).await;
    assert!(page.contains("First received") && !page.contains("<dt>Failed</dt>"), "{page}");
    assert!(page.contains("its body is not valid") && !page.contains("Plan its replay"), "{page}");
    stack.stop().await;
}
