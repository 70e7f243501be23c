//! Publishing the facts that are missing, as the connector does.

use std::time::Duration;

use kit::RateLimiter;
use kit::queue::{OutgoingMessage, SendError, send_one};
use serde_json::json;
use shared::contract::event::{MAX_BATCH_EVENTS, MAX_REQUEST_BYTES};

use super::account::Place;
use super::args::Args;
use super::facts::{Fact, OrderRead, ReadOutcome};
use super::missing::{MissingFact, by_order};
use super::report::Reconciliation;
use crate::audit::{Audit, Intent};
use crate::aws::{Queue, Stack};
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::output::counted;
use crate::{progress, rate};

/// How far the rate is caught up with after a slow call.
const MAX_CATCH_UP: Duration = Duration::from_secs(1);

/// Publishes the facts, and counts them in `report`. After an error or Ctrl-C the same command continues: what is known by
/// then is not missing any more, and what is not is a duplicate for intake and the ledger. An order that SQS refuses is noted
/// as one that was not understood, and holds up no other.
pub async fn publish(
    stack: &Stack,
    args: &Args,
    place: &Place,
    missing: &[MissingFact],
    report: &mut Reconciliation,
    interrupt: &Interrupt,
) -> Result<(), CliError> {
    let intent = Intent {
        action: "reconcile".to_owned(),
        reason: args.reason.as_deref(),
        plan: json!({
            "shop": place.shop, "system": place.system.as_str(),
            "since": report.since, "until": report.until, "missing": missing.len(),
        }),
    };
    let audit = Audit::begin(stack, &args.operator, intent).await?;
    report.published = Some(0);
    let result = send(stack, args, missing, report, interrupt).await;
    audit.complete(result, &json!({ "published": report.published })).await
}

async fn send(
    stack: &Stack,
    args: &Args,
    missing: &[MissingFact],
    report: &mut Reconciliation,
    interrupt: &Interrupt,
) -> Result<(), CliError> {
    let url = stack.url(Queue::Inbox).await?;
    let limiter = RateLimiter::with_catch_up(rate::resolve(stack, args.rate).await, MAX_CATCH_UP);
    let progress = progress::publishing(missing.len());
    for facts in by_order(missing) {
        for (count, body) in messages(&facts) {
            interrupt.sleep_until(limiter.reserve(count)).await;
            interrupt.check("Stopped; the same command continues with what is still missing.")?;
            let message = OutgoingMessage { body, ..OutgoingMessage::default() };
            let published = report.published.get_or_insert_default();
            match send_one(&stack.sqs, &url, message).await {
                Ok(()) => *published += count,
                Err(error @ SendError::Refused) => {
                    report.refuse(&refused(facts[0], &error));
                    break;
                }
                Err(error) => {
                    let so_far = counted(*published, "fact");
                    let text = format!(
                        "{error}. Published so far: {so_far}. The same command continues with the rest."
                    );
                    return Err(CliError::service(text).caused_by(error));
                }
            }
            progress.set_position(*published as u64);
        }
    }
    progress.finish_and_clear();
    Ok(())
}

/// The order of a fact that SQS will never take.
fn refused(fact: &Fact, error: &SendError) -> OrderRead {
    let order = &fact.event.order;
    OrderRead {
        id: order.id.as_str().to_owned(),
        number: Some(order.number.as_str().to_owned()),
        outcome: ReadOutcome::Unreadable(error.to_string()),
    }
}

/// The facts of an order as messages of the inbox queue, each with its number of facts. In one message they are stored in
/// their order; several, which a standard queue may swap, are only made where intake takes no more in one.
fn messages(facts: &[&Fact]) -> Vec<(usize, String)> {
    const COMMA: usize = 1;
    let mut batches: Vec<(usize, Vec<String>)> = Vec::new();
    for fact in facts {
        let text = fact.text();
        let size = text.len() + COMMA;
        match batches.last_mut() {
            Some((bytes, batch))
                if batch.len() < MAX_BATCH_EVENTS && *bytes + size < MAX_REQUEST_BYTES =>
            {
                *bytes += size;
                batch.push(text);
            }
            _ => batches.push((size, vec![text])),
        }
    }
    let message =
        |(_, batch): (usize, Vec<String>)| (batch.len(), format!("[{}]", batch.join(",")));
    batches.into_iter().map(message).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use shared::Event;

    #[test]
    fn the_facts_of_an_order_go_in_one_message_as_far_as_intake_takes_them() {
        let json = |id: usize, note: usize| {
            json!({
                "specversion": "1.0", "source": "/shopify/north", "id": id.to_string(),
                "type": "order.confirmed", "note": "x".repeat(note),
                "data": { "order": { "id": "1", "customer": { "email": "jo@example.com" } } },
            })
        };
        let fact = |json: Value| Fact { event: Event::parse(&json).expect("valid"), json };
        let sizes = |facts: Vec<Fact>| -> Vec<usize> {
            let facts: Vec<&Fact> = facts.iter().collect();
            let messages = messages(&facts);
            assert!(messages.iter().all(|(_, body)| body.len() <= MAX_REQUEST_BYTES));
            messages.into_iter().map(|(count, _)| count).collect()
        };
        assert_eq!(sizes((0..101).map(|id| fact(json(id, 0))).collect()), [100, 1]);
        assert_eq!(sizes((0..5).map(|id| fact(json(id, 250_000))).collect()), [4, 1]);
    }

    #[test]
    fn a_character_that_sqs_refuses_is_escaped_and_means_the_same() {
        let json = json!({
            "specversion": "1.0", "source": "/shopify/north", "id": "1", "type": "order.confirmed",
            "note": "\u{fffe}\u{ffff}",
            "data": { "order": { "id": "1", "customer": { "email": "jo@example.com" } } },
        });
        let fact = Fact { event: Event::parse(&json).expect("valid"), json: json.clone() };
        let [(1, body)] = &messages(&[&fact])[..] else { panic!("one message of one fact") };
        assert!(!body.contains(['\u{fffe}', '\u{ffff}']), "{body}");
        assert_eq!(serde_json::from_str::<Value>(body).expect("JSON"), json!([json]));
    }
}
