//! A dead letter whose body is repaired in a form.

use http::StatusCode;

use super::browser::{Browser, Console, hidden_field, text};
use crate::ops::process::{
    accept_mails_again, dead_letters, json, wait_for_state, with_refused_mails,
};
use crate::support::TestStack;
use crate::support::events::customer;

const NEW: &str = "new@customers.example";

/// What stands in the page's text area.
fn textarea(page: &str) -> String {
    let (_, rest) = page.split_once("<textarea").expect("a text area");
    let (_, rest) = rest.split_once(">\n").expect("its text");
    let (text, _) = rest.split_once("</textarea>").expect("its end");
    let entities =
        [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, c)| text.replace(entity, c))
}

/// Sends the body, as a browser does.
async fn look_at(browser: &Browser, message: &str, body: &str) -> (StatusCode, String) {
    let body = body.replace('\n', "\r\n");
    let fields = [("queue", "mail"), ("message", message), ("text", &body)];
    let answer = browser.follow(browser.post("/dead-letters/edit", &fields).await).await;
    (answer.status, text(&answer))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repaired_dead_letter_is_shown_with_what_changes_and_its_customer_stays_unseen() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1", "A2"]).await;
    accept_mails_again(&stack);
    let listed = json(&stack, &["dlq", "show", "mail", "--order", "A1"]).await;
    let message = listed["entries"][0]["message_id"].as_str().expect("its id").to_owned();
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let page = browser.page(&format!("/dead-letters/message?queue=mail&id={message}")).await;
    assert!(page.contains("/dead-letters/edit?"), "its page leads there: {page}");
    let form = browser.page(&format!("/dead-letters/edit?queue=mail&message={message}")).await;
    let shown = textarea(&form);
    assert!(shown.contains("a***@***.example") && !shown.contains(&customer("A1")), "{shown}");

    for (typed, expected) in [
        ("{", "not JSON"),
        (&*shown, "Nothing is changed"),
        (&*shown.replace("\"email\"", "\"e_mail\""), "masked in part"),
    ] {
        let (status, page) = look_at(&browser, &message, typed).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{expected}");
        assert!(page.contains(expected), "{expected}: {page}");
    }
    let (status, stolen) = look_at(&browser, &message, &shown.replace("\"A1\"", "\"A2\"")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        stolen.contains("The edit is refused") && stolen.contains("Nothing to move"),
        "{stolen}"
    );

    let (status, plan) = look_at(&browser, &message, &shown.replace("a***@***.example", NEW)).await;
    assert_eq!(status, StatusCode::OK, "{plan}");
    assert!(plan.contains("class=\"added\"") && plan.contains("class=\"removed\""), "{plan}");
    assert!(plan.contains("To move: 1 message") && plan.contains("--edit FILTER"), "{plan}");
    assert!(!plan.contains(NEW), "the page names no address: {plan}");
    let fields = [("plan", &*hidden_field(&plan, "plan")), ("reason", "the customer called")];
    let done = browser.run_job("/dead-letters/replay", &fields).await;
    assert!(done.contains("1 message moved"), "{done}");
    assert!(done.contains("/order?shop=default&#38;id=A1\">To order A1</a>"), "{done}");
    wait_for_state(&stack, "A1", "delivered").await;
    assert_eq!((stack.mails_to(NEW), stack.mails_to(&customer("A1"))), (1, 0));
    let order = browser.page("/order?id=A1").await;
    for step in ["became a dead letter", "repaired and replayed", ": the customer called"] {
        assert!(order.contains(step), "{step} is among its steps: {order}");
    }
    let audit = json(&stack, &["audit"]).await;
    let item = &audit["items"][0];
    assert_eq!(
        (&item["plan"]["edited"], &item["reason"]),
        (&1.into(), &"the customer called".into())
    );
    assert_eq!(item["plan"]["order_key"], "default/A1", "{audit:#}");
    let log = browser.page("/audit").await;
    assert!(log.contains("href=\"/order?shop=default&#38;id=A1\">Order A1"), "{log}");
    assert!(!audit.to_string().contains(NEW), "{audit:#}");
    let command = item["command"].as_str().expect("its command");
    assert!(command.contains(" --edit sha256:"), "{command}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_filter_repairs_several_dead_letters_and_its_plan_says_which_it_changes_and_refuses() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1", "A2", "A3"]).await;
    accept_mails_again(&stack);
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let queue = browser.page("/dead-letters/queue?queue=mail&kind=order.confirmed").await;
    let form = "/dead-letters/edit?queue=mail&kind=order.confirmed";
    assert!(queue.contains(&form.replace('&', "&#38;")), "its page leads there: {queue}");
    let page = browser.page(form).await;
    assert!(
        page.contains("3 messages") && page.contains("name=\"kind\" value=\"order.confirmed\""),
        "{page}"
    );
    let look_at = async |filter: &str| {
        let fields = [("queue", "mail"), ("kind", "order.confirmed"), ("text", filter)];
        let answer = browser.follow(browser.post("/dead-letters/edit", &fields).await).await;
        (answer.status, text(&answer))
    };
    let all = format!(".event.data.order.customer.email = \"{NEW}\"");
    for (filter, expected) in [
        ("", "no filter of jq"),
        (".v = = 1", "no filter of jq"),
        (&*all, "one person would get the mails of others"),
    ] {
        let (status, page) = look_at(filter).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{filter}: {page}");
        assert!(page.contains(expected) && page.contains("<textarea"), "{filter}: {page}");
    }
    let order = ".event.data.order";
    let filter = format!(
        "if {order}.id == \"A1\" then {order}.customer.email = \"{NEW}\" elif {order}.id == \"A2\" then \
         walk(if type == \"string\" then split(\"A2\") | join(\"A1\") else . end) else . end"
    );
    let (status, plan) = look_at(&filter).await;
    assert_eq!(status, StatusCode::OK, "{plan}");
    for shown in [
        "The edit changes 1 message and leaves 1 as before.",
        "The edit is refused on 1 message",
        "it changes which order, kind or scope the message is about",
        "class=\"added\"",
        "To move: 2 messages",
        "--kind order.confirmed --edit FILTER",
    ] {
        assert!(plan.contains(shown), "{shown}: {plan}");
    }
    let typed = textarea(&plan);
    assert_eq!(typed.trim(), filter, "it can be changed: {plan}");
    let (before, after) = plan.split_once("<textarea").expect("its field");
    let after = after.split_once("</textarea>").expect("its end").1;
    let (masked, is_told) =
        ("customer.email = &#34;***&#34; elif", |part: &str| part.contains(NEW));
    assert!(
        before.contains(masked) && !is_told(before) && !is_told(after),
        "masked elsewhere: {plan}"
    );
    let fields = [("plan", &*hidden_field(&plan, "plan")), ("reason", "the customer called")];
    let done = browser.run_job("/dead-letters/replay", &fields).await;
    assert!(done.contains("2 messages moved"), "{done}");
    for shown in [
        "<h1>Replayed: 2 messages from mail</h1>",
        "What comes next",
        ">Today</a> shows",
        masked,
        ", after ",
    ] {
        assert!(done.contains(shown), "{shown}: {done}");
    }
    assert!(!done.contains(NEW), "{done}");
    let audit = json(&stack, &["audit"]).await;
    let kept = audit["items"][0]["plan"]["edit"].as_str().expect("its filter");
    assert!(
        kept.contains("customer.email = \"***\" elif") && !audit.to_string().contains(NEW),
        "{audit:#}"
    );
    let identity = audit["items"][0]["identity"].as_str().expect("who it was");
    assert!(identity.starts_with("local user ") && identity.contains(" on "), "{identity}");
    wait_for_state(&stack, "A1", "delivered").await;
    wait_for_state(&stack, "A3", "delivered").await;
    let mails = [NEW, &*customer("A1"), &*customer("A2"), &*customer("A3")];
    assert_eq!(mails.map(|address| stack.mails_to(address)), [1, 0, 0, 1]);
    stack.stop().await;
}
