//! A publisher that is killed at its call loses no event.

use std::collections::BTreeSet;

use local::aws::calls::Service;
use shared::ledger::State;
use waybill_tests::chaos::fault_rates::CallPhase::{self, After, Before};

use super::{config, told, types};
use crate::support::events::confirmed;
use crate::support::killer::{Boundary, Killer, publish_with_retries};

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_killed_before_the_bus_has_its_events_loses_none() {
    tells_each_order(Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_killed_after_the_bus_took_its_events_publishes_them_again_under_the_same_ids()
{
    tells_each_order(After).await;
}

async fn tells_each_order(phase: CallPhase) {
    let killer = Killer::new(Boundary {
        function: "publisher",
        service: Service::EventBridge,
        operation: "PutEvents",
        phase,
        body_contains: "",
        skip: 2,
    });
    let stack = killer.start_stack_with(config()).await;
    let orders: Vec<String> = (1..=20).map(|n| format!("K{n}")).collect();
    let lines: Vec<String> = orders.iter().map(|order| confirmed(order)).collect();
    let published = publish_with_retries(&stack, &lines).await;
    stack.wait_until_terminal(&published).await;
    let mut repeated = 0;
    for order in &orders {
        let told = told(&stack, order).await;
        assert!(types(&told).contains(&"mail.delivered"), "{told:#?}");
        assert_eq!(stack.ledger_items(order).await[0].state(), Some(State::Delivered));
        let ids: BTreeSet<&str> = told.iter().filter_map(|event| event["id"].as_str()).collect();
        // Sent and delivered at most, however often each was published.
        assert!(ids.len() <= 2, "{told:#?}");
        repeated += told.len() - ids.len();
    }
    assert!(killer.has_killed(), "nothing was killed");
    assert!(phase == Before || repeated > 0, "what the bus had taken was not published again");
    stack.stop().await;
}
