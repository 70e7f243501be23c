//! Of which group a mail request's message is, so that SQS delivers the shops' messages fairly.
//!
//! A fair queue delivers the messages of quiet groups first. It calls a group noisy that has more than a tenth of the
//! consumers' time
//! (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html>). So a
//! shop is a group of its own. But of a hundred shops that each queue 500 mails none has a tenth, and the one that
//! queues ten would wait for all of them. While that many shops queue more than others, they share a few groups, each of
//! which is noisy.
//!
//! A process counts its own mail requests; one that has just started finds every shop quiet. What is wrong here costs
//! some time, never a mail: the group only decides on the order.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

/// The groups that many shops share. Each has more than a tenth of their mails.
const SHARED_GROUPS: usize = 6;

/// A shop with fewer mails than this does not share, whatever the others have.
const FEW: u64 = 2;

/// After this time, in milliseconds, a mail counts half, and later no more.
const HALF_LIFE_MS: i64 = 30_000;

/// Counts the shops' recent mails.
#[derive(Debug, Default)]
pub struct MailGroups(Mutex<Recent>);

#[derive(Debug, Default)]
struct Recent {
    mails: HashMap<String, u64>,
    halved_at: i64,
}

impl MailGroups {
    /// The group of one more mail of this shop, queued at `now` (milliseconds since 1970).
    #[must_use]
    pub fn assign(&self, shop: &str, now: i64) -> String {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recent.forget(now);
        *recent.mails.entry(shop.to_owned()).or_default() += 1;
        if recent.shares(shop) { shared_group(shop) } else { shop.to_owned() }
    }
}

impl Recent {
    fn forget(&mut self, now: i64) {
        let half_lives = (now - self.halved_at) / HALF_LIFE_MS;
        if half_lives == 0 {
            return;
        }
        self.halved_at = now;
        // Also where the clock was set back: nothing is known then.
        let halvings = u32::try_from(half_lives).unwrap_or(u32::MAX);
        let left = |mails: u64| mails.checked_shr(halvings).unwrap_or_default();
        self.mails.values_mut().for_each(|mails| *mails = left(*mails));
        self.mails.retain(|_, mails| *mails > 0);
    }

    /// Whether the shop is one of many that queue more than others.
    fn shares(&self, shop: &str) -> bool {
        let average = self.mails.values().sum::<u64>() / self.mails.len().max(1) as u64;
        let is_large = |mails: &u64| is_large(*mails, average);
        let large = self.mails.values().filter(|mails| is_large(mails)).count();
        large > SHARED_GROUPS && self.mails.get(shop).is_some_and(is_large)
    }
}

/// Whether a shop with so many recent `mails` is one of the large ones, where the shops have `average` mails each.
const fn is_large(mails: u64, average: u64) -> bool {
    mails >= FEW && 2 * mails > average
}

/// No shop's name has a tilde.
fn shared_group(shop: &str) -> String {
    let mut hasher = DefaultHasher::new();
    shop.hash(&mut hasher);
    format!("~{}", hasher.finish() % SHARED_GROUPS as u64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn queue(groups: &MailGroups, shops: usize, mails: usize) -> BTreeSet<String> {
        let assign = |n: usize| groups.assign(&format!("shop-{}", n % shops), 0);
        (0..shops * mails).map(assign).collect()
    }

    #[test]
    fn a_few_shops_are_groups_of_their_own_however_much_they_queue() {
        let groups = MailGroups::default();
        assert_eq!(queue(&groups, SHARED_GROUPS, 500).len(), SHARED_GROUPS);
        assert_eq!(groups.assign("small", 1), "small");
    }

    #[test]
    fn many_shops_that_queue_much_share_groups_and_one_that_queues_little_does_not() {
        let groups = MailGroups::default();
        queue(&groups, 100, 50);
        let shared = queue(&groups, 100, 1);
        assert!(shared.iter().all(|group| group.starts_with('~')), "{shared:?}");
        assert_eq!(shared.len(), SHARED_GROUPS);
        let small: BTreeSet<_> = (0..10).map(|_| groups.assign("small", 1)).collect();
        assert_eq!(small, BTreeSet::from(["small".to_owned()]));
    }

    #[test]
    fn a_shop_of_many_that_each_queue_little_is_a_group_of_its_own() {
        let groups = MailGroups::default();
        assert_eq!(queue(&groups, 100, 1).len(), 100);
    }

    #[test]
    fn a_shop_shares_from_half_of_the_average_on() {
        let groups = MailGroups::default();
        queue(&groups, 100, 50);
        let middle: Vec<String> = (0..30).map(|_| groups.assign("middle", 1)).collect();
        assert_eq!((&*middle[20], middle[29].starts_with('~')), ("middle", true));
    }

    #[test]
    fn what_was_queued_counts_half_after_each_half_life() {
        let groups = MailGroups::default();
        queue(&groups, 100, 20);
        for half_lives in 1..=3 {
            let group = groups.assign("shop-1", half_lives * HALF_LIFE_MS);
            assert!(group.starts_with('~'), "of 2 mails at least, after {half_lives}: {group}");
        }
    }

    #[test]
    fn what_was_queued_is_forgotten() {
        let groups = MailGroups::default();
        queue(&groups, 100, 50);
        assert_eq!(groups.assign("shop-1", 6 * HALF_LIFE_MS), "shop-1");
        assert_eq!(groups.0.lock().unwrap().mails.len(), 1);
    }
}
