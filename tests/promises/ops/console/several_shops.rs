//! Orders on a stack with several shops: whoever searches need not know whose an order is.

use std::sync::Arc;

use http::StatusCode;
use local::Config;
use local::aws::calls::Caller;
use local::edge::faults::{Call, Fault, Faults};
use serde_json::Value;

use super::browser::{Browser, Console, text};
use super::norden::{settings, with_shops};
use crate::ops::process::{json, waybill};
use crate::support::events::{confirmed, customer};
use crate::support::http::Answer;
use crate::support::{TestStack, eventually};

fn two_shops() -> Config {
    with_shops(&[("north", &settings("order.refunded"))])
}

async fn start() -> TestStack {
    TestStack::start_with(two_shops()).await
}

/// A confirmation of this order of the shop `north`.
fn confirmed_of_north(order: &str) -> Value {
    let mut event: Value = serde_json::from_str(&confirmed(order)).expect("JSON");
    event["shop"] = "north".into();
    event["source"] = "https://north.example/orders".into();
    event["data"]["order"]["customer"]["email"] = format!("astrid-{order}@north.example").into();
    event
}

async fn search(browser: &Browser, typed: &str, shop: &str) -> Answer {
    browser.post("/orders", &[("q", typed), ("shop", shop)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_found_by_number_and_address_in_whichever_shop_has_it() {
    let stack = start().await;
    stack.publish(&[confirmed("B1"), confirmed_of_north("N7").to_string()]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let form = browser.page("/orders").await;
    assert!(form.contains("<option value=\"\">All shops</option>"), "{form}");
    assert!(form.contains(">Norden</option>"), "by its brand's name: {form}");
    for (typed, link) in [
        ("N7", "/order?shop=north&id=N7"),
        ("astrid-N7@north.example", "/order?shop=north&id=N7"),
        (&customer("B1"), "/order?shop=default&id=B1"),
    ] {
        let found = search(&browser, typed, "").await;
        assert_eq!(found.status, StatusCode::SEE_OTHER, "{typed}: {}", text(&found));
        assert_eq!(found.header("location"), link, "{typed}");
    }
    for typed in ["#N7", "astrid-N7@north.example"] {
        let elsewhere = search(&browser, typed, "default").await;
        assert_eq!(elsewhere.status, StatusCode::NOT_FOUND, "{typed}");
        let page = text(&elsewhere);
        assert!(page.contains("Another shop of this stack has it."), "{page}");
        assert!(page.contains("href=\"/order?shop=north&#38;id=N7\""), "it leads there: {page}");
        assert!(page.contains("Open order N7, Norden"), "{page}");
        assert!(!page.contains("astrid-N7@"), "{page}");
    }
    let nowhere = search(&browser, "nobody@example.com", "north").await;
    let page = text(&nowhere);
    assert!(page.contains("Nothing is known of this address in any shop"), "{page}");
    assert!(page.contains("corrected addresses and those of copies are not found"), "{page}");
    assert!(page.contains("<option value=\"north\" selected>Norden</option>"), "it stays: {page}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_orders_of_one_number_are_told_apart_by_shop_customer_and_date() {
    let stack = start().await;
    stack.publish(&[confirmed("B1"), confirmed_of_north("B1").to_string()]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let list = search(&browser, "B1", "").await;
    let page = text(&list);
    assert_eq!(list.status, StatusCode::OK, "{page}");
    for shown in [
        "Order B1, Norden",
        "Order B1, default",
        "a***@***.example",
        "b***@***.example",
        "placed ",
        "/order?shop=north&#38;id=B1",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let order = browser.page("/order?shop=north&id=B1").await;
    assert!(order.contains("<h1>Order B1, Norden"), "{order}");
    assert!(order.contains("waybill order B1 --shop north"), "{order}");
    let form = [
        ("action", "copy"),
        ("shop", "north"),
        ("id", "B1"),
        ("kind", "order.confirmed"),
        ("reason", "ticket 4711"),
        ("address", "office@elsewhere.example"),
    ];
    let done = browser.carry_out("/order/act", &form).await;
    assert!(done.contains("order B1, Norden"), "{done}");
    assert!(done.contains("<option value=\"north\" selected>"), "the shop stays: {done}");
    let form = [("shop", "north"), ("id", "B1"), ("typed", "B2"), ("reason", "asked for")];
    let refused = text(&browser.post("/order/erase", &form).await);
    assert!(refused.contains("waybill erase ORDER --shop north"), "{refused}");
    for path in [
        "/order?shop=north&id=none",
        "/order/act?shop=north&id=B1&action=none",
        "/order/mail?shop=north&id=B1&kind=order.confirmed",
    ] {
        let page = text(&browser.get(path).await);
        assert!(page.contains(" --shop north"), "{path} names its command: {page}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_found_in_whichever_shop_is_searched() {
    let stack = start().await;
    let mut event = confirmed_of_north("N9");
    event["data"]["order"]["totals"] = "none".into();
    stack.send(&stack.stack.resources.queues.inbox_dlq, &event.to_string()).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    for shop in ["default", "north", ""] {
        let found = search(&browser, "N9", shop).await;
        let page = text(&found);
        assert!(page.contains("/dead-letters/message?queue=inbox"), "{shop}: {page}");
        assert!(page.contains("inbox, Norden"), "{shop}: {page}");
    }
    let found = json(&stack, &["order", "N9"]).await;
    assert_eq!(found["dead_letters"][0]["shop"], "north", "the command too: {found:#}");
    stack.stop().await;
}

/// Nobody who operates the stack may read an order of the shop `north`.
struct NorthIsClosed;

impl Faults for NorthIsClosed {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_operators = *call.caller == Caller::Function("ops".to_owned());
        let is_of_north = || String::from_utf8_lossy(call.body).contains(r#"{"S":"north"#);
        (is_operators && call.operation == "Query" && is_of_north()).then_some(Fault::Denied)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_cannot_be_searched_is_named_and_hides_no_other_shops_orders() {
    let config = Config { faults: Arc::new(NorthIsClosed), ..two_shops() };
    let stack = TestStack::start_with(config).await;
    stack.publish(&[confirmed("B1")]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let found = search(&browser, "B1", "").await;
    let page = text(&found);
    assert_eq!(found.status, StatusCode::OK, "{page}");
    for shown in ["<h1>1 order</h1>", "The shop Norden could not be searched", "&#38;id=B1\""] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let nowhere = search(&browser, "B2", "").await;
    assert_eq!(nowhere.status, StatusCode::BAD_GATEWAY, "nobody knows that nothing is there");
    assert!(text(&nowhere).contains("the shop north could not be searched"), "{}", text(&nowhere));
    let order = waybill(&stack, &["order", "B1"]).await;
    assert_eq!(order.code, Some(0), "the command too: {order:#?}");
    assert!(order.stdout.contains("order.confirmed"), "{order:#?}");
    assert!(order.stderr.contains("the shop north could not be searched"), "{order:#?}");
    let nowhere = waybill(&stack, &["order", "B2"]).await;
    assert_eq!(nowhere.code, Some(1), "{nowhere:#?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_has_its_sender_its_addressee_and_its_language_above_it() {
    let stack = start().await;
    let mut event = confirmed_of_north("N7");
    event["data"]["order"]["customer"]["locale"] = "da-DK".into();
    stack.publish(&[event.to_string()]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let unmask = [("shop", "north"), ("id", "N7"), ("reason", "ticket 4711")];
    let order = browser.carry_out("/order/unmask", &unmask).await;
    let link = order.split("href=\"").find(|it| it.starts_with("/order/mail?")).expect("a mail");
    let link = link.split('"').next().expect("its link").replace("&#38;", "&");
    let mail = browser.page(&link).await;
    for shown in [
        "<h1>Order confirmation of order N7, Norden</h1>",
        "Norden &#60;orders@north.example&#62;",
        "astrid-N7@north.example",
        "English (en), since there are no texts in da-DK",
        "waybill preview order.confirmed --shop north --order N7 --out DIR",
    ] {
        assert!(mail.contains(shown), "{shown}: {mail}");
    }
    assert!(!mail.contains("<dd>not sent</dd>"), "{mail}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_sent_on_purpose_is_in_the_answer_and_on_the_form_that_sends_it() {
    let stack = start().await;
    let mut refund: Value =
        serde_json::from_str(&crate::support::events::refunded("N7")).expect("JSON");
    refund["shop"] = "north".into();
    refund["source"] = "https://north.example/orders".into();
    stack.publish(&[confirmed_of_north("N7").to_string(), refund.to_string()]).await;
    eventually("the confirmation is delivered", || async {
        stack.ledger_items("north/N7").await.iter().any(|item| item.state == "delivered")
    })
    .await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let order = browser.page("/order?shop=north&id=N7").await;
    let answer = order.split("<p class=\"answer ").nth(1).expect("an answer");
    let answer = answer.split("</p>").next().expect("its sentence");
    assert!(answer.starts_with("calm"), "{answer}");
    assert!(answer.contains("The order confirmation was delivered on "), "{answer}");
    let reason = "was not sent: the shop has turned such mails off.";
    assert!(answer.contains(&format!("The refund mail {reason}")), "{answer}");
    assert!(order.contains("What to do:"), "{order}");
    let scope = "N7-R1";
    let ask =
        format!("/order/act?action=resend&shop=north&id=N7&kind=order.refunded&scope={scope}");
    let form = browser.page(&ask).await;
    assert!(
        form.contains("It was not sent on purpose: the shop has turned such mails off."),
        "{form}"
    );
    stack.stop().await;
}
