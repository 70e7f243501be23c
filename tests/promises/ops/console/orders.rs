//! The page of an order: what a support agent reads, and what may be done about a mail.

use http::StatusCode;
use serde_json::Value;

use super::browser::{Console, text};
use crate::ops::process::{
    OPERATOR, accept_mails_again, assert_one_mail_each, dead_letters, json, wait_for_state,
    with_refused_mails,
};
use crate::support::TestStack;
use crate::support::events::{confirmed, customer, shipped};

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_an_order_answers_first_whether_the_mail_arrived() {
    let stack = TestStack::start().await;
    stack.publish(&[confirmed("A1"), shipped("A1")]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    for typed in ["A1", "#A1", &customer("A1")] {
        let found = browser.post("/orders", &[("q", typed)]).await;
        assert_eq!(found.status, StatusCode::SEE_OTHER, "{typed}: {}", text(&found));
        assert_eq!(found.header("location"), "/order?shop=default&id=A1", "{typed}");
    }
    let page = browser.page("/order?id=A1").await;
    let answer = page.find("Yes: all 2 mails were delivered, the last one on ").expect("an answer");
    assert!(answer < page.find("Order confirmation").expect("its mail"), "it stands first: {page}");
    assert!(page.contains("waybill order A1"), "the command that shows the same: {page}");
    let missing = browser.post("/orders", &[("q", "nobody@example.com")]).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    let sentence = text(&missing);
    assert!(sentence.contains("n***@***.com") && !sentence.contains("nobody@"), "{sentence}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_mail_is_sent_again_with_a_reason_that_is_kept() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1"]).await;
    accept_mails_again(&stack);
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let page = browser.page("/order?id=A1").await;
    assert!(page.contains("No: the order confirmation did not reach the customer."), "{page}");
    let today = browser.page("/").await;
    assert!(
        today.contains("href=\"/order?shop=default&#38;id=A1\""),
        "it names the order: {today}"
    );
    let ask = "/order/act?action=resend&id=A1&kind=order.confirmed";
    let before = browser.page(ask).await;
    assert!(
        before.contains("What will happen") && before.contains("waybill resend A1"),
        "{before}"
    );
    let form = [("action", "resend"), ("id", "A1"), ("kind", "order.confirmed")];
    let without = browser.post("/order/act", &[&form[..], &[("reason", " ")]].concat()).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(stack.ledger_items("A1").await[0].state, "failed");
    let with_reason = [&form[..], &[("reason", "repaired")]].concat();
    let done = browser.carry_out("/order/act", &with_reason).await;
    assert!(done.contains("The order confirmation is on its way."), "{done}");
    wait_for_state(&stack, "A1", "delivered").await;
    let audit = json(&stack, &["audit"]).await;
    let item = &audit["items"][0];
    assert_eq!((&item["operator"], &item["reason"]), (&OPERATOR.into(), &"repaired".into()));
    assert_eq!(item["command"], "waybill resend A1 order.confirmed, in the console");
    // There is nothing of the kind to do any more.
    assert_eq!(browser.get(ask).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_one_mail_each(&stack, &["A1"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_goes_to_the_address_that_is_typed_and_no_page_or_item_has_it() {
    let stack = TestStack::start().await;
    stack.publish(&[confirmed("A1")]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let form = [
        ("action", "copy"),
        ("id", "A1"),
        ("kind", "order.confirmed"),
        ("reason", "ticket 4711"),
        ("address", "-"),
    ];
    // The command takes a hyphen for its standard input, which a page does not have.
    let refused = browser.post("/order/act", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(&refused).contains("not an e-mail address"), "{}", text(&refused));
    let mut form = form;
    form[4].1 = "office@elsewhere.example";
    let done = browser.carry_out("/order/act", &form).await;
    assert!(done.contains("o***@***.example") && !done.contains("office@"), "{done}");
    crate::support::eventually("the copy is sent", || async {
        stack.mails_to("office@elsewhere.example") == 1
    })
    .await;
    crate::support::eventually("the copy is delivered", || async {
        let items = stack.ledger_items("A1").await;
        items.len() == 2 && items.iter().all(|item| item.state == "delivered")
    })
    .await;
    let again = browser.post("/order/act", &form).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "none twice");
    assert!(text(&again).contains("href=\"/order/mail?"), "the mail to send on: {}", text(&again));
    let audit = json(&stack, &["audit"]).await.to_string();
    assert!(!audit.contains("office@"), "{audit}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_is_shown_after_a_reason_that_is_kept_and_the_mail_in_a_sandbox() {
    let stack = TestStack::start().await;
    stack.publish(&[confirmed("A1")]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let event = stack.ledger_items("A1").await[0].event.replace(' ', "%20");
    let query = format!("id=A1&kind=order.confirmed&event={event}");
    let (mail, body) = (format!("/order/mail?{query}"), format!("/order/mail/body?{query}"));
    let address = customer("A1");
    assert!(!browser.page("/order?id=A1").await.contains(&address));
    assert_eq!(browser.get(&body).await.status, StatusCode::UNPROCESSABLE_ENTITY, "not yet");
    let without = browser.post("/order/unmask", &[("id", "A1")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("id", "A1"), ("reason", "ticket 4711")];
    let page = browser.carry_out("/order/unmask", &fields).await;
    assert!(page.contains(&address) && page.contains("Show the mail"), "{page}");
    let audit = json(&stack, &["audit"]).await;
    assert_eq!(audit["items"][0]["action"], "show A1", "{audit:#}");
    assert_eq!(audit["items"][0]["reason"], "ticket 4711");
    let around = browser.page(&mail).await;
    assert!(around.contains("Rendered again") && around.contains(" sandbox="), "{around}");
    let shown = browser.get(&body).await;
    assert!(text(&shown).contains("A1"), "{}", text(&shown));
    let policy = shown.header("content-security-policy");
    assert!(policy.starts_with("sandbox ") && policy.contains("img-src 'none'"), "{policy}");
    assert!(!policy.contains("allow-scripts") && !policy.contains("allow-same-origin"), "{policy}");
    assert!(around.contains("&#38;file=1\""), "it can be saved: {around}");
    let file = browser.get(&format!("{body}&file=1")).await;
    let disposition = file.header("content-disposition");
    assert_eq!(disposition, "attachment; filename=\"A1-A1-confirmed.html\"");
    assert!(text(&file).contains("A1") && !text(&file).contains("<base "), "as it was sent");
    assert_eq!(shown.header("x-frame-options"), "SAMEORIGIN");
    let with_pictures = browser.get(&format!("{body}&pictures=shown")).await;
    let policy = with_pictures.header("content-security-policy");
    assert!(policy.contains("img-src https:"), "{policy}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_order_s_texts_stay_texts() {
    const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";
    let stack = TestStack::start_with(with_refused_mails()).await;
    let mut event: Value = serde_json::from_str(&confirmed("A1")).expect("JSON");
    event["id"] = HOSTILE.into();
    event["data"]["order"]["number"] = HOSTILE.into();
    event["data"]["order"]["customer"]["name"] = HOSTILE.into();
    stack.publish(&[event.to_string()]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let reason = format!("ticket {HOSTILE}");
    let unmasked = browser.carry_out("/order/unmask", &[("id", "A1"), ("reason", &reason)]).await;
    assert!(unmasked.contains("alert(1)"), "its number is shown: {unmasked}");
    let mut pages = vec![unmasked];
    for path in
        ["/", "/dead-letters", "/dead-letters/queue?queue=mail", "/dead-letters/replay?queue=mail"]
    {
        pages.push(browser.page(path).await);
    }
    let typed = browser.post("/orders", &[("q", HOSTILE)]).await;
    let refused = browser
        .post(
            "/order/act",
            &[("action", "resend"), ("id", "A1"), ("kind", HOSTILE), ("reason", HOSTILE)],
        )
        .await;
    pages.extend([text(&typed), text(&refused)]);
    for page in pages {
        assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
    }
    stack.stop().await;
}

/// An order's id, as a shop may have it that numbers orders by customer.
const ADDRESS: &str = "victim.person@secret.example";

#[tokio::test(flavor = "multi_thread")]
async fn an_order_id_that_is_an_address_is_masked_in_every_page_and_is_nobody_s_to_unmask() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    let mut event: Value = serde_json::from_str(&confirmed("A1")).expect("JSON");
    event["data"]["order"]["id"] = ADDRESS.into();
    stack.publish_only(&[event.to_string()]).await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    crate::support::eventually("its mail is a dead letter", || async {
        stack.depth(&dlq).await == 1
    })
    .await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    for path in [
        "/",
        "/dead-letters",
        "/dead-letters/queue?queue=mail",
        "/dead-letters/replay?queue=mail",
        "/dead-letters/drop?queue=mail",
        // As the command does, it takes an address for a customer's.
        "/order?id=victim.person%40secret.example",
    ] {
        let page = text(&browser.get(path).await);
        assert!(!page.contains(ADDRESS), "{path}: {page}");
    }
    let page = browser.page("/dead-letters").await;
    assert!(page.contains("order v***@***.example"), "{page}");
    for id in [ADDRESS, "nobody@elsewhere.example"] {
        let unmask = [("id", id), ("reason", "ticket 4711")];
        let refused = browser.post("/order/unmask", &unmask).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing is stored of it");
        assert!(!text(&refused).contains(id), "{}", text(&refused));
    }
    let audit = json(&stack, &["audit"]).await;
    assert_eq!(audit["items"], serde_json::json!([]), "no item has an address: {audit:#}");
    stack.stop().await;
}
