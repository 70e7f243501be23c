//! Judging one notification by the others of its order, and making what follows true.

use shared::NotificationKey;
use shared::ledger::{Facts, SkipReason, State, Transition};
use shared::notification::{
    AddressHash, Judgement, Known, News, Stage, Verdict, judge, last_order_told, superseding,
};

use super::change::Change;
use super::error::LedgerError;
use super::item::Item;
use super::same_address::{AtSameAddress, judge_at_address};
use super::store::{Ledger, RecordOutcome};
use crate::telemetry::{Count, count};

/// What was found out about a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What follows for it.
    pub verdict: Verdict,
    /// The event ([`shared::EventRef::sort_key`]) by which its recipient knows what the order holds.
    pub order_told_by: Option<String>,
}

impl Ledger {
    /// Judges the notification with the key (`order_key`, `notification`), which tells `own`: one consistent query. Older ones
    /// that are not sent and that it makes old are skipped, with one conditional write each; if one of them is being
    /// sent meanwhile, the verdict is to wait. `now` in milliseconds since 1970.
    ///
    /// The record must be there already, so that whoever judges another one at the same time finds it.
    ///
    /// # Errors
    /// [`LedgerError`] when DynamoDB did not answer. Some may have been skipped; judging again goes on from there.
    pub async fn judge(
        &self,
        (order_key, notification): (&str, &str),
        own: &News,
        stage: Stage,
        now: i64,
    ) -> Result<Judged, LedgerError> {
        let items = self.list_by_order(order_key).await?;
        self.judge_among(&items, notification, own, stage, now).await
    }

    /// As [`Ledger::judge`], given all `items` of the order, which were read after the record was put.
    ///
    /// # Errors
    /// As [`Ledger::judge`].
    pub async fn judge_among(
        &self,
        items: &[Item],
        notification: &str,
        own: &News,
        stage: Stage,
        now: i64,
    ) -> Result<Judged, LedgerError> {
        let others = others(items, Own::of(items, notification), now);
        let known: Vec<Known> = others.iter().map(|(_, known)| known.clone()).collect();
        let Judgement { skips, verdict } = judge(own, &known, stage, now);
        let told_by = last_order_told(own, &known).map(|news| news.event.clone());
        // The others before anything follows for this one: after a crash in between, it is judged again. The other way
        // round, an older one could be told although this one, which supersedes it, is done.
        for (i, reason) in skips {
            if !self.skip_unsent(others[i].0, reason, now).await? {
                return Ok(Judged { verdict: Verdict::Wait, order_told_by: None });
            }
        }
        let verdict = match verdict {
            Verdict::Mail(_) => self.once_per_address(items, notification, now).await?,
            _ => None,
        }
        .unwrap_or(verdict);
        Ok(Judged { verdict, order_told_by: told_by })
    }

    /// What follows for a notification that is news, where another one tells the same to the same address. That one is
    /// skipped, or this one.
    async fn once_per_address(
        &self,
        items: &[Item],
        notification: &str,
        now: i64,
    ) -> Result<Option<Verdict>, LedgerError> {
        let AtSameAddress { verdict, skips } = judge_at_address(items, notification, now);
        if verdict.is_none() {
            for other in skips {
                if !self.skip_unsent(other, SkipReason::NothingNew, now).await? {
                    return Ok(Some(Verdict::Wait));
                }
            }
        }
        Ok(verdict)
    }

    /// Whether other news of the order supersedes what `own` tells to the address with the hash `address`: one consistent
    /// query. `notification`: the sort key of its record. `now` in milliseconds since 1970.
    ///
    /// # Errors
    /// [`LedgerError`] when DynamoDB did not answer.
    pub async fn is_superseded(
        &self,
        order_key: &str,
        own: (&str, AddressHash),
        news: &News,
        now: i64,
    ) -> Result<bool, LedgerError> {
        let items = self.list_by_order(order_key).await?;
        Ok(superseding_item(&items, own, news, now).is_some())
    }

    /// Skips a notification that is planned and was certainly not sent. Returns whether it is certainly not sent now.
    async fn skip_unsent(
        &self,
        other: &Item,
        reason: SkipReason,
        now: i64,
    ) -> Result<bool, LedgerError> {
        let (reason, notification) = (reason.as_str(), other.notification.as_str());
        let skip = Change::new(Transition::Skip, Facts::new(now)).with("reason", reason);
        Ok(match self.record(&other.order_key, notification, skip).await? {
            RecordOutcome::Recorded(_) => {
                count(Count::Skipped);
                tracing::info!(reason, notification, "another mail of the order was skipped");
                true
            }
            RecordOutcome::Absent => true,
            RecordOutcome::Refused(item) => {
                matches!(item.state(), Some(State::Skipped | State::Failed))
            }
        })
    }
}

/// The mail that is judged, by its sort key: others are the order's other news, as they stand for who is at its address.
#[derive(Debug, Clone, Copy)]
struct Own<'a> {
    notification: &'a str,
    /// Its address's hash, where that is known.
    address: Option<&'a str>,
}

impl<'a> Own<'a> {
    /// Its record is one of `items`.
    fn of(items: &'a [Item], notification: &'a str) -> Self {
        let own = items.iter().find(|item| item.notification == notification);
        Self { notification, address: own.and_then(|own| own.address_hash.as_deref()) }
    }
}

/// The others of the order, as they stand for who reads the notification `own`: other news than that. The same news to
/// another recipient makes nothing old, and its money is the same money, whichever event has planned it.
fn others<'i>(items: &'i [Item], own: Own<'_>, now: i64) -> Vec<(&'i Item, Known)> {
    let order = items.iter().find_map(Item::order);
    let key = order.and_then(|order| NotificationKey::from_sort_key(order, own.notification).ok());
    let is_same_news = |item: &Item| {
        key.as_ref().zip(item.key()).is_some_and(|(own, its)| its.is_same_news_as(own))
    };
    let others = items.iter().filter(|item| {
        item.notification != own.notification && !is_same_news(item) && !has_successor(item, items)
    });
    // The customer has not read what bounced, and gets it where the address is another one by now.
    others.filter_map(|item| Some((item, item.known_from(own.address, now)?))).collect()
}

/// The record among `items`, those of its order, of the news that supersedes what `own` tells to the address with the hash
/// `address`. `notification`: the sort key of its record, whether or not there is one. `now` in milliseconds since 1970.
#[must_use]
pub fn superseding_item<'i>(
    items: &'i [Item],
    (notification, address): (&str, AddressHash),
    own: &News,
    now: i64,
) -> Option<&'i Item> {
    let address = address.to_string();
    let others = others(items, Own { notification, address: Some(&address) }, now);
    // All at once: one of them may undo another.
    let (others, known): (Vec<&Item>, Vec<Known>) = others.into_iter().unzip();
    let newer = superseding(own, &known, now)?;
    let at = known.iter().position(|known| std::ptr::eq(known, newer))?;
    others.get(at).copied()
}

/// What would follow for news that has no record yet, given the records `items` of its order, were it put now. `own`: the
/// sort key that its record would have, and the hash of the address that it would go to. `now` in milliseconds since 1970.
#[must_use]
pub fn foreseen_verdict(
    items: &[Item],
    (notification, address): (&str, AddressHash),
    own: &News,
    now: i64,
) -> Verdict {
    let address = address.to_string();
    let others = others(items, Own { notification, address: Some(&address) }, now);
    let known: Vec<Known> = others.into_iter().map(|(_, known)| known).collect();
    judge(own, &known, Stage::New, now).verdict
}

/// Whether the same news goes to a corrected address. Its money counts once, and what became of it is what became of
/// that delivery.
fn has_successor(item: &Item, items: &[Item]) -> bool {
    let next = item.further_key();
    next.is_some_and(|next| items.iter().any(|other| other.notification == next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::notification::{MoneyNews, Recipient, Standing};

    fn item(recipient: &str, address: &str, state: State) -> Item {
        Item {
            order_key: "default/1001".to_owned(),
            notification: format!("order.refunded#R-1#{recipient}"),
            state: state.to_string(),
            address_hash: Some(address.to_owned()),
            ..Item::default()
        }
    }

    fn standings(items: &[Item], own: &str) -> Vec<Standing> {
        let known = others(items, Own::of(items, own), 0).into_iter();
        known.map(|(_, known)| known.standing).collect()
    }

    #[test]
    fn what_bounced_was_told_to_nobody_at_another_address_and_was_told_as_far_as_its_own_goes() {
        let bounced = item("customer", "AAAAAAAA", State::Bounced);
        let nothing_new = Item {
            notification: "order.refunded#R-3#customer".to_owned(),
            reason: Some("nothing_new".to_owned()),
            ..item("customer", "AAAAAAAA", State::Skipped)
        };
        for (address, known) in [
            ("AAAAAAAA", [Standing::Told, Standing::NothingNew]),
            ("BBBBBBBB", [Standing::Silent, Standing::NothingNewElsewhere]),
        ] {
            let own = Item {
                notification: "order.refunded#R-2#customer".to_owned(),
                ..item("customer", address, State::Planned)
            };
            let items = [bounced.clone(), nothing_new.clone(), own.clone()];
            assert_eq!(standings(&items, &own.notification), known, "{address}");
        }
    }

    #[test]
    fn what_was_sent_to_another_address_may_yet_bounce_there_and_supersedes_as_long() {
        let sent = Item { since: 5, ..item("customer", "AAAAAAAA", State::Sent) };
        let own = Item {
            notification: "order.refunded#R-2#customer".to_owned(),
            ..item("customer", "BBBBBBBB", State::Planned)
        };
        let items = [sent, own.clone()];
        assert_eq!(standings(&items, &own.notification), [Standing::MayBounce]);
        let delivered = Item { state: State::Delivered.to_string(), ..items[0].clone() };
        assert_eq!(standings(&[delivered, own.clone()], &own.notification), [Standing::Told]);
    }

    #[test]
    fn newer_news_that_bounced_at_another_address_supersedes_nothing_at_this_one() {
        let at = |kind: &str, news_at, state| Item {
            notification: format!("{kind}#S-1#customer"),
            news_at: Some(news_at),
            accepted_at: 9,
            ..item("customer", "AAAAAAAA", state)
        };
        let shipped = at("shipment.shipped", 1, State::Planned);
        let own = shipped.news().expect("news");
        let now = 10 * 60 * 1000;
        for (address, state, is_superseded) in [
            ("AAAAAAAA", State::Bounced, true),
            ("BBBBBBBB", State::Bounced, false),
            ("BBBBBBBB", State::Delivered, true),
        ] {
            let items = [at("shipment.delivered", 2, state)];
            let address = AddressHash::parse(address).expect("a hash");
            let of_own = (&*shipped.notification, address);
            let found = superseding_item(&items, of_own, &own, now);
            assert_eq!(found.is_some(), is_superseded, "{address} {state}");
        }
    }

    #[test]
    fn a_mail_whose_mailer_died_long_ago_holds_up_no_newer_one() {
        let own = Item {
            notification: "order.refunded#R-2#customer".to_owned(),
            ..item("customer", "AAAAAAAA", State::Planned)
        };
        let sending = Item { lease_until: 5, ..item("customer", "AAAAAAAA", State::Sending) };
        let items = [own.clone(), sending];
        let standing = |now| others(&items, Own::of(&items, &own.notification), now)[0].1.standing;
        let minutes = 10 * 60 * 1000;
        assert_eq!(standing(5 + minutes), Standing::Sending);
        assert_eq!(standing(6 + minutes), Standing::Told);
    }

    #[test]
    fn the_same_refund_counts_once_whichever_events_have_planned_its_mails() {
        let of = |recipient, event: &str| Item {
            event: event.to_owned(),
            refund: Some(600),
            order_total: Some(1_000),
            currency: Some("EUR".to_owned()),
            ..item(recipient, "AAAAAAAA", State::Sent)
        };
        // The second event is the first one under another id, and names a copy.
        let copy = of("copy-BBBBBBBB", "shop e-2");
        let items = [of("customer", "shop e-1"), copy.clone()];
        let others = others(&items, Own::of(&items, &copy.notification), 0);
        let known: Vec<Known> = others.into_iter().map(|(_, known)| known).collect();
        let own = copy.news().expect("news");
        let judged = judge(&own, &known, Stage::New, 0);
        assert_eq!(judged.verdict, Verdict::Mail(MoneyNews::default()), "600 of 1000");
    }

    #[test]
    fn of_the_deliveries_of_one_notification_only_the_last_one_counts() {
        let first = Item {
            readdressed_to: Some("BBBBBBBB".to_owned()),
            ..item("customer", "AAAAAAAA", State::Bounced)
        };
        let further = item("corrected-BBBBBBBB", "BBBBBBBB", State::Sent);
        assert_eq!(
            standings(std::slice::from_ref(&first), "other"),
            [Standing::Told],
            "it is yet to be put"
        );
        let both = [first, further];
        assert_eq!(standings(&both, "other"), [Standing::Told]);
        assert_eq!(standings(&both, &both[1].notification), []);
        let news = both[1].news().expect("news");
        assert_eq!(news.recipient, Recipient::Customer, "it is the customer who reads it");
    }
}
