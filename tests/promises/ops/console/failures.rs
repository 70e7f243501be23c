//! What the pages say while AWS fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::join_all;
use http::StatusCode;
use local::Config;
use local::aws::calls::Caller;
use local::edge::faults::{Call, Fault, Faults};

use super::browser::{Console, text};
use crate::support::events::confirmed;
use crate::support::{TestStack, config};

/// Every call of the operator's is answered with 500, while it is so.
#[derive(Default)]
struct ServerErrors(Arc<AtomicBool>);

impl Faults for ServerErrors {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_operators = *call.caller == Caller::Function("ops".to_owned());
        (is_operators && self.0.load(Ordering::SeqCst)).then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_aws_fails_each_page_says_so_in_a_sentence_and_is_there_again_afterwards() {
    let fails = Arc::new(AtomicBool::new(false));
    let faults = Arc::new(ServerErrors(Arc::clone(&fails)));
    let stack = TestStack::start_with(Config { faults, ..config() }).await;
    stack.publish(&[confirmed("A1")]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let paths = [
        "/",
        "/order?id=A1",
        "/order/act?action=copy&id=A1&kind=order.confirmed",
        "/order/erase?id=A1",
        "/dead-letters",
        "/dead-letters/queue?queue=mail",
        "/dead-letters/replay?queue=mail",
        "/dead-letters/drop?queue=mail",
        "/dead-letters/edit?queue=mail",
        "/shops",
        "/shops/shop?shop=default",
        "/audit",
    ];
    fails.store(true, Ordering::SeqCst);
    let pages = join_all(paths.iter().map(|path| browser.get(path))).await;
    for (path, answer) in paths.iter().zip(&pages) {
        let page = text(answer);
        // Today and its like tell what they do know.
        let is_told = [StatusCode::OK, StatusCode::BAD_GATEWAY].contains(&answer.status);
        assert!(is_told, "{path}: {} {page}", answer.status);
        assert!(
            page.contains("class=\"answer bad\""),
            "{path} says that something is wrong: {page}"
        );
        assert!(page.contains("aria-label=\"Pages\""), "{path} leads on: {page}");
    }
    let form =
        [("id", "A1"), ("kind", "order.confirmed"), ("action", "copy"), ("reason", "ticket 1")];
    let form = [&form[..], &[("address", "office@customers.example")]].concat();
    let refused = browser.post("/order/act", &form).await;
    assert_eq!(refused.status, StatusCode::BAD_GATEWAY);
    assert!(
        text(&refused).contains("value=\"office@customers.example\""),
        "the form is as it was sent"
    );
    fails.store(false, Ordering::SeqCst);
    for path in paths {
        let page = browser.page(path).await;
        assert!(!page.contains("A service did not do its part"), "{path}: {page}");
    }
    browser.carry_out("/order/act", &form).await;
    stack.stop().await;
}
