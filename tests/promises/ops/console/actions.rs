//! What may be done about an order as a whole, and about an address that no mail reaches.

use http::StatusCode;
use local::ses::suppression::Reason;
use serde_json::{Value, json};

use super::browser::{Console, text};
use crate::ops::process::{dead_letters, json as json_of, wait_for_state, with_refused_mails};
use crate::support::events::{confirmed, customer};
use crate::support::{TestStack, eventually};

const ERASE: &str = "/order/erase?id=A1";

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_erased_by_typing_its_id_and_the_page_says_what_was_removed_and_what_was_not() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1", "A2"]).await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let order = browser.page("/order?id=A1").await;
    assert!(order.contains("/order/erase?shop=default&#38;id=A1"), "its page leads there: {order}");
    let before = browser.page(ERASE).await;
    assert!(before.contains("waybill erase A1"), "{before}");
    assert!(before.contains("events, with the customer"), "what there is: {before}");
    assert!(before.contains("point-in-time recovery"), "what it does not reach: {before}");
    for (typed, reason) in [("A2", "asked for"), ("", "asked for"), ("A1", " ")] {
        let form = [("id", "A1"), ("typed", typed), ("reason", reason)];
        let refused = browser.post("/order/erase", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}, {reason}");
        assert!(text(&refused).contains("Nothing was erased"), "{}", text(&refused));
    }
    assert_eq!(stack.depth(&dlq).await, 2);
    let form = [("id", "A1"), ("typed", "A1"), ("reason", "asked for")];
    let done = browser.run_job("/order/erase", &form).await;
    assert!(done.contains("Erased.") && done.contains("Events table: 1 removed"), "{done}");
    assert!(done.contains("Not touched: "), "{done}");
    assert_eq!(stack.depth(&dlq).await, 1, "the other order's message stays");
    let audit = json_of(&stack, &["audit"]).await;
    let item = &audit["items"][0];
    assert_eq!((&item["action"], &item["reason"]), (&"erase A1".into(), &"asked for".into()));
    assert_eq!(item["command"], "waybill erase A1 --yes, in the console");
    let left = browser.page("/order?id=A1").await;
    assert!(!left.contains("a***@***.example"), "its customer is not known any more: {left}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suppressed_address_is_taken_off_the_list_and_then_gets_its_mail() {
    let stack = TestStack::start().await;
    let address = customer("A1");
    stack.stack.ses.suppression().put(&address, Reason::Bounce);
    stack.publish(&[confirmed("A1")]).await;
    wait_for_state(&stack, "A1", "bounced").await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let order = browser.page("/order?id=A1").await;
    assert!(order.contains("Take its address off the suppression list"), "{order}");
    let ask = "/order/act?action=lift&id=A1&kind=order.confirmed";
    let before = browser.page(ask).await;
    assert!(before.contains("waybill suppression remove ADDRESS"), "{before}");
    let form = [("id", "A1"), ("kind", "order.confirmed"), ("reason", "ticket 4711")];
    let lift = |address| [&form[..], &[("action", "lift"), ("address", address)]].concat();
    let refused = browser.post("/order/act", &lift("other@customers.example")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "it is not on the list");
    let done = browser.carry_out("/order/act", &lift(&address)).await;
    assert!(done.contains("is off the list") && !done.contains(&address), "{done}");
    let correct = [&form[..], &[("action", "correct"), ("address", &address)]].concat();
    browser.carry_out("/order/act", &correct).await;
    eventually("the mail is delivered", || async {
        stack.ledger_items("A1").await.iter().any(|item| item.state == "delivered")
    })
    .await;
    let audit = json_of(&stack, &["audit"]).await;
    assert!(audit.to_string().contains("suppression remove"), "{audit:#}");
    assert!(!audit.to_string().contains(&address), "{audit:#}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_a_mail_went_to_a_corrected_address_is_told_by_comparing_it_and_by_no_page() {
    const CORRECTED: &str = "jo.corrected@elsewhere.example";
    let stack = TestStack::start().await;
    stack.stack.ses.suppression().put(&customer("A1"), Reason::Bounce);
    stack.publish(&[confirmed("A1")]).await;
    wait_for_state(&stack, "A1", "bounced").await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let correct = [
        ("action", "correct"),
        ("id", "A1"),
        ("kind", "order.confirmed"),
        ("reason", "ticket 4711"),
        ("address", CORRECTED),
    ];
    browser.carry_out("/order/act", &correct).await;
    eventually("the mail is delivered", || async {
        stack.ledger_items("A1").await.iter().any(|item| item.state == "delivered")
    })
    .await;
    let masked = browser.page("/order?id=A1").await;
    assert!(masked.contains("was delivered to a corrected address"), "{masked}");
    assert!(!masked.contains("Is it this address?"), "its data is not shown: {masked}");
    let items = stack.ledger_items("A1").await;
    let mut roles = items.iter().filter_map(|item| item.notification.rsplit('#').next());
    let role = roles.find(|role| role.starts_with("corrected-")).expect("its role");
    let compare = async |address| {
        let form = [("id", "A1"), ("recipient", role), ("address", address)];
        browser.post("/order/address", &form).await
    };
    let refused = compare(CORRECTED).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "not yet shown");
    let unmask = [("id", "A1"), ("reason", "ticket 4711")];
    let order = browser.carry_out("/order/unmask", &unmask).await;
    assert!(
        order.contains("Is it this address?") && order.contains("only a fingerprint"),
        "{order}"
    );
    let yes = text(&compare("Jo.Corrected@elsewhere.example").await);
    assert!(yes.contains("Yes, it is"), "{yes}");
    let no = text(&compare("jo.corrected@else.example").await);
    assert!(no.contains("No: the mail went to another address"), "{no}");
    for page in [order, yes, no] {
        assert!(!page.to_lowercase().contains(CORRECTED), "{page}");
    }
    let missing = text(&compare("nothing").await);
    assert!(missing.contains("not an e-mail address"), "{missing}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_compared_for_an_order_whose_id_is_an_address_too() {
    // The id of one is the address of the customer of two.
    const ID: &str = "jo@shop.example";
    const COPY: &str = "accounts@elsewhere.example";
    let stack = TestStack::start().await;
    let of_jo = ["A1", "A2"].map(|id| {
        let mut event: Value = serde_json::from_str(&confirmed(id)).expect("JSON");
        event["data"]["order"]["customer"]["email"] = ID.into();
        event
    });
    let [mut of_it, other] = of_jo;
    of_it["data"]["order"]["id"] = ID.into();
    stack.publish(&[of_it.to_string(), other.to_string()]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let copy =
        [("action", "copy"), ("id", ID), ("kind", "order.confirmed"), ("reason", "ticket 4711")];
    browser.carry_out("/order/act", &[&copy[..], &[("address", COPY)]].concat()).await;
    let items = stack.ledger_items("default/jo%40shop.example").await;
    let mut roles = items.iter().filter_map(|item| item.notification.rsplit('#').next());
    let role = roles.find(|role| role.starts_with("copy-")).expect("its role");
    let unmask = [("id", ID), ("reason", "ticket 4711")];
    browser.carry_out("/order/unmask", &unmask).await;
    for (address, answer) in
        [(COPY, "Yes, it is"), ("x@elsewhere.example", "went to another address")]
    {
        let form = [("id", ID), ("recipient", role), ("address", address)];
        let compared = text(&browser.post("/order/address", &form).await);
        assert!(compared.contains(answer), "{compared}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_perhaps_of_an_order_is_shown_before_it_is_erased_and_a_masked_id_is_typed_as_shown()
 {
    let stack = TestStack::start().await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    // Of the order, whose shop names it by its customer's address, and of which it cannot be told.
    let of_it = json!({"v": 9, "event": {"data": {"order": {"id": "jo@shop.example"}}}});
    stack.send(&dlq, &of_it.to_string()).await;
    stack.send(&dlq, &json!({"article": "jo@shop.example"}).to_string()).await;
    stack
        .send(
            &stack.stack.resources.queues.inbox_dlq,
            &json!({"article": "jo@shop.example"}).to_string(),
        )
        .await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let page = browser.page("/order/erase?id=jo@shop.example").await;
    let row = |queue: &str| {
        let (_, row) =
            page.split_once(&format!("<th scope=\"row\">{queue}</th>")).expect("its row");
        row.split("</tr>").next().unwrap_or_default().to_owned()
    };
    let perhaps = "data-label=\"Perhaps\">1<";
    assert!(row("Queue mail-dlq").contains(perhaps), "{page}");
    let only_perhaps = row("Queue inbox-dlq");
    assert!(
        only_perhaps.contains(perhaps) && only_perhaps.contains("data-label=\"Found\">0<"),
        "{page}"
    );
    let shown = "j***@***.example";
    assert!(page.contains(&format!("Type the order's id, {shown}")), "{page}");
    let form = |typed| [("id", "jo@shop.example"), ("typed", typed), ("reason", "asked for")];
    let refused = browser.post("/order/erase", &form("k***@***.example")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = browser.run_job("/order/erase", &form(shown)).await;
    assert!(done.contains("Queue mail-dlq: 1 removed"), "{done}");
    assert!(!done.contains("jo@shop.example"), "{done}");
    assert_eq!(stack.depth(&dlq).await, 1, "what is perhaps of it is left to a person");
    stack.stop().await;
}
