//! The sample events, from the shop to the customers' mailboxes.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use local::run::outcome::Outcome;
use local::run::publish::Answer;
use mail_parser::{MessageParser, MimeHeaders};

use crate::support::events::samples;
use crate::support::{TestStack, config, without_json_ld};

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_event_reaches_the_expected_outcome() {
    let stack = TestStack::start().await;
    let outcomes = stack.publish(&samples()).await;

    // The samples deliberately contain a duplicate, a conflict and an invalid event.
    let answers = outcomes.answers();
    let count = |answer| answers.iter().filter(|a| **a == answer).count();
    assert_eq!(count(Answer::Accepted), 29);
    assert_eq!(count(Answer::Duplicate), 1);
    assert_eq!(count(Answer::Conflict), 1);
    assert_eq!(count(Answer::Invalid), 1);

    let ends =
        outcomes.rest.statuses.iter().flatten().map(|s| s.outcome.expect("a terminal state"));
    let (sent, rest): (Vec<Outcome>, Vec<Outcome>) = ends.partition(|end| *end == Outcome::Sent);
    assert_eq!((sent.len(), rest), (27, vec![Outcome::Skipped; 2]));

    let state = |id: &str| outcomes.status(id).state.clone().unwrap_or_default();
    let reason = |id: &str| outcomes.status(id).reason.clone().unwrap_or_default();
    assert_eq!(state("1001-shipped"), "delivered");
    assert_eq!(state("1013-confirmed"), "bounced");
    assert_eq!(state("1014-confirmed"), "complained");
    assert_eq!(reason("1012-confirmed"), "muted");
    assert_eq!(reason("1015-confirmed"), "superseded");
    assert_eq!(stack.mails().len(), 27);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_published_twice_mails_nothing_more() {
    let stack = TestStack::start().await;
    stack.publish(&samples()).await;
    let mails = stack.mails().len();

    let again = stack.publish(&samples()).await;
    assert_eq!(stack.mails().len(), mails);
    assert!(!again.answers().contains(&Answer::Accepted), "nothing is accepted a second time");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mail_is_one_file_that_a_mime_parser_reads() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mail_dir = Some(dir.path().to_path_buf());
    let stack = TestStack::start_with(local::Config { mail_dir, ..config() }).await;
    stack.publish(&samples()).await;

    let mut recipients = Vec::new();
    for file in std::fs::read_dir(dir.path()).expect("the directory is there") {
        let raw = std::fs::read(file.expect("an entry").path()).expect("the file is readable");
        let mail = MessageParser::default().parse(&raw).expect("a MIME message");
        let kind = mail.content_type().expect("a content type");
        assert_eq!((kind.ctype(), kind.subtype()), ("multipart", Some("alternative")));
        for part in [mail.text_part(0), mail.html_part(0)] {
            let kind = part.and_then(|p| p.content_type()).expect("both parts").clone();
            assert_eq!(kind.attribute("charset").map(str::to_lowercase).as_deref(), Some("utf-8"));
        }
        let html = mail.body_html(0).expect("an HTML part");
        assert!(!without_json_ld(&html).contains("<script"), "a customer's text became markup");
        let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address());
        recipients.push(to.expect("a recipient").to_owned());
    }
    recipients.sort();
    let mut expected: Vec<String> =
        stack.mails().iter().map(|m| m.content.to[0].email.clone()).collect();
    expected.sort();
    assert_eq!(recipients, expected);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_brand_given_to_the_stack_is_in_its_mails() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/brand.json");
    let brand = local::stack::BrandFile::read(file.as_ref()).expect("a brand");
    let stack = TestStack::start_with(local::Config { brand: Some(brand), ..config() }).await;
    stack.publish(&samples()[..1]).await;
    let mail = &stack.mails()[0].content;
    let html = mail.html.as_deref().expect("an HTML part");
    for expected in ["https://shop.example/logo.png", "#1f5f8b", "Shop Example Ltd"] {
        assert!(html.contains(expected), "{expected} is missing in {html}");
    }
    assert_eq!(mail.from.text, r#""Waybill" <orders@shop.example>"#);
    assert_eq!(mail.reply_to[0].email, "help@shop.example");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_that_a_function_prints_holds_personal_data() {
    let stack = TestStack::start().await;
    stack.publish(&samples()).await;
    let output = stack.output();
    assert!(!output.is_empty());
    let personal: Vec<String> = samples().iter().flat_map(|line| personal_data(line)).collect();
    // Fewer would mean that the samples, and not the log lines, have changed.
    assert!(personal.len() > 60);
    for line in &output {
        let leak = personal.iter().find(|word| line.contains(word.as_str()));
        assert_eq!(leak, None, "printed: {line}");
    }
    stack.stop().await;
}

fn personal_data(line: &str) -> Vec<String> {
    let event: serde_json::Value = serde_json::from_str(line).expect("samples are JSON");
    let order = &event["data"]["order"];
    let address = &order["shipping_address"];
    let lines = address["lines"].as_array().cloned().unwrap_or_default();
    [&order["customer"]["email"], &order["customer"]["name"], &address["city"]]
        .into_iter()
        .chain(lines.iter())
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

/// The cost model assumes one write unit per event: DynamoDB bills every started KiB of names and values.
#[tokio::test(flavor = "multi_thread")]
async fn a_typical_event_is_stored_for_one_write_unit() {
    let stack = TestStack::start().await;
    stack.publish(&samples()).await;
    let scan = stack.stack.dynamodb.scan().table_name(local::resources::EVENTS_TABLE).send().await;
    let items = scan.expect("DynamoDB answers").items.unwrap_or_default();
    let sizes: Vec<usize> = items.iter().map(stored_size).collect();
    println!("{sizes:?}");
    let fits = sizes.iter().filter(|size| **size <= 1024).count();
    assert!(fits * 10 >= sizes.len() * 9, "{fits} of {} fit: {sizes:?}", sizes.len());
    stack.stop().await;
}

/// Each change of a record costs one write unit: DynamoDB bills for the whole item.
#[tokio::test(flavor = "multi_thread")]
async fn every_ledger_record_is_under_one_write_unit() {
    let stack = TestStack::start().await;
    stack.publish(&samples()).await;
    let scan = stack.stack.dynamodb.scan().table_name(local::resources::LEDGER_TABLE).send().await;
    let items = scan.expect("DynamoDB answers").items.unwrap_or_default();
    let sizes: Vec<usize> = items.iter().map(stored_size).collect();
    println!("{sizes:?}");
    assert!(sizes.iter().all(|size| *size <= 1024), "{sizes:?}");
    stack.stop().await;
}

/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>)
pub fn stored_size(item: &HashMap<String, AttributeValue>) -> usize {
    let value = |value: &AttributeValue| match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::N(number) => number.len().div_ceil(2) + 1,
        AttributeValue::Bool(_) => 1,
        other => panic!("an attribute of another type: {other:?}"),
    };
    item.iter().map(|(name, v)| name.len() + value(v)).sum()
}
