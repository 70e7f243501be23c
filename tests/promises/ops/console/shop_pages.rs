//! The pages about shops: their mails, their settings, and who has changed them.

use http::StatusCode;
use serde_json::json;
use shared::Kind;

use super::browser::{Browser, Console, hidden_field, text};
use super::norden::{settings, with_shops};
use crate::ops::process::json;
use crate::support::TestStack;
use crate::support::http::Answer;

/// The settings of the shop `north`.
fn north() -> String {
    settings("shipment.delivered")
}

async fn two_shops() -> TestStack {
    let south = r#"{"formality":"informal"}"#;
    TestStack::start_with(with_shops(&[("north", &north()), ("south", south)])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_mail_is_shown_in_a_sandbox_with_the_settings_of_its_shop() {
    let stack = two_shops().await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let page = browser.page("/mails?shop=north&language=de").await;
    for kind in Kind::ALL {
        assert!(page.contains(&format!("kind={kind}&#38;")), "{kind} is listed: {page}");
    }
    assert_eq!(
        page.matches("turned off").count(),
        page.matches("kind=shipment.delivered&").count()
    );
    assert!(page.contains("waybill preview --shop north --locale de --out DIR"), "{page}");
    let link = page.split("href=\"").find(|it| it.starts_with("/mails/mail?")).expect("a mail");
    let link = link.split('"').next().expect("its link").replace("&#38;", "&");
    let mail = browser.page(&link).await;
    assert!(mail.contains(" sandbox=") && mail.contains("Norden"), "{mail}");
    let body = browser.get(&link.replace("/mails/mail?", "/mails/mail/body?")).await;
    let policy = body.header("content-security-policy");
    assert!(policy.starts_with("sandbox ") && policy.contains("img-src 'none'"), "{policy}");
    assert!(text(&body).contains("Norden") && text(&body).contains("lang=\"de"), "{}", text(&body));
    for wrong in ["/mails?language=tlh", "/mails/mail?kind=order.confirmed&name=none"] {
        assert_eq!(browser.get(wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    stack.stop().await;
}

/// Sends settings to be checked, as a browser does.
async fn check(browser: &Browser, version: &str, document: &str) -> Answer {
    let document = document.replace('\n', "\r\n");
    let fields = [("shop", "north"), ("version", version), ("document", &document)];
    browser.post("/shops/check", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_checked_shown_as_a_change_and_put_once_in_place_of_those_that_were_shown() {
    let stack = two_shops().await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let list = browser.page("/shops").await;
    assert!(
        list.contains("/shops/shop?shop=north") && list.contains("orders@north.example"),
        "{list}"
    );
    let page = browser.page("/shops/shop?shop=north").await;
    assert!(page.contains("Valid.") && page.contains("waybill shop show north"), "{page}");

    let bad = check(&browser, "1", &north().replace("\"brand\"", "\"brnad\"")).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        text(&bad).contains("/brnad") && text(&bad).contains("Nothing was put"),
        "{}",
        text(&bad)
    );
    let same = text(&check(&browser, "1", &north()).await);
    assert!(same.contains("Nothing changes") && !same.contains("name=\"plan\""), "{same}");
    let older = check(&browser, "0", "{}").await;
    assert_eq!(older.status, StatusCode::UNPROCESSABLE_ENTITY, "another version was shown");

    let changed = north().replace("\"Norden\" }", "\"Norden Nord\" }");
    let asked = text(&check(&browser, "1", &changed).await);
    assert!(asked.contains("class=\"added\"") && asked.contains("Norden Nord"), "{asked}");
    assert!(asked.contains("waybill shop put north FILE --version 1"), "{asked}");
    let plan = hidden_field(&asked, "plan");
    let without = browser.post("/shops/put", &[("plan", &plan), ("reason", " ")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("plan", plan.as_str()), ("reason", "a new name")];
    let done = browser.carry_out("/shops/put", &fields).await;
    assert!(done.contains("as version 2 of the shop north"), "{done}");
    let stored = json(&stack, &["shop", "show", "north"]).await;
    assert_eq!(stored["settings"]["sender"]["name"], "Norden Nord", "{stored:#}");
    let again = browser.post("/shops/put", &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "what was shown is put once");
    let page = browser.page("/shops/shop?shop=north").await;
    assert!(page.contains("a new name"), "who has changed it, and why: {page}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_settings_of_a_new_shop_are_put_and_it_is_searched_from_then_on() {
    let stack = two_shops().await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let list = browser.page("/shops").await;
    assert!(list.contains("action=\"/shops/shop\" method=\"get\""), "a form for its name: {list}");
    let form = browser.page("/shops/shop?shop=west").await;
    assert!(
        form.contains("It has no settings.") && form.contains("name=\"version\" value=\"0\""),
        "{form}"
    );
    assert_eq!(
        browser.get("/shops/shop?shop=West+Side").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let settings = "{\n  \"formality\": \"informal\"\n}\n";
    let fields = [("shop", "west"), ("version", "0"), ("document", settings)];
    let asked = text(&browser.post("/shops/check", &fields).await);
    assert!(asked.contains("waybill shop put west FILE --version 0"), "{asked}");
    let late = text(&browser.post("/shops/check", &fields).await);
    let first = [("plan", &*hidden_field(&asked, "plan")), ("reason", "it opens today")];
    let done = browser.carry_out("/shops/put", &first).await;
    assert!(done.contains("as version 1 of the shop west"), "{done}");
    let second = [("plan", &*hidden_field(&late, "plan")), ("reason", "it opens today")];
    let refused = browser.post("/shops/put", &second).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "it has settings by now");
    assert!(browser.page("/orders").await.contains(">west</option>"));
    let stored = json(&stack, &["shop", "show", "west"]).await;
    assert_eq!(stored["settings"]["formality"], "informal", "{stored:#}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_of_one_shop_shows_no_other() {
    let stack = two_shops().await;
    let console = Console::start(&stack, &["--shop", "north"]).await;
    let browser = console.open().await;
    for path in ["/mails?shop=south", "/shops/shop?shop=south", "/order?shop=south&id=A1"] {
        let refused = browser.get(path).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
    for path in ["/", "/orders", "/mails", "/shops/shop", "/audit"] {
        let page = browser.page(path).await;
        assert!(!page.contains("south"), "{path}: {page}");
    }
    // Its operator may not list them.
    let shops = browser.get("/shops").await;
    assert_eq!(shops.header("location"), "/shops/shop?shop=north");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_is_read_page_by_page_each_item_once() {
    let stack = TestStack::start().await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    assert!(browser.page("/audit").await.contains("Nobody has changed anything yet"));
    // An item for each time that personal data is shown: three pages of them.
    stack.publish(&[crate::support::events::confirmed("A1")]).await;
    for n in 0..101 {
        let reason = format!("ticket {n}.");
        browser.carry_out("/order/unmask", &[("id", "A1"), ("reason", &reason)]).await;
    }
    let (mut path, mut pages) = ("/audit".to_owned(), Vec::new());
    loop {
        let page = browser.page(&path).await;
        let next = page
            .split("href=\"")
            .find(|it| it.split('>').next().is_some_and(|a| a.contains("rel=\"next\"")));
        let next = next.and_then(|it| it.split('"').next()).map(|it| it.replace("&#38;", "&"));
        pages.push(page);
        let Some(next) = next else { break };
        path = next;
    }
    let all = pages.concat();
    assert_eq!(pages.len(), 3, "{all}");
    for n in 0..101 {
        assert_eq!(all.matches(&format!("ticket {n}.")).count(), 1, "ticket {n}");
    }
    assert!(pages[0].contains("ticket 100.") && pages[2].contains("ticket 0."), "the latest first");
    assert!(pages[0].contains("/order?shop=default&#38;id=A1"), "its order: {}", pages[0]);
    let wrong = browser.get("/audit?before=yesterday").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let earlier = json(&stack, &["audit", "--before", "2h"]).await;
    assert_eq!(earlier["items"], json!([]));
    stack.stop().await;
}
