//! A mail that has become stale ends, in whatever state it is: also that of a shop whose settings nobody can read.

use serde_json::{Value, json};
use shared::ledger::MAX_DOUBTS;

use crate::events::shipped;
use crate::one_mail::{OneMail, has_taken_turn, in_doubt};
use crate::support::TestStack;

const MINUTE: i64 = 60_000;

/// The shipment of this order of this shop, which is stale since so long ago (milliseconds).
async fn stale<'a>(services: &'a TestStack, shop: &str, order: &str, ago: i64) -> OneMail<'a> {
    let mut event: Value = serde_json::from_str(&shipped(order)).expect("JSON");
    event["shop"] = shop.into();
    let mut mail = OneMail::planned(services, &event.to_string()).await;
    let limit = mail.now() - ago;
    mail.body["send_before"] = limit.into();
    mail.set(&json!({ "send_before": limit })).await;
    mail
}

/// One whose settings are known, and one of whom there are none.
const SHOPS: [&str; 2] = ["default", "nobodys"];

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_mail_is_skipped_without_a_turn_and_one_that_is_done_is_acknowledged() {
    let services = TestStack::start().await;
    for shop in SHOPS {
        for (order, before, after) in [
            ("S1", json!({}), ("skipped", 0, 0)),
            ("S2", json!({ "state": "sent", "attempt": 1 }), ("sent", 0, 1)),
            ("S3", json!({ "state": "skipped" }), ("skipped", 0, 0)),
        ] {
            let mut mail = stale(&services, shop, order, MINUTE).await;
            if before != json!({}) {
                mail.set(&before).await;
            }
            let left = mail.deliver(&[]).await;
            assert_eq!(left.record(), after, "{shop} {left:#?}");
            assert!(left.is_done() && left.mails == 0, "{shop} {left:#?}");
        }
    }
    assert!(!has_taken_turn(&services).await);
    services.stop().await;
}

/// Its last attempt's lease began before its time limit, and has ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_stale_mail_that_may_have_been_sent_is_left_in_doubt_and_never_sent_again() {
    let services = TestStack::start().await;
    for shop in SHOPS {
        // Whoever claimed it at the last moment would hold its lease for as long.
        let mut mail = stale(&services, shop, "D1", 0).await;
        mail.set(&in_doubt(1, mail.now() - 1_000 * MINUTE)).await;
        let left = mail.deliver(&[]).await;
        let until = left.item.send_before + MINUTE + 1;
        assert_eq!(left.note("waybill-due"), Some(&*format!("{until} in_doubt")), "{left:#?}");
        assert!(left.comes_in(60) && left.mails == 0, "{left:#?}");
        assert_eq!(left.record(), ("in_doubt", 1, 1));

        for (order, before, after) in [
            ("D2", in_doubt(1, 0), ("in_doubt", 1, 1)),
            // Postponed after a doubt.
            (
                "D3",
                json!({ "state": "planned", "attempt": 2, "doubts": 1 }),
                ("in_doubt", MAX_DOUBTS, 2),
            ),
        ] {
            let mut mail = stale(&services, shop, order, 2 * MINUTE).await;
            mail.set(&before).await;
            let left = mail.deliver(&[]).await;
            assert_eq!(left.record(), after, "{shop} {left:#?}");
            assert!(left.is_done() && left.mails == 0, "{shop} {left:#?}");
        }

        // Its mailer died.
        let mut mail = stale(&services, shop, "D4", 2 * MINUTE).await;
        let lease = mail.now() - MINUTE;
        mail.set(&json!({ "state": "sending", "attempt": 1, "lease_until": lease })).await;
        let left = mail.deliver(&[]).await;
        assert_eq!(left.record(), ("in_doubt", 1, 1), "{shop} {left:#?}");
        assert!(left.note("waybill-due").is_some() && left.mails == 0, "{shop} {left:#?}");
    }
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_of_a_shop_without_settings_is_put_back_while_it_may_be_sent() {
    let services = TestStack::start().await;
    // In an hour, and once an operator has extended it, as its record alone says.
    for (order, in_request) in [("N1", 60 * MINUTE), ("N2", -MINUTE)] {
        let mut mail = stale(&services, "nobodys", order, -60 * MINUTE).await;
        mail.body["send_before"] = (mail.now() + in_request).into();
        let left = mail.deliver(&[]).await;
        assert_eq!((left.mails, left.record()), (0, ("planned", 0, 0)), "{left:#?}");
        assert!(left.comes_in(30), "{left:#?}");
    }
    services.stop().await;
}
