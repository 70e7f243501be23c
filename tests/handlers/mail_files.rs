//! A mail's files, and the memory for them, which a mail waits for without a turn and without a claim.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use local::Config;
use local::aws::objects::ATTACHMENT_BUCKET;
use local::edge::faults::{Call, Fault, Faults};
use local::ses::settings::Refusal;
use local::stack::ShopFile;
use serde_json::{Value, json};
use shared::ShopId;
use shared::shop_settings::BucketName;

use crate::events::shipped;
use crate::one_mail::{Left, OneMail, delay, has_taken_turn, set_gate};
use crate::simulated_pipeline::MAIL;
use crate::support::TestStack;

/// The mailer's, as deployed.
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(30);

const PDF: &[u8] = b"%PDF-1.4\n\xe2\xe3\xcf\xd3\n%%EOF";

/// A stack with the shop `north`, in whose folder is a file.
async fn with_file(config: Config) -> TestStack {
    let shop = ShopId::parse("north").expect("the name of a shop");
    let north = ShopFile::new(shop, "{}").expect("settings");
    let services = TestStack::start_with(Config { shops: vec![north], ..config }).await;
    services.stack.put_object((ATTACHMENT_BUCKET, "north/1.pdf"), "application/pdf", PDF);
    services
}

/// The mail of an order of that shop, with the file or without.
async fn mail<'a>(services: &'a TestStack, order: &str, has_file: bool) -> OneMail<'a> {
    let mut event: Value = serde_json::from_str(&shipped(order)).expect("JSON");
    event["shop"] = "north".into();
    if has_file {
        event["data"]["attachments"] = json!([{ "key": "north/1.pdf", "kind": "invoice" }]);
    }
    let mut mail = OneMail::planned(services, &event.to_string()).await;
    mail.pipeline.settings.bucket = Some(BucketName::parse(ATTACHMENT_BUCKET).expect("a bucket"));
    mail
}

fn files(services: &TestStack) -> Vec<usize> {
    services.mails().iter().map(|mail| mail.content.attachments.len()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_goes_with_its_file_at_once_and_without_it_where_ses_refused_it_with_that() {
    let services = with_file(Config::default()).await;
    let mut with = mail(&services, "F1", true).await;
    let left = with.deliver(&[]).await;
    assert_eq!((left.record(), left.item.left_out.as_deref()), (("sent", 0, 1), None));
    assert_eq!(files(&services), [1]);

    let mut without = mail(&services, "F2", true).await;
    let refused = "invoice:refused_by_ses";
    without.set(&json!({ "left_out": refused })).await;
    let left = without.deliver(&[]).await;
    assert_eq!((left.record(), left.item.left_out.as_deref()), (("sent", 0, 1), Some(refused)));
    assert_eq!(files(&services), [1, 0]);
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_the_accounts_fault_is_no_reason_to_leave_a_file_out_unless_it_may_be_about_files()
{
    let services = with_file(Config::default()).await;
    for (order, refusal, left_out) in [
        ("A1", Refusal::MailFromDomain, None),
        ("A2", Refusal::PermissionForFiles, Some("invoice:refused_by_ses")),
    ] {
        services.stack.ses.account().change(|account| account.refusal = Some(refusal));
        let mut mail = mail(&services, order, true).await;
        set_gate(&services, &json!({ "closed_until": 1 })).await;
        let left = mail.deliver(&[]).await;
        assert_eq!(left.record(), ("planned", 0, 1), "{left:#?}");
        assert_eq!(left.item.left_out.as_deref(), left_out);
    }
    services.stop().await;
}

/// Handles the mail's request, with so much time, while others have all the memory until `held` ends.
async fn handle_without_memory(
    mail: &mut OneMail<'_>,
    time_left: Duration,
    held: impl Future<Output = ()>,
) -> Left {
    let mailer = mail.pipeline.mailer().await;
    let memory = mailer.attachments.memory();
    let taken: Vec<_> = std::iter::from_fn(|| memory.try_take()).collect();
    assert!(!taken.is_empty());
    mail.put(&[]);
    let queues = &mail.pipeline.queues;
    let batch = queues.receive(MAIL, 10, mail.now());
    let handled = mailer::handle(&mailer, &batch, SystemTime::now() + time_left);
    let until = async {
        held.await;
        drop(taken);
        std::future::pending().await
    };
    let answer = tokio::select! {
        answer = Box::pin(handled) => answer,
        never = until => never,
    };
    queues.settle(MAIL, &batch, &answer);
    mail.pipeline.keep(mailer);
    mail.left().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_memory_a_mail_with_a_file_comes_back_unclaimed_and_one_without_goes_out() {
    let services = with_file(Config::default()).await;
    let mut with = mail(&services, "M1", true).await;
    let (soon, deployed) = (Duration::from_secs(3), FUNCTION_TIMEOUT);
    let left = handle_without_memory(&mut with, soon, std::future::pending()).await;
    assert_eq!((delay(left.copy()), left.record()), (2, ("planned", 0, 0)), "{left:#?}");
    assert!(!has_taken_turn(&services).await);

    // Also one that turns out to need a turn: its time limit was extended.
    let mut without = mail(&services, "M2", false).await;
    without.body["send_before"] = json!(1);
    let left = handle_without_memory(&mut without, deployed, std::future::pending()).await;
    assert_eq!(left.record(), ("sent", 0, 1), "{left:#?}");
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_becomes_stale_while_it_waits_for_memory_is_skipped() {
    let services = with_file(Config::default()).await;
    let mut mail = mail(&services, "M3", true).await;
    let limit = mail.now() + 500;
    mail.body["send_before"] = limit.into();
    mail.set(&json!({ "send_before": limit })).await;
    let clock = mail.pipeline.clock();
    let is_over = async move {
        while clock.now_ms() < limit {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let left = handle_without_memory(&mut mail, FUNCTION_TIMEOUT, is_over).await;
    assert_eq!((left.mails, left.record()), (0, ("skipped", 0, 0)), "{left:#?}");
    services.stop().await;
}

/// Counts the attempts to skip a stale mail.
#[derive(Default)]
struct Skips(AtomicUsize);

impl Faults for Skips {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let body = String::from_utf8_lossy(call.body);
        let is_one = call.operation == "UpdateItem" && body.contains(":max_send_before");
        self.0.fetch_add(usize::from(is_one), Ordering::SeqCst);
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_more_mails_with_files_than_there_is_memory_for_each_is_claimed_once_and_goes_with_its_file()
 {
    let skips = Arc::<Skips>::default();
    let faults = Arc::clone(&skips) as _;
    let services = with_file(Config { faults, ..Config::default() }).await;
    let mut mails = Vec::new();
    for order in ["B1", "B2", "B3", "B4", "B5", "B6"] {
        mails.push(mail(&services, order, true).await);
    }
    let (first, others) = mails.split_first_mut().expect("some");
    for other in others {
        let (body, now) = (other.body.to_string(), first.now());
        first.pipeline.queues.put(MAIL, &body, now);
    }
    let left = first.deliver(&[]).await;
    assert!(left.is_done(), "{left:#?}");
    for mail in &mails {
        assert_eq!(mail.left().await.record(), ("sent", 0, 1));
    }
    assert_eq!(files(&services), [1; 6]);
    assert_eq!(skips.0.load(Ordering::SeqCst), 0, "none was stale");
    services.stop().await;
}
