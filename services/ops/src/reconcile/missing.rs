//! Which facts the stack does not know, and what would become of them.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use kit::ledger::{Item, foreseen_verdict, superseding_item};
use serde::Serialize;
use shared::ledger::SkipReason;
use shared::notification::{AddressHash, Verdict, ledger_key};
use shared::queue::message::DispatchRequest;
use shared::routing::Routing;
use shared::{CorrelationId, OrderKey, ShopSettings};

use super::facts::Fact;
use crate::aws::Stack;
use crate::error::CliError;
use crate::notification;
use crate::output::format_time;
use crate::store::{Key, accepted_at, records, records_of_order};

/// How many orders are read at the same time.
const MAX_CONCURRENCY: usize = 16;

/// What becomes of a fact that is published. Its name is a value of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// The customer is mailed.
    Mailed,
    /// Too old: recorded, and nobody is mailed.
    Stale,
    /// The customer was told something later: recorded, and nobody is mailed.
    Superseded,
    /// The shop has turned this kind off, or the order asks for no mail: recorded, and nobody is mailed.
    Off,
}

/// A fact that neither the ledger nor the Events table knows.
#[derive(Debug)]
pub struct MissingFact {
    pub fact: Fact,
    pub fate: Fate,
    /// Why, where it is not mailed.
    pub detail: Option<String>,
}

/// Tells the facts that are missing from those that are known.
///
/// A fact is known if the ledger has a record for its business key, whichever event brought it there; if its event is
/// stored and on its way; or if the customer was told all that it says. Keys are read, a hundred at once, and the records of
/// each order of which something is missing; no table is scanned.
#[derive(Debug)]
pub struct Comparison<'a> {
    stack: &'a Stack,
    settings: &'a ShopSettings,
    /// Those of earlier pages: an order may come twice.
    seen: HashSet<Key>,
}

impl<'a> Comparison<'a> {
    pub fn new(stack: &'a Stack, settings: &'a ShopSettings) -> Self {
        Self { stack, settings, seen: HashSet::new() }
    }

    /// How many facts were compared, each counted once.
    pub fn compared(&self) -> usize {
        self.seen.len()
    }

    /// Those of the facts that are missing.
    pub async fn missing(
        &mut self,
        facts: Vec<Fact>,
        now: Timestamp,
    ) -> Result<Vec<MissingFact>, CliError> {
        let new: Vec<Fact> =
            facts.into_iter().filter(|fact| self.seen.insert(ledger_name(fact))).collect();
        let recorded = records(self.stack, new.iter().map(ledger_name)).await?;
        let mut unrecorded = new;
        unrecorded.retain(|fact| !recorded.contains_key(&ledger_name(fact)));
        let stored = accepted_at(self.stack, unrecorded.iter().map(event_name)).await?;
        unrecorded.retain(|fact| !stored.contains_key(&event_name(fact)));
        let items = self.items_of_orders(&unrecorded).await?;
        let foreseen = unrecorded.into_iter().filter_map(|fact| {
            let of_order = items.get(&order_key(&fact)).map(Vec::as_slice).unwrap_or_default();
            self.foresee(fact, of_order, now)
        });
        Ok(foreseen.collect())
    }

    async fn items_of_orders(
        &self,
        facts: &[Fact],
    ) -> Result<HashMap<String, Vec<Item>>, CliError> {
        let orders: HashSet<String> = facts.iter().map(order_key).collect();
        stream::iter(orders)
            .map(|order| async move {
                let items = records_of_order(self.stack, &order).await?;
                Ok::<_, CliError>((order, items))
            })
            .buffer_unordered(MAX_CONCURRENCY)
            .try_collect()
            .await
    }

    /// What the dispatcher would decide about the fact, were it published now; `None` where the customer knows all that it
    /// says. What it says of others that are missing too is not foreseen: one of them may supersede it.
    fn foresee(&self, fact: Fact, items: &[Item], now: Timestamp) -> Option<MissingFact> {
        let missing = |fact, fate, detail| Some(MissingFact { fact, fate, detail });
        let routing = Routing::new(self.settings, &fact.event);
        if !fact.event.notify {
            return missing(fact, Fate::Off, Some("the event asks for no mail".to_owned()));
        }
        if routing.is_off {
            return missing(fact, Fate::Off, Some("the shop has turned this kind off".to_owned()));
        }
        let request = request(&fact, &routing, now);
        let (key, address) = (ledger_key(&fact.event), AddressHash::of_customer(&fact.event));
        let own = (key.as_str(), address);
        let now = now.as_millisecond();
        match foreseen_verdict(items, own, &request.news(), now) {
            Verdict::Skip(SkipReason::NothingNew) => return None,
            Verdict::Skip(_) => {
                let later = superseding_item(items, own, &request.news(), now);
                let detail = later.map(|item| format!("by {}", notification::name(item)));
                return missing(fact, Fate::Superseded, detail);
            }
            Verdict::Mail(_) | Verdict::Wait | Verdict::WaitForBounce => {}
        }
        let deadline = request.send_before().as_millisecond();
        match now >= deadline {
            true => {
                let detail = format!("its deadline was {}", format_time(deadline));
                missing(fact, Fate::Stale, Some(detail))
            }
            false => missing(fact, Fate::Mailed, None),
        }
    }
}

/// What the dispatcher would be asked, were the fact published now.
fn request(fact: &Fact, routing: &Routing, now: Timestamp) -> DispatchRequest {
    let id = CorrelationId::parse("reconcile").expect("a valid id");
    let body = DispatchRequest::body_of_arrival(&fact.json, now, &id, routing, None, None);
    DispatchRequest::parse(&body).expect("the event was parsed before")
}

fn order_key(fact: &Fact) -> String {
    OrderKey::of_event(&fact.event).to_string()
}

fn ledger_name(fact: &Fact) -> Key {
    (order_key(fact), ledger_key(&fact.event))
}

fn event_name(fact: &Fact) -> Key {
    (order_key(fact), fact.event.reference.sort_key())
}

/// The facts by their orders; those of an order in the order in which they happened, the order with the earliest first.
pub fn by_order(missing: &[MissingFact]) -> Vec<Vec<&Fact>> {
    let mut orders: HashMap<String, Vec<&Fact>> = HashMap::new();
    for MissingFact { fact, .. } in missing {
        orders.entry(order_key(fact)).or_default().push(fact);
    }
    let mut orders: Vec<Vec<&Fact>> = orders.into_values().collect();
    for facts in &mut orders {
        facts.sort_by_key(|fact| fact.at());
    }
    orders.sort_by_key(|facts| facts.first().map(|first| (first.at(), order_key(first))));
    orders
}
