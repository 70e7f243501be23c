//! Files of a mail: what an event names goes with it, and what cannot go is no reason that the mail does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kit::ledger::Item;
use local::Config;
use local::aws::calls::{Caller, Service};
use local::aws::objects::ATTACHMENT_BUCKET;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::Settings;
use local::ses::Mail;
use local::ses::settings::Refusal;
use local::stack::ShopFile;
use mail_parser::{MessageParser, MimeHeaders};
use serde_json::{Value, json};
use shared::ShopId;

use crate::ops::process::{accept_mails_again, json as run_json, refuse_mails, waybill};
use crate::support::events::confirmed;
use crate::support::{TestStack, config, eventually, settings};

const PDF: &[u8] = b"%PDF-1.4\n\xe2\xe3\xcf\xd3\n%%EOF";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0";

/// The most that the files of a mail have together, by `mailer::attachments`.
const MAX_TOTAL_BYTES: usize = 5 * 1024 * 1024;

/// A stack with the shop `north`, whose files are in the bucket.
async fn stack_with(config: Config) -> TestStack {
    let shop = ShopId::parse("north").expect("the name of a shop");
    let north = ShopFile::new(shop, "{}").expect("settings");
    let stack = TestStack::start_with(Config { shops: vec![north], ..config }).await;
    put(&stack, "north/1.pdf", "application/pdf", PDF);
    put(&stack, "south/1.pdf", "application/pdf", PDF);
    stack
}

fn put(stack: &TestStack, key: &str, content_type: &str, bytes: &[u8]) {
    stack.stack.put_object((ATTACHMENT_BUCKET, key), content_type, bytes);
}

/// A confirmation of this order of the shop, with these files.
fn with_files(shop: &str, order: &str, files: &Value) -> String {
    let mut event: Value = serde_json::from_str(&confirmed(order)).expect("JSON");
    event["shop"] = shop.into();
    event["data"]["attachments"] = files.clone();
    event.to_string()
}

fn invoice(key: &str) -> Value {
    json!([{ "key": key, "kind": "invoice" }])
}

/// The only mail and the only record of an order.
async fn only_mail(stack: &TestStack, order: &str) -> (Arc<Mail>, Item) {
    let mails = stack.mails();
    let (shop, id) = order.split_once('/').expect("a key");
    let of_order = |mail: &&Arc<Mail>| {
        mail.content.shop() == Some(shop) && mail.content.order().as_deref() == Some(id)
    };
    let own: Vec<_> = mails.iter().filter(of_order).collect();
    assert_eq!(own.len(), 1, "{order} is mailed once");
    let items = stack.ledger_items(order).await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].doubts, 0, "no doubt arose");
    (Arc::clone(own[0]), items[0].clone())
}

fn names(mail: &Mail) -> Vec<&str> {
    mail.content.attachments.iter().map(|file| file.name.as_str()).collect()
}

fn gets(stack: &TestStack) -> u64 {
    let counts = stack.stack.calls.counts();
    counts.iter().filter(|call| call.service == Service::S3).map(|call| call.calls).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_that_an_event_names_go_with_its_mail_and_a_mail_without_any_asks_for_none() {
    let stack = stack_with(Config { settings: deployed_times(), ..config() }).await;
    put(&stack, "north/ü 2.png", "binary/octet-stream", PNG);
    let files = json!([
        { "key": "north/1.pdf", "name": "請求書 1", "kind": "invoice" },
        { "key": "north/ü 2.png", "kind": "return_label" },
    ]);
    let lines = [with_files("north", "F1", &files), with_files("north", "F2", &json!(null))];
    stack.publish(&lines).await;
    let (mail, item) = only_mail(&stack, "north/F1").await;
    assert_eq!(names(&mail), ["請求書 1.pdf", "ü 2.png"]);
    assert_eq!(item.left_out, None);
    let sent = &mail.content.attachments;
    assert_eq!((sent[0].media_type.as_str(), sent[0].bytes()), ("application/pdf", PDF.to_vec()));
    assert_eq!((sent[1].media_type.as_str(), sent[1].bytes()), ("image/png", PNG.to_vec()));
    // As a mail program reads the file that `--mail-dir` writes.
    let message = mail.to_rfc5322();
    let message = MessageParser::default().parse(&message).expect("a message");
    let read: Vec<_> = message.attachments().map(|part| part.attachment_name()).collect();
    assert_eq!(read, [Some("請求書 1.pdf"), Some("ü 2.png")]);
    assert_eq!(message.attachment(0).map(|part| part.contents()), Some(PDF));
    assert!(message.body_text(0).is_some() && message.body_html(0).is_some());

    let (without, _) = only_mail(&stack, "north/F2").await;
    assert!(names(&without).is_empty());
    assert_eq!(gets(&stack), 2, "one request a file, and none for the other mail");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_goes_once_without_each_file_that_is_missing_foreign_too_large_or_of_another_type() {
    let stack = stack_with(config()).await;
    put(&stack, "north/large.pdf", "application/pdf", &[PDF, &vec![0; MAX_TOTAL_BYTES]].concat());
    put(&stack, "north/page.pdf", "application/pdf", b"<html>");
    let files = json!([
        { "key": "north/large.pdf" },
        { "key": "north/kim-example-none.pdf", "kind": "invoice" },
        { "key": "north/1.pdf", "name": "here" },
        { "key": "south/1.pdf", "kind": "return_label" },
        { "key": "north/page.pdf" },
    ]);
    let default = with_files("default", "F4", &invoice("default/1.pdf"));
    stack.publish(&[with_files("north", "F3", &files), default]).await;
    // Where SES's event was recorded first, the mailer says it after that.
    eventually("both records say what was left out", async || {
        let (north, default) =
            (stack.ledger_items("north/F3").await, stack.ledger_items("default/F4").await);
        north.iter().chain(&default).all(|item| item.left_out.is_some())
    })
    .await;
    let (mail, item) = only_mail(&stack, "north/F3").await;
    assert_eq!(names(&mail), ["here.pdf"]);
    assert_eq!(
        item.left_out.as_deref(),
        Some("other:too_large invoice:not_found return_label:foreign_key other:wrong_type")
    );
    assert_eq!(item.attempt, 1);
    let (mail, item) = only_mail(&stack, "default/F4").await;
    assert!(names(&mail).is_empty());
    assert_eq!(item.left_out.as_deref(), Some("invoice:not_found"));

    // What an operator reads, and what is logged.
    let order = waybill(&stack, &["order", "F3", "--shop", "north"]).await;
    let found = run_json(&stack, &["order", "F3", "--shop", "north"]).await;
    let words = found["notifications"][0]["left_out"].as_str().expect("what it went without");
    assert!(words.starts_with("without file: larger"), "{words}");
    assert!(words.contains("invoice: object not found; return label: its key"), "{words}");
    assert!(order.stdout.contains("object not found"), "{order:#?}");
    let output = stack.output();
    let warned = output.iter().filter(|line| line.contains("the mail goes without a file"));
    assert_eq!(warned.count(), 5);
    assert!(output.iter().all(|line| !line.contains("kim-example")), "a key may name a customer");
    stack.stop().await;
}

/// What becomes of each call of S3.
struct S3Fault(Fault, AtomicUsize);

impl Faults for S3Fault {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_it = call.service == Service::S3;
        if is_it {
            self.1.fetch_add(1, Ordering::SeqCst);
        }
        is_it.then_some(self.0)
    }
}

/// How often S3 was asked for the file of a mail that then went without it, where each call meets this.
async fn calls_with(fault: Fault, times: Settings) -> usize {
    let faults = Arc::new(S3Fault(fault, AtomicUsize::new(0)));
    let as_faults = Arc::<S3Fault>::clone(&faults);
    let stack = stack_with(Config { faults: as_faults, settings: times, ..config() }).await;
    stack.publish(&[with_files("north", "F5", &invoice("north/1.pdf"))]).await;
    eventually("the record says what was left out", async || {
        stack.ledger_items("north/F5").await.iter().all(|item| item.left_out.is_some())
    })
    .await;
    let (mail, item) = only_mail(&stack, "north/F5").await;
    assert!(names(&mail).is_empty(), "{fault:?}");
    assert_eq!(item.left_out.as_deref(), Some("invoice:unavailable"), "{fault:?}");
    assert_eq!(item.attempt, 1, "{fault:?}");
    stack.stop().await;
    faults.1.load(Ordering::SeqCst)
}

#[tokio::test(flavor = "multi_thread")]
async fn while_s3_fails_a_mail_goes_once_without_its_file_after_one_more_try() {
    for fault in [Fault::ServerError, Fault::Throttled, Fault::HangUp] {
        assert_eq!(calls_with(fault, settings()).await, 2, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_s3_hangs_a_mail_goes_once_without_its_file_in_the_time_of_one_machine_and_in_the_deployed_one()
 {
    let hangs = Fault::Delay(Duration::from_secs(60));
    assert_eq!(calls_with(hangs, settings()).await, 2);
    assert_eq!(calls_with(hangs, deployed_times()).await, 2);
}

/// The times of a mailer as it is deployed.
fn deployed_times() -> Settings {
    Settings {
        function_timeout: Duration::from_secs(30),
        lease: Duration::from_secs(60),
        visibility_timeout: Duration::from_secs(180),
        ..settings()
    }
}

/// How many mails are claimed and not yet with SES, and how many were at most. S3 is slow.
#[derive(Default)]
struct Claimed {
    now: AtomicUsize,
    max: AtomicUsize,
}

impl Faults for Claimed {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        if *call.caller != Caller::Function("mailer".to_owned()) {
            return None;
        }
        let is_claim = String::from_utf8_lossy(call.body).contains(":also_holder");
        match call.service {
            Service::S3 => return Some(Fault::Delay(Duration::from_millis(1_200))),
            Service::DynamoDb if is_claim => {
                let claimed = 1 + self.now.fetch_add(1, Ordering::SeqCst);
                self.max.fetch_max(claimed, Ordering::SeqCst);
            }
            Service::SesV2 if call.operation == "SendEmail" => {
                self.now.fetch_sub(1, Ordering::SeqCst);
            }
            _ => {}
        }
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_wait_for_the_memory_of_their_files_before_they_are_claimed_and_all_go_with_them() {
    let claimed = Arc::new(Claimed::default());
    let as_faults = Arc::<Claimed>::clone(&claimed);
    let times = Settings {
        function_timeout: Duration::from_secs(20),
        lease: Duration::from_secs(40),
        visibility_timeout: Duration::from_secs(120),
        ..settings()
    };
    let stack = stack_with(Config { faults: as_faults, settings: times, ..config() }).await;
    let orders: Vec<String> = (0..20).map(|n| format!("W{n}")).collect();
    let line = |order: &String| with_files("north", order, &invoice("north/1.pdf"));
    let without = with_files("north", "W-none", &json!(null));
    let lines: Vec<String> = orders.iter().map(line).chain([without]).collect();
    stack.publish(&lines).await;
    for order in &orders {
        let (mail, item) = only_mail(&stack, &format!("north/{order}")).await;
        assert_eq!(names(&mail), ["1.pdf"], "{order}");
        assert_eq!((item.attempt, item.left_out), (1, None), "{order}");
    }
    // Four by each of the two mailers, and the one without files.
    let max = claimed.max.load(Ordering::SeqCst);
    assert!((2..=9).contains(&max), "{max} were claimed at the same time");
    stack.stop().await;
}

/// The mailer's `MemorySize` in `infra/template.yaml`.
const FUNCTION_MEMORY: u64 = 256 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_mails_with_the_largest_files_fits_into_the_functions_memory() {
    let stack = stack_with(Config { settings: deployed_times(), ..config() }).await;
    put(
        &stack,
        "north/large.pdf",
        "application/pdf",
        &[PDF, &vec![0; MAX_TOTAL_BYTES - PDF.len()]].concat(),
    );
    let orders: Vec<String> = (0..10).map(|n| format!("L{n}")).collect();
    let line = |order: &String| with_files("north", order, &invoice("north/large.pdf"));
    stack.publish(&orders.iter().map(line).collect::<Vec<_>>()).await;
    for order in &orders {
        let (mail, item) = only_mail(&stack, &format!("north/{order}")).await;
        assert_eq!((names(&mail), item.left_out), (vec!["large.pdf"], None), "{order}");
    }
    let functions = stack.stack.functions.status();
    let mailer = functions.iter().find(|function| function.name == "mailer").expect("a mailer");
    // Nothing where there is no /proc.
    let peak = mailer.memory.iter().map(|memory| memory.peak_bytes).max().unwrap_or_default();
    println!("mailer: at most {} MiB", peak / 1024 / 1024);
    assert!(peak < FUNCTION_MEMORY, "{peak} bytes");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_ses_rejects_for_a_virus_is_resent_once_and_without_its_files() {
    let stack = stack_with(config()).await;
    put(&stack, "north/virus.pdf", "application/pdf", b"%PDF-EICAR-STANDARD-ANTIVIRUS-TEST-FILE!");
    let files = json!([{ "key": "north/virus.pdf", "kind": "invoice" }, { "key": "north/1.pdf" }]);
    stack.publish(&[with_files("north", "F11", &files)]).await;
    eventually("the rejection is recorded", async || {
        stack.ledger_items("north/F11").await[0].state == "bounced"
    })
    .await;
    let first = stack.ledger_items("north/F11").await[0].clone();
    assert_eq!(first.reason.as_deref(), Some("rejected_with_files"));
    let order = waybill(&stack, &["order", "F11", "--shop", "north"]).await;
    assert!(order.stdout.contains("waybill resend F11 order.confirmed --shop north"), "{order:#?}");
    let resend = ["resend", "F11", "order.confirmed", "--shop", "north", "--reason", "virus"];
    let resent = waybill(&stack, &resend).await;
    assert_eq!(resent.code, Some(0), "{resent:#?}");
    eventually("it is delivered", async || {
        let items = stack.ledger_items("north/F11").await;
        items.iter().any(|item| item.state == "delivered")
    })
    .await;
    // A second time, it has been delivered.
    let again = waybill(&stack, &resend).await;
    assert_eq!(again.code, Some(2), "{again:#?}");
    let mails = stack.mails();
    assert_eq!(mails.iter().map(|mail| names(mail).len()).collect::<Vec<_>>(), [2, 0]);
    assert_eq!(mails[0].outcome().as_str(), "rejected");
    assert_eq!(mails[1].content.to[0].email, mails[0].content.to[0].email);
    let items = stack.ledger_items("north/F11").await;
    let further = items.iter().find(|item| item.state == "delivered").expect("it is delivered");
    assert_eq!(further.left_out.as_deref(), Some("invoice:rejected other:rejected"));
    assert_eq!(gets(&stack), 2, "the files are not fetched again");
    stack.stop().await;
}

/// Delays what the mailer records of SES's answer, so that SES's own event is recorded before.
struct LateRecord;

impl Faults for LateRecord {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_mailers = *call.caller == Caller::Function("mailer".to_owned());
        let is_answer = String::from_utf8_lossy(call.body).contains(":also_message_id");
        (is_mailers && is_answer).then_some(Fault::Delay(Duration::from_secs(1)))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_mail_went_without_is_known_also_where_an_event_of_ses_is_recorded_first() {
    let stack = stack_with(Config { faults: Arc::new(LateRecord), ..config() }).await;
    stack.publish(&[with_files("north", "F7", &invoice("north/none.pdf"))]).await;
    eventually("the mailer has recorded SES's answer", async || {
        let (_, item) = only_mail(&stack, "north/F7").await;
        item.left_out.as_deref() == Some("invoice:not_found")
    })
    .await;
    let (_, item) = only_mail(&stack, "north/F7").await;
    assert_eq!((item.state.as_str(), item.attempt), ("delivered", 1));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_ses_refuses_with_its_file_goes_without_it() {
    let stack = stack_with(config()).await;
    refuse_mails(&stack);
    let published = stack.publish_only(&[with_files("north", "F6", &invoice("north/1.pdf"))]).await;
    eventually("SES has refused the mail", async || {
        let items = stack.ledger_items("north/F6").await;
        items.iter().any(|item| item.left_out.is_some())
    })
    .await;
    accept_mails_again(&stack);
    stack.wait_until_terminal(&published).await;
    let (mail, item) = only_mail(&stack, "north/F6").await;
    assert!(names(&mail).is_empty());
    assert_eq!(item.left_out.as_deref(), Some("invoice:refused_by_ses"));
    assert_eq!((item.attempt, gets(&stack)), (2, 1));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_send_no_files_holds_up_no_mail() {
    let stack = stack_with(config()).await;
    stack.stack.ses.account().change(|it| it.refusal = Some(Refusal::PermissionForFiles));
    let lines = [
        with_files("north", "F9", &invoice("north/1.pdf")),
        with_files("north", "F10", &json!(null)),
    ];
    stack.publish(&lines).await;
    let (mail, item) = only_mail(&stack, "north/F9").await;
    assert!(names(&mail).is_empty());
    assert_eq!((item.attempt, item.left_out.as_deref()), (2, Some("invoice:refused_by_ses")));
    let (_, without) = only_mail(&stack, "north/F10").await;
    assert_eq!(without.attempt, 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_ses_refused_also_without_its_file_is_resent_with_it() {
    let stack = stack_with(config()).await;
    refuse_mails(&stack);
    stack.publish(&[with_files("north", "F8", &invoice("north/1.pdf"))]).await;
    let items = stack.ledger_items("north/F8").await;
    assert_eq!((items[0].state.as_str(), items[0].attempt), ("failed", 2));
    accept_mails_again(&stack);
    let resend = ["resend", "F8", "order.confirmed", "--shop", "north"];
    let resent = waybill(&stack, &resend).await;
    assert_eq!(resent.code, Some(0), "{resent:#?}");
    eventually("it is mailed", async || !stack.mails().is_empty()).await;
    let (mail, _) = only_mail(&stack, "north/F8").await;
    assert_eq!(names(&mail), ["1.pdf"]);
    let found = run_json(&stack, &["order", "F8", "--shop", "north"]).await;
    assert!(found["notifications"][0]["left_out"].is_null(), "{found}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_with_the_folder_of_another_shop_are_not_put() {
    let stack = TestStack::start().await;
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("north.json");
    let path = file.to_str().expect("a path");
    let put = async |prefix: &str| {
        let settings = json!({ "attachments": { "prefix": prefix } });
        std::fs::write(&file, settings.to_string()).expect("written");
        waybill(&stack, &["shop", "put", "north", path, "--reason", "invoices"]).await
    };
    let refused = put("south/").await;
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert!(refused.stderr.contains("/attachments/prefix"), "{refused:#?}");
    assert_eq!(put("north/2026/").await.code, Some(0));
    stack.stop().await;
}
