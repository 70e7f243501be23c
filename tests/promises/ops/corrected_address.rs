//! What `MailDlqAlarm` and README.md advise for an address that SES refused.

use serde_json::json;

use super::process::{accept_mails_again, dead_letters, json, wait_for_state, with_refused_mails};
use crate::support::TestStack;
use crate::support::events::customer;

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_ses_refused_is_corrected_for_one_order_by_a_replay() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1", "A2"]).await;
    accept_mails_again(&stack);
    let edit = r#".event.data.order.customer.email="new@customers.example""#;
    let replay = ["dlq", "replay", "mail", "--order", "A1", "--edit", edit];
    let confirmed = ["--yes", "--reason", "the customer called"];
    let outcome = json(&stack, &[&replay[..], &confirmed].concat()).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    wait_for_state(&stack, "A1", "delivered").await;
    assert_eq!(stack.mails_to("new@customers.example"), 1);
    assert_eq!(stack.mails_to(&customer("A1")) + stack.mails_to(&customer("A2")), 0);
    let rest = json(&stack, &["dlq", "show", "mail"]).await;
    assert_eq!((&rest["looked_at"], &rest["counts"]), (&json!(1), &json!({"would-send": 1})));
    let drop = ["dlq", "drop", "mail", "--order", "A2", "--yes-delete-1", "--reason", "not wanted"];
    let file = tempfile::tempdir().expect("a directory");
    let kept = file.path().join("kept.jsonl");
    let save = ["--save-to", kept.to_str().expect("UTF-8")];
    json(&stack, &[&drop[..], &save].concat()).await;
    assert_eq!(stack.depth(&stack.stack.resources.queues.mail_dlq).await, 0);
    stack.stop().await;
}
