//! Several shops in one stack: their orders are kept apart, and each has its own settings.

use http::StatusCode;
use jiff::Timestamp;
use local::Config;
use local::run::publish::Answer;
use local::stack::ShopFile;
use serde_json::{Value, json};
use shared::ShopId;
use standardwebhooks::Webhook;

use crate::ops::process::{json, waybill};
use crate::support::events::{confirmed, shipped};
use crate::support::http::request;
use crate::support::{TestStack, config, eventually};

const STACK_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI";
const NORTH_SECRET: &str = "whsec_D2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI";
const NORTH_ARN: &str =
    "arn:aws:secretsmanager:us-east-1:000000000000:secret:waybill/shops/north-AbCdEf";

fn shop(name: &str, settings: &Value) -> ShopFile {
    let shop = ShopId::parse(name).expect("the name of a shop");
    ShopFile::new(shop, &settings.to_string()).expect("settings")
}

/// The look of a shop, by its name.
fn look(name: &str) -> Value {
    json!({
        "brand": {
            "name": format!("The {name}"), "url": format!("https://{name}.example/"),
            "support_email": format!("help@{name}.example"),
        },
        "sender": { "address": format!("orders@{name}.example"), "name": format!("The {name}") },
    })
}

async fn two_shops() -> TestStack {
    let shops = vec![shop("north", &look("north")), shop("south", &look("south"))];
    TestStack::start_with(Config { shops, ..config() }).await
}

/// The event, of this shop and its customer.
fn of_shop(line: &str, name: &str) -> String {
    let mut event: Value = serde_json::from_str(line).expect("JSON");
    event["shop"] = name.into();
    event["data"]["order"]["customer"]["email"] = format!("someone@{name}.example").into();
    event.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_shops_may_have_an_order_of_the_same_id_and_each_mail_looks_like_its_shop() {
    let stack = two_shops().await;
    let of_both = |line: String| ["north", "south"].map(|name| of_shop(&line, name));
    // The same ids of event, order and parcel.
    let lines = [of_both(confirmed("1001")), of_both(shipped("1001"))].concat();
    let outcomes = stack.publish(&lines).await;
    assert_eq!(outcomes.answers(), [Answer::Accepted; 4]);
    assert_eq!(stack.mails().len(), 4);
    for name in ["north", "south"] {
        let mails = stack.mails();
        let own = mails.iter().filter(|m| m.content.shop() == Some(name)).collect::<Vec<_>>();
        assert_eq!(own.len(), 2, "{name}");
        for mail in own {
            assert_eq!(mail.content.from.email, format!("orders@{name}.example"));
            assert_eq!(mail.content.to[0].email, format!("someone@{name}.example"));
            assert!(
                mail.content.text.as_deref().unwrap_or_default().contains(&format!("The {name}"))
            );
        }
        let found = json(&stack, &["order", "1001", "--shop", name]).await;
        assert_eq!((&found["shop"], &found["order_id"]), (&json!(name), &json!("1001")));
        assert_eq!(found["notifications"].as_array().map(Vec::len), Some(2), "{found:#}");
    }
    // Feedback is about the shop whose mail it was.
    for key in ["north/1001", "south/1001"] {
        eventually(&format!("the mails of {key} are delivered"), async || {
            stack.ledger_items(key).await.iter().all(|item| item.state == "delivered")
        })
        .await;
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_finds_lists_and_erases_the_order_of_one_shop_alone() {
    let stack = two_shops().await;
    let line = confirmed("1001");
    stack.publish(&["north", "south"].map(|name| of_shop(&line, name))).await;
    let default = waybill(&stack, &["order", "1001"]).await;
    assert_eq!(default.code, Some(0), "two have it, so both are named: {default:#?}");
    for shop in ["north", "south"] {
        assert!(
            default.stdout.contains(&format!("waybill order 1001 --shop {shop}")),
            "{default:#?}"
        );
    }
    let only = waybill(&stack, &["order", "someone@north.example"]).await;
    assert!(only.stdout.contains("Order 1001 of the shop north"), "one has it: {only:#?}");
    let nobody_s = waybill(&stack, &["order", "1002", "--shop", "north"]).await;
    assert!(nobody_s.stderr.contains("either (default, south)"), "{nobody_s:#?}");
    // Who may not list the shops, as an operator of one alone, is not told of others, and gets no other error.
    let alone = waybill(&stack, &["order", "1001", "--shops-table", "no-right-to-it"]).await;
    assert_eq!(alone.code, Some(2), "{alone:#?}");
    assert!(alone.stderr.contains("the shop (--shop) right?"), "{alone:#?}");
    let by_address = ["order", "someone@south.example", "--shop"];
    let found = json(&stack, &[&by_address[..], &["south"]].concat()).await;
    assert_eq!(found["shop"], "south", "{found:#}");
    let other = waybill(&stack, &[&by_address[..], &["north"]].concat()).await;
    assert_eq!(other.code, Some(2), "another shop's customer: {other:#?}");
    assert!(other.stderr.contains("ask again with --shop south"), "{other:#?}");
    assert!(!other.stderr.contains("someone@"), "{other:#?}");

    let erase = ["erase", "1001", "--shop", "north", "--yes", "--reason", "asked for"];
    let erased = waybill(&stack, &erase).await;
    assert!(erased.stdout.contains("Order 1001 of the shop north"), "{erased:#?}");
    let gone = json(&stack, &["order", "1001", "--shop", "north"]).await;
    assert_eq!(gone["events"], json!([]), "{gone:#}");
    let kept = json(&stack, &["order", "1001", "--shop", "south"]).await;
    assert_eq!(kept["events"].as_array().map(Vec::len), Some(1), "{kept:#}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_without_a_sender_is_called_by_its_own_name_and_answered_at_its_own_address() {
    let mut settings = look("north");
    settings.as_object_mut().expect("an object").remove("sender");
    let stack = TestStack::start().await;
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("north.json");
    std::fs::write(&file, settings.to_string()).expect("written");
    let path = file.to_str().expect("a path");
    let put = json(&stack, &["shop", "put", "north", path, "--reason", "a new shop"]).await;
    let warning = &put["warnings"][0];
    assert_eq!(warning["pointer"], "/sender", "{put:#}");
    let told = warning["detail"].as_str().unwrap_or_default();
    assert!(told.contains("under the brand's name, The north; replies go to "), "{put:#}");
    stack.publish(&[of_shop(&confirmed("1001"), "north"), confirmed("1002")]).await;
    for mail in stack.mails() {
        let (from, reply_to) = (&mail.content.from, &mail.content.reply_to[0].email);
        let is_north_s = mail.content.shop() == Some("north");
        assert_eq!(from.text.starts_with("\"The north\""), is_north_s, "{from:?}");
        assert_eq!(reply_to.ends_with("@north.example"), is_north_s, "{reply_to}");
        assert_eq!(from.email, "orders@shop.example", "the stack's, which is verified");
    }
    assert_eq!(stack.mails().len(), 2);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_without_settings_is_refused_until_its_settings_are_put() {
    let stack = TestStack::start().await;
    let line = of_shop(&confirmed("1001"), "north");
    let refused = stack.publish_only(std::slice::from_ref(&line)).await;
    assert_eq!(refused[0].answer, Answer::Invalid);
    let error = refused[0].errors[0].clone();
    assert_eq!(error.pointer, "/shop");
    assert!(error.detail.contains("waybill shop put north FILE"), "{error}");

    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("north.json");
    let put = |settings: &Value| std::fs::write(&file, settings.to_string()).expect("written");
    let path = file.to_str().expect("a path");
    let mut wrong = look("north");
    wrong["langauge"] = "de".into();
    wrong["brand"]["url"] = "nowhere".into();
    put(&wrong);
    let bad = waybill(&stack, &["shop", "put", "north", path]).await;
    assert_eq!(bad.code, Some(2));
    for field in ["/langauge", "/brand/url"] {
        assert!(bad.stderr.contains(field), "{bad:#?}");
    }
    assert_eq!(json(&stack, &["shop", "list"]).await["shops"], json!([]));

    put(&look("north"));
    let done = json(&stack, &["shop", "put", "north", path, "--reason", "a new shop"]).await;
    assert_eq!((&done["version"], &done["changed"]), (&json!(1), &json!(true)), "{done:#}");
    // At once: an unknown shop is asked for each time.
    assert_eq!(stack.publish(&[line]).await.answers(), [Answer::Accepted]);
    assert_eq!(stack.mails()[0].content.from.email, "orders@north.example");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_names_the_version_that_it_replaces_and_is_audited() {
    let stack = two_shops().await;
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("north.json");
    std::fs::write(&file, look("east").to_string()).expect("written");
    let put = ["shop", "put", "north", file.to_str().expect("a path"), "--version"];
    let stale = waybill(&stack, &[&put[..], &["7"]].concat()).await;
    assert_eq!(stale.code, Some(2), "{stale:#?}");
    let done = json(&stack, &[&put[..], &["1"]].concat()).await;
    assert_eq!(done["version"], 2, "{done:#}");
    let again = json(&stack, &put[..4]).await;
    assert_eq!((&again["version"], &again["changed"]), (&json!(2), &json!(false)), "{again:#}");
    let shown = json(&stack, &["shop", "show", "north"]).await;
    assert_eq!(shown["settings"], look("east"));
    let audit = json(&stack, &["audit"]).await;
    let items = audit["items"].as_array().cloned().unwrap_or_default();
    let actions: Vec<&Value> = items.iter().map(|item| &item["action"]).collect();
    assert_eq!(actions, ["shop put north"], "one change, one item: {audit:#}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_a_shop_has_turned_off_is_skipped_with_that_reason_for_this_shop_only() {
    let mut settings = look("north");
    settings["kinds_off"] = json!(["order.confirmed"]);
    let shops = vec![shop("north", &settings), shop("south", &look("south"))];
    let stack = TestStack::start_with(Config { shops, ..config() }).await;
    let line = confirmed("1001");
    stack.publish(&["north", "south"].map(|name| of_shop(&line, name))).await;
    let reason = async |key| stack.ledger_items(key).await.remove(0).reason;
    assert_eq!(reason("north/1001").await.as_deref(), Some("kind_off"));
    assert_eq!(reason("south/1001").await, None);
    assert_eq!(stack.mails().len(), 1);
    let resend = ["resend", "1001", "order.confirmed", "--shop", "north", "--reason", "asked for"];
    assert_eq!(waybill(&stack, &resend).await.code, Some(0));
    eventually("an operator may send it", async || stack.mails().len() == 2).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_names_the_shop_and_an_event_that_names_another_is_refused() {
    let stack = two_shops().await;
    let post = async |path: &str, body: &str| {
        let headers = [("content-type", "application/cloudevents+json")];
        request(stack.stack.address, "POST", path, &headers, body.as_bytes()).await
    };
    let plain = confirmed("1001");
    let answer = post("/v1/shops/north/events", &plain).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(answer.json()["results"][0]["shop"], "north");
    let same = post("/v1/shops/north/events", &of_shop(&confirmed("1002"), "north")).await;
    assert_eq!(same.status, StatusCode::ACCEPTED);
    let other = post("/v1/shops/north/events", &of_shop(&plain, "south")).await;
    assert_eq!(
        (other.status, other.pointers()),
        (StatusCode::BAD_REQUEST, vec!["/shop".to_owned()])
    );
    assert_eq!(post("/v1/shops/North/events", &plain).await.status, StatusCode::NOT_FOUND);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_with_a_shops_secret_publishes_for_that_shop_only() {
    let mut settings = look("north");
    settings["webhook_secret"] = NORTH_ARN.into();
    let shops = vec![shop("north", &settings), shop("south", &look("south"))];
    let webhook_secret = Some(STACK_SECRET.to_owned());
    let stack = TestStack::start_with(Config { shops, webhook_secret, ..config() }).await;
    stack.stack.put_secret(NORTH_ARN, NORTH_SECRET);
    let status = async |secret: &str, path: &str, body: &str| {
        let at = Timestamp::now().as_second();
        let signature = Webhook::new(secret).and_then(|w| w.sign("msg_1", at, body.as_bytes()));
        let (at, signature) = (at.to_string(), signature.expect("text"));
        let headers = [
            ("content-type", "application/cloudevents+json"),
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", at.as_str()),
            ("webhook-signature", signature.as_str()),
        ];
        request(stack.stack.address, "POST", path, &headers, body.as_bytes()).await.status
    };
    let (north, south) = ("/v1/shops/north/events", "/v1/shops/south/events");
    let plain = confirmed("1001");
    assert_eq!(status(NORTH_SECRET, north, &plain).await, StatusCode::ACCEPTED);
    assert_eq!(status(NORTH_SECRET, south, &plain).await, StatusCode::UNAUTHORIZED);
    let of_south = of_shop(&confirmed("1002"), "south");
    assert_eq!(status(NORTH_SECRET, "/v1/events", &of_south).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(NORTH_SECRET, north, &of_south).await, StatusCode::BAD_REQUEST);
    let of_any = status(STACK_SECRET, "/v1/events", &of_south).await;
    assert_eq!(
        of_any,
        StatusCode::ACCEPTED,
        "the stack's secret is for every shop that the body names"
    );
    for path in [north, south] {
        let refused = status(STACK_SECRET, path, &plain).await;
        assert_eq!(refused, StatusCode::UNAUTHORIZED, "the path is not signed: {path}");
    }
    stack.stop().await;
}
