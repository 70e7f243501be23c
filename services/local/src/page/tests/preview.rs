//! Mails that nobody has sent yet.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use kit::shops::ShopItem;
use serde_json::{Value, json};

use super::browser::Chromium;
use crate::edge::tests::test_edge::{Setup, TestEdge};
use crate::resources::{Resources, SHOPS_TABLE, Settings};

/// Puts the settings of a shop, as `waybill shop put` does.
async fn put(edge: &TestEdge, shop: &str, settings: &Value) {
    let document = settings.to_string();
    let item = ShopItem { shop: shop.to_owned(), document, version: 1, put_at: 0 };
    let item = serde_dynamo::to_item(item).unwrap();
    let put = edge.dynamodb().put_item().table_name(SHOPS_TABLE).set_item(Some(item));
    put.send().await.unwrap();
}

async fn edge_with_shops() -> TestEdge {
    let edge = TestEdge::plain().await;
    Resources::create(&edge.dynamodb(), &edge.sqs(), &Settings::default(), false).await.unwrap();
    edge
}

async fn version(edge: &TestEdge, shop: &str) -> String {
    let (parts, body) = edge.get(&format!("/preview/version?shop={shop}")).await;
    assert_eq!(parts.status, 200, "{body}");
    let version: Value = serde_json::from_str(&body).unwrap();
    version["version"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_kind_is_shown_in_each_language_and_view_that_was_chosen() {
    let edge = edge_with_shops().await;
    let query = "?kind=shipment.shipped&kind=shipment.returned&language=de&language=ar";
    let (parts, page) = edge.get(&format!("/preview{query}")).await;
    assert_eq!(parts.status, 200);
    for language in ["de", "ar"] {
        for sample in ["shipped_with_pictures_and_links", "returned"] {
            for view in ["narrow", "wide", "dark", "blocked"] {
                let frame =
                    format!("src=\"/preview/mail/default/{language}/{sample}/{view}.html\"");
                assert_eq!(page.matches(&frame).count(), 1, "{frame}");
            }
        }
    }
    assert_eq!(page.matches("<iframe ").count(), 16, "no other kind, language or sample");
    assert_eq!(page.matches("<pre tabindex=\"0\" role=\"region\"").count(), 4, "and each as text");
    let policy = parts.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    // One customer of the samples is called by a script.
    let hostile = edge.get("/preview?kind=order.confirmed&samples=all&view=text").await.1;
    assert!(hostile.contains("&#60;script&#62;") && !hostile.contains("<script>"), "escaped");
    assert!(hostile.matches("<h2 ").count() > 3, "every sample of the kind");
    let list = edge.get("/").await.1;
    assert!(list.contains("<a href=\"/preview\">"), "the mailbox leads to it");
}

#[tokio::test]
async fn a_frame_is_sandboxed_and_looks_as_its_view_says_wherever_it_is_shown() {
    let edge = edge_with_shops().await;
    let frame = async |view: &str| {
        let path = format!("/preview/mail/default/en/shipped_with_pictures_and_links/{view}.html");
        let (parts, html) = edge.get(&path).await;
        let policy = parts.headers["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{policy}");
        assert!(!html.contains("prefers-color-scheme"), "{view}");
        (policy, html)
    };
    let (shown, html) = frame("narrow").await;
    assert!(shown.contains("img-src https: data:;"), "{shown}");
    assert!(html.contains("<img src=\"data:image/svg+xml"), "the samples' pictures are nowhere");
    assert_ne!(frame("dark").await.1, html);
    let (blocked, html) = frame("blocked").await;
    assert!(blocked.contains("img-src 'none';"), "{blocked}");
    assert!(html.contains("<img src=\"https://"), "they are asked for");
    for missing in [
        "default/en/no_such/dark",
        "default/xx/returned/dark",
        "default/en/returned/x",
        "no-such/en/returned/dark",
    ] {
        let (parts, _) = edge.get(&format!("/preview/mail/{missing}.html")).await;
        assert_eq!(parts.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn the_settings_of_a_shop_are_applied_as_the_mailer_applies_them() {
    let edge = edge_with_shops().await;
    let north = json!({
        "brand": { "name": "Norden", "url": "https://n.example", "support_email": "h@n.example" },
        "formality": "informal",
        "wording": { "de": { "delivered-heading": "Ist da!" } },
        "kinds_off": ["shipment.delayed"],
    });
    put(&edge, "north", &north).await;
    let page = async |shop: &str, kind: &str| {
        let query = format!("?shop={shop}&kind={kind}&language=de&view=text&view=narrow");
        edge.get(&format!("/preview{query}")).await.1
    };
    let own = page("north", "shipment.delivered").await;
    assert!(own.contains("Ist da!") && own.contains("Norden"), "{own}");
    assert!(own.contains("<option value=\"north\" selected>"), "{own}");
    assert!(own.contains("/preview/mail/north/de/"), "{own}");
    assert!(page("north", "shipment.delayed").await.contains("<code>kinds_off</code>"));
    let others = page("default", "shipment.delivered").await;
    assert!(!others.contains("Ist da!") && !others.contains("Norden"), "{others}");
    assert!(!page("default", "shipment.delayed").await.contains("<code>kinds_off</code>"));
    // Of another shop's mail in between, nothing is kept.
    let html = edge.get("/preview/mail/north/de/delivered/narrow.html").await.1;
    assert!(html.contains("Ist da!"), "{html}");

    let before = version(&edge, "north").await;
    assert_ne!(before, version(&edge, "default").await);
    put(&edge, "north", &json!({ "wording": { "de": { "delivered-heading": "Da!" } } })).await;
    assert_ne!(before, version(&edge, "north").await, "a page of this shop loads itself again");
    assert!(page("north", "shipment.delivered").await.contains("Da!"));
}

#[tokio::test]
async fn settings_that_the_mailer_would_not_take_are_named_and_not_shown_as_others() {
    let edge = edge_with_shops().await;
    put(&edge, "north", &json!({ "reply_to": "nobody" })).await;
    let (parts, page) = edge.get("/preview?shop=north").await;
    assert_eq!(parts.status, 503);
    assert!(page.contains("/reply_to") && !page.contains("<iframe "), "{page}");
    let without_a_table = TestEdge::plain().await.get("/preview").await;
    assert_eq!(without_a_table.0.status, 200, "the shop default needs no settings");
    assert!(without_a_table.1.contains("The settings of the shops cannot be read"));
}

#[tokio::test]
async fn what_is_not_there_is_answered_with_what_is_and_never_shown_as_something_else() {
    let edge = edge_with_shops().await;
    put(&edge, "north", &json!({})).await;
    for (query, status, said) in [
        ("shop=nrth", 404, "There is no shop nrth. There is default, north."),
        (
            "kind=order.shipped",
            400,
            "There is no kind of mail order.shipped. There is order.confirmed, ",
        ),
        (
            "language=de&language=german",
            400,
            "There is no language of mails german. There is ar, de, ",
        ),
        ("view=x", 400, "There is no view x. There is narrow, "),
    ] {
        let (parts, page) = edge.get(&format!("/preview?{query}")).await;
        assert_eq!(parts.status, status, "{query}");
        assert!(page.contains(said) && !page.contains("<iframe "), "{query}: {page}");
    }
    // Once it is there, an open page loads itself again.
    assert_eq!(edge.get("/preview/version?shop=nrth").await.0.status, 503);
    let unread = TestEdge::plain().await.get("/preview?shop=north").await;
    assert_eq!(unread.0.status, 503, "nobody knows whether there is such a shop");
    assert!(!unread.1.contains("There is no shop"), "{}", unread.1);
}

/// Writes an executable that renders each mail with this subject.
fn build(path: &Path, subject: &str) {
    let mail = json!([{
        "sample": "returned", "kind": "shipment.returned", "language": "en",
        "subject": subject, "html": format!("<p>{subject}</p>"), "text": subject,
    }]);
    write(path, &format!("#!/bin/sh\ncat > /dev/null\necho '{mail}'\n"));
}

/// Not by this process: while a file is open in one to be written, the system starts no program from it, and any other
/// test that starts a program at that moment takes the open file along.
fn write(path: &Path, script: &str) {
    let script_of_shell = "cat > \"$0.new\" && chmod +x \"$0.new\" && mv \"$0.new\" \"$0\"";
    let mut shell = Command::new("sh")
        .args(["-c", script_of_shell])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    shell.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(shell.wait().unwrap().success());
}

async fn edge_of(executable: &Path) -> TestEdge {
    let executable = Some(executable.to_owned());
    let edge = TestEdge::start(Setup { executable, ..Setup::default() }).await;
    Resources::create(&edge.dynamodb(), &edge.sqs(), &Settings::default(), false).await.unwrap();
    edge
}

#[tokio::test]
async fn a_new_build_is_shown_while_the_stack_runs_on() {
    let directory = tempfile::tempdir().unwrap();
    let executable = directory.path().join("waybill-local");
    build(&executable, "As it was");
    let edge = edge_of(&executable).await;
    let frame = "/preview/mail/default/en/returned/narrow.html";
    assert!(edge.get("/preview").await.1.contains("As it was"));
    assert!(edge.get(frame).await.1.contains("As it was"));
    let before = version(&edge, "default").await;
    assert_eq!(before, version(&edge, "default").await, "nothing has changed");

    std::fs::remove_file(&executable).unwrap();
    let (parts, page) = edge.get("/preview").await;
    assert_eq!(parts.status, 503);
    assert!(page.contains("is not there"), "{page}");
    assert_eq!(edge.get("/preview/version").await.0.status, 503, "no reason to load again");

    build(&executable, "As it has become");
    assert_ne!(before, version(&edge, "default").await);
    assert!(edge.get(frame).await.1.contains("As it has become"), "nothing older is kept");
    assert!(edge.get("/preview").await.1.contains("As it has become"));
}

#[tokio::test]
async fn a_build_that_renders_nothing_is_answered_with_what_it_says() {
    let directory = tempfile::tempdir().unwrap();
    let executable = directory.path().join("waybill-local");
    write(&executable, "#!/bin/sh\ncat > /dev/null\necho 'a template failed' >&2\nexit 1\n");
    let edge = edge_of(&executable).await;
    let (parts, page) = edge.get("/preview").await;
    assert_eq!(parts.status, 503);
    assert!(page.contains("The mails cannot be rendered: a template failed"), "{page}");
    write(&executable, "#!/bin/sh\ncat > /dev/null\necho '{}'\n");
    assert!(edge.get("/preview").await.1.contains("stop the stack and start it again"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_loads_itself_again_once_its_mails_look_another_way() {
    let Some(mut browser) = Chromium::start() else { return };
    let directory = tempfile::tempdir().unwrap();
    let executable = directory.path().join("waybill-local");
    build(&executable, "As it was");
    let edge = edge_of(&executable).await;
    browser.open(&format!("{}/preview", edge.address));
    browser.until("document.querySelector('h3 bdi').textContent === 'As it was'");
    build(&executable, "As it has become");
    browser.until("document.querySelector('h3 bdi')?.textContent === 'As it has become'");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_fits_each_window_and_is_chosen_with_keys() {
    let Some(mut browser) = Chromium::start() else { return };
    let edge = edge_with_shops().await;
    let query = "?kind=order.confirmed&kind=shipment.delayed&language=en&language=ar";
    let url = format!("{}/preview{query}", edge.address);
    for width in [320, 375, 1280] {
        browser.resize(width);
        browser.open(&url);
        let outside = browser.evaluate("document.documentElement.scrollWidth - innerWidth");
        assert!(outside.as_i64() <= Some(0), "{width} px: {outside} px are outside");
    }
    // A box that is only a look would be none for keys: each is a checkbox, as large as its label.
    browser.evaluate("document.querySelector('[name=view][value=all]').focus()");
    browser.press(" ");
    assert_eq!(browser.evaluate("document.activeElement.checked"), json!(false));
    browser.evaluate("document.querySelector('[name=view][value=dark]').focus()");
    browser.press(" ");
    assert_eq!(browser.evaluate("document.activeElement.checked"), json!(true));
    browser.press("Enter");
    browser.until("location.search.includes('view=dark') && document.readyState === 'complete'");
    assert_eq!(browser.evaluate("document.querySelectorAll('iframe').length"), json!(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dark_view_is_dark_and_the_others_are_light_whatever_the_browser_prefers() {
    let Some(mut browser) = Chromium::start() else { return };
    let edge = edge_with_shops().await;
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        for (view, is_dark) in
            [("narrow", false), ("wide", false), ("blocked", false), ("dark", true)]
        {
            let path = format!("/preview/mail/default/en/returned/{view}.html");
            browser.open(&format!("{}{path}", edge.address));
            let red = browser.evaluate(
                "Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])",
            );
            assert_eq!(red.as_u64() < Some(80), is_dark, "{view} where {scheme} is preferred");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_pictures_are_blocked_their_alternatives_are_shown() {
    let Some(mut browser) = Chromium::start() else { return };
    let edge = edge_with_shops().await;
    let sizes = "[...document.images].map((image) => image.naturalWidth)";
    for (view, has_pictures) in [("narrow", true), ("blocked", false)] {
        let path = format!("/preview/mail/default/en/shipped_with_pictures_and_links/{view}.html");
        browser.open(&format!("{}{path}", edge.address));
        browser.until("[...document.images].every((image) => image.complete)");
        assert_eq!(browser.evaluate(&format!("{sizes}.length > 1")), json!(true));
        let all = browser.evaluate(&format!("{sizes}.every((width) => width > 0)"));
        assert_eq!(all, json!(has_pictures), "{view}");
    }
}
