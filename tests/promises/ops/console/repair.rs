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
    let fields = [("queue", "mail"), ("message", message), ("body", &body)];
    let answer = browser.post("/dead-letters/edit", &fields).await;
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
    assert!(plan.contains("To move: 1 message") && plan.contains("--edit"), "{plan}");
    assert!(!plan.contains(NEW), "the page names no address: {plan}");
    let fields = [("plan", &*hidden_field(&plan, "plan")), ("reason", "the customer called")];
    let done = browser.run_job("/dead-letters/replay", &fields).await;
    assert!(done.contains("1 message moved."), "{done}");
    wait_for_state(&stack, "A1", "delivered").await;
    assert_eq!((stack.mails_to(NEW), stack.mails_to(&customer("A1"))), (1, 0));
    let audit = json(&stack, &["audit"]).await;
    let item = &audit["items"][0];
    assert_eq!(
        (&item["plan"]["edited"], &item["reason"]),
        (&1.into(), &"the customer called".into())
    );
    assert!(!audit.to_string().contains(NEW), "{audit:#}");
    stack.stop().await;
}
