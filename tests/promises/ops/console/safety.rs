//! Who is let in, what a request may change, and what a page may do.

use std::sync::Arc;

use http::StatusCode;
use local::Config;
use local::aws::calls::{Caller, Service};
use local::edge::faults::{Call, Fault, Faults};
use serde_json::json;

use super::browser::{Browser, Console, text};
use crate::ops::process::{dead_letters, json, with_refused_mails};
use crate::support::TestStack;
use crate::support::events::confirmed;
use crate::support::http::request;

/// Every page, and every form that changes something.
const PAGES: [&str; 20] = [
    "/",
    "/orders",
    "/order?id=A1",
    "/order/mail?id=A1",
    "/order/mail/body?id=A1",
    "/order/act?id=A1",
    "/job?id=1",
    "/dead-letters",
    "/dead-letters/queue?queue=mail",
    "/dead-letters/replay?queue=mail",
    "/dead-letters/drop?queue=mail",
    "/dead-letters/edit?queue=mail&message=1",
    "/order/erase?id=A1",
    "/mails",
    "/mails/mail?kind=order.confirmed&name=x",
    "/shops",
    "/shops/shop?shop=default",
    "/audit",
    "/doctor",
    "/no-such-page",
];
const FORMS: [&str; 15] = [
    "/orders",
    "/order/unmask",
    "/order/mask",
    "/order/address",
    "/session/end",
    "/order/act",
    "/dead-letters/unmask",
    "/dead-letters/mask",
    "/dead-letters/replay",
    "/dead-letters/drop",
    "/dead-letters/edit",
    "/order/erase",
    "/shops/check",
    "/shops/put",
    "/job/stop",
];

const RESEND: [(&str, &str); 4] =
    [("action", "resend"), ("id", "A1"), ("kind", "order.confirmed"), ("reason", "repaired")];

#[tokio::test(flavor = "multi_thread")]
async fn without_the_link_s_cookie_everything_is_refused_and_the_link_lets_one_browser_in() {
    let stack = TestStack::start().await;
    let console = Console::start(&stack, &[]).await;
    for (method, paths) in [("GET", &PAGES[..]), ("POST", &FORMS[..])] {
        for path in paths {
            for cookie in ["", "waybill_console_1=x", "theme=dark"] {
                let answer =
                    request(console.address, method, path, &[("cookie", cookie)], b"").await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
                assert!(text(&answer).contains("printed a link when it started"), "{path}");
            }
        }
    }
    let guessed = request(console.address, "GET", "/open?token=guess", &[], b"").await;
    assert_eq!(guessed.status, StatusCode::FORBIDDEN);
    // Whoever asks ahead of the user leaves the link to them.
    for ahead in [("purpose", "prefetch"), ("sec-purpose", "prefetch;prerender")] {
        let answer = request(console.address, "GET", &console.link, &[ahead], b"").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{ahead:?}");
        assert!(text(&answer).contains("it still opens the console"), "{}", text(&answer));
    }
    let head = request(console.address, "HEAD", &console.link, &[], b"").await;
    assert_eq!(head.status, StatusCode::FORBIDDEN);
    let browser = console.open().await;
    browser.page("/").await;
    let again = request(console.address, "GET", &console.link, &[], b"").await;
    assert_eq!(again.status, StatusCode::FORBIDDEN, "the link is used up");
    let ended = browser.post("/session/end", &[]).await;
    assert!(ended.header("set-cookie").contains("Max-Age=0"), "{ended:?}");
    assert_eq!(browser.get("/").await.status, StatusCode::FORBIDDEN, "the session has ended");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_host_gets_nothing_and_another_origin_changes_nothing() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1"]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let cookie = ("cookie", browser.cookie.as_str());
    let rebound = [cookie, ("host", "evil.example")];
    let answer = request(console.address, "GET", "/", &rebound, b"").await;
    assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST);
    let token = [("form_token", browser.form_token.as_str())];
    let form = [&token[..], &RESEND].concat();
    for foreign in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
        &[("sec-fetch-site", "same-site")],
    ] {
        let answer = browser.post_as("/order/act", foreign, &form).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{foreign:?}");
    }
    // A page of another port may lead to the first page, and to no other.
    let led = [
        cookie,
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    for (path, status) in
        [("/", StatusCode::OK), ("/dead-letters/queue?queue=mail", StatusCode::FORBIDDEN)]
    {
        let answer = request(console.address, "GET", path, &led, b"").await;
        assert_eq!(answer.status, status, "{path}");
    }
    assert_unchanged(&stack).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_the_token_of_its_session_changes_nothing() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1"]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let own = [("sec-fetch-site", "same-origin")];
    for path in FORMS {
        for token in [&[][..], &[("form_token", "")], &[("form_token", "guess")]] {
            let answer = browser.post_as(path, &own, &[token, &RESEND].concat()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            assert!(text(&answer).contains("Nothing was changed"), "{path}");
        }
        let json = [("cookie", browser.cookie.as_str()), ("content-type", "application/json")];
        let answer = request(console.address, "POST", path, &json, b"{}").await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path}");
    }
    assert_unchanged(&stack).await;
    stack.stop().await;
}

/// Nothing was resent, and nobody recorded that they were about to.
async fn assert_unchanged(stack: &TestStack) {
    assert_eq!(json(stack, &["audit"]).await["items"], json!([]));
    assert_eq!(stack.ledger_items("A1").await[0].state, "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_runs_a_script_is_framed_stored_or_tells_where_it_was() {
    let stack = TestStack::start().await;
    stack.publish(&[confirmed("A1")]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    for path in PAGES.iter().chain(&["/style.css"]) {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{path}: {policy}");
        assert!(!policy.contains("script-src") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(answer.header(name), value, "{path}: {name}");
        }
        let page = text(&answer);
        assert!(!page.contains("<script") && !page.contains(" style="), "{path}: {page}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_console_has_no_buttons_and_takes_no_form() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1"]).await;
    let console = Console::start(&stack, &["--read-only"]).await;
    let browser = console.open().await;
    for path in [
        "/order?id=A1",
        "/order/act?action=resend&id=A1&kind=order.confirmed",
        "/dead-letters/queue?queue=mail",
        "/dead-letters/replay?queue=mail",
        "/dead-letters/drop?queue=mail",
    ] {
        let page = browser.page(path).await;
        assert!(page.contains("--read-only"), "{path} says why: {page}");
        let forms = page.matches("method=\"post\"").count();
        assert_eq!(forms, 2, "{path} has the search and the session's end alone: {page}");
        assert!(!page.contains(" …</a>"), "{path} has no button: {page}");
    }
    // These change nothing of the stack.
    let harmless = [
        "/orders",
        "/order/address",
        "/order/mask",
        "/dead-letters/mask",
        "/job/stop",
        "/session/end",
    ];
    for path in FORMS.iter().filter(|path| !harmless.contains(path)) {
        let answer = browser.post(path, &RESEND).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_unchanged(&stack).await;
    stack.stop().await;
}

/// DynamoDB takes no write of the operator's.
struct NoWrites;

impl Faults for NoWrites {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_write = ["PutItem", "UpdateItem"].contains(&call.operation);
        let is_operators = *call.caller == Caller::Function("ops".to_owned());
        (is_write && is_operators && call.service == Service::DynamoDb).then_some(Fault::HangUp)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_written_nothing_is_done_or_shown_and_a_sentence_says_so() {
    let config = Config { faults: Arc::new(NoWrites), ..with_refused_mails() };
    let stack = TestStack::start_with(config).await;
    dead_letters(&stack, &["A1"]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let refused = browser.post("/order/act", &RESEND).await;
    assert_eq!(refused.status, StatusCode::BAD_GATEWAY);
    assert!(text(&refused).contains("nothing was changed"), "{}", text(&refused));
    assert!(text(&refused).contains("value=\"repaired\""), "the form is as it was sent");
    let masked = browser.post("/order/unmask", &[("id", "A1"), ("reason", "ticket 1")]).await;
    assert_eq!(masked.status, StatusCode::BAD_GATEWAY);
    assert_is_masked(&browser).await;
    assert_unchanged(&stack).await;
    stack.stop().await;
}

async fn assert_is_masked(browser: &Browser) {
    let page = browser.page("/order?id=A1").await;
    assert!(page.contains("a***@***.example") && !page.contains("a1@customers"), "{page}");
}
