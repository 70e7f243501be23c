//! One address that is to get the same notification in two roles: it gets one mail.
//!
//! An order's copies and its customer may change places between two events of one notification: whoever got a copy is
//! named as the customer, or the other way round. Each role has a record of its own, so that the keys do not keep the two
//! apart; the address's hash does. Of two records that are both planned, the same one yields for every dispatcher that
//! sees both.
//!
//! | the other record, to the same address | what follows |
//! | --- | --- |
//! | SES accepted it, or may have | this one is skipped: it tells nothing new there |
//! | bounced, failed or skipped | nothing: it was not told there |
//! | bounced for a reason that passes | this one waits until that is final: an automatic reply is such a bounce, and its mail arrived |
//! | planned or being sent, and comes before this one: the customer's, a copy's, a corrected address's | this one is skipped |
//! | planned, and comes after this one | it is skipped |
//! | being sent, and comes after this one | this one waits until the outcome is known |

use shared::NotificationKey;
use shared::ledger::{SkipReason, State};
use shared::notification::{AddressHash, Standing, Verdict};

use super::item::Item;

/// What the records of the same notification to the same address mean for one of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct AtSameAddress<'i> {
    /// What follows for it; `None`: it is mailed, once the others are skipped.
    pub verdict: Option<Verdict>,
    /// Those that are skipped first. If one cannot be, because it is being sent, this one is judged again.
    pub skips: Vec<&'i Item>,
}

/// Judges the record with the sort key `own` by those of the same notification to the same address among all `items` of
/// the order. `now` in milliseconds since 1970.
pub(super) fn judge_at_address<'i>(items: &'i [Item], own: &str, now: i64) -> AtSameAddress<'i> {
    let mut judged = AtSameAddress::default();
    let own = items.iter().find(|item| item.notification == own);
    let own = own.and_then(|own| Some((own.key()?, own.address_hash.as_deref()?)));
    let Some((own, address)) = own else { return judged };
    for (item, its) in in_other_roles(items, &own, address) {
        let Some(known) = item.known_at(now) else { continue };
        let comes_first = its.recipient < own.recipient;
        match known.standing {
            _ if item.bounce_may_pass(now) => judged.verdict = Some(Verdict::WaitForBounce),
            _ if item.state() == Some(State::Bounced) => {}
            Standing::Told | Standing::MayBounce => return skipped(),
            Standing::Sending | Standing::Planned { .. } if comes_first => return skipped(),
            Standing::Sending => judged.verdict = Some(Verdict::Wait),
            // What an operator asks for is sent although the address may get it twice.
            Standing::Planned { .. } if item.asked_by.is_none() => judged.skips.push(item),
            Standing::Planned { .. }
            | Standing::NothingNew
            | Standing::NothingNewElsewhere
            | Standing::TurnedOff
            | Standing::Silent => {}
        }
    }
    judged
}

/// The records of the same notification as `own`, in other roles, to the same `address`, each with its key.
fn in_other_roles<'i>(
    items: &'i [Item],
    own: &NotificationKey,
    address: &str,
) -> impl Iterator<Item = (&'i Item, NotificationKey)> {
    let at_address = items.iter().filter(move |it| it.address_hash.as_deref() == Some(address));
    let keyed = at_address.filter_map(|item| Some((item, item.key()?)));
    keyed.filter(|(_, its)| its.recipient != own.recipient && its.is_same_news_as(own))
}

/// The record by which this address was told, or will be, what the notification `own` tells, in another role, at the time
/// `now` (milliseconds since 1970).
#[must_use]
pub fn told_at_address<'i>(
    items: &'i [Item],
    own: &NotificationKey,
    address: AddressHash,
    now: i64,
) -> Option<&'i Item> {
    let address = address.to_string();
    let mut others = in_other_roles(items, own, &address).map(|(item, _)| item);
    others.find(|item| match item.state() {
        Some(State::Bounced) => item.bounce_may_pass(now),
        Some(State::Failed | State::Skipped) => false,
        _ => true,
    })
}

fn skipped<'i>() -> AtSameAddress<'i> {
    let verdict = Some(Verdict::Skip(SkipReason::NothingNew));
    AtSameAddress { verdict, skips: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUSTOMER: &str = "shipment.shipped#S-1#customer";
    const COPY: &str = "shipment.shipped#S-1#copy-BBBBBBBB";
    const CORRECTED: &str = "shipment.shipped#S-1#corrected-BBBBBBBB";

    fn item(notification: &str, state: State) -> Item {
        Item {
            order_key: "default/1001".to_owned(),
            notification: notification.to_owned(),
            state: state.to_string(),
            address_hash: Some("BBBBBBBB".to_owned()),
            ..Item::default()
        }
    }

    /// What follows for `own`, and how many others are skipped.
    fn judged(own: &str, other: Item) -> (Option<Verdict>, usize) {
        let items = [item(own, State::Planned), other];
        let AtSameAddress { verdict, skips } = judge_at_address(&items, own, 0);
        (verdict, skips.len())
    }

    const MAILED: (Option<Verdict>, usize) = (None, 0);
    const SKIPPED: (Option<Verdict>, usize) = (Some(Verdict::Skip(SkipReason::NothingNew)), 0);

    #[test]
    fn what_an_address_got_in_another_role_tells_it_nothing_new_and_what_did_not_arrive_does() {
        let pairs = [(CUSTOMER, COPY), (COPY, CUSTOMER), (CORRECTED, COPY), (COPY, CORRECTED)];
        for (own, other) in pairs {
            for state in [State::Sent, State::Delivered, State::Complained, State::InDoubt] {
                assert_eq!(judged(own, item(other, state)), SKIPPED, "{own}, {other} {state}");
            }
            for state in [State::Bounced, State::Failed, State::Skipped] {
                assert_eq!(judged(own, item(other, state)), MAILED, "{own}, {other} {state}");
            }
        }
    }

    #[test]
    fn a_bounce_that_passes_at_the_same_address_is_waited_for_until_it_is_final() {
        let passing = |until| Item { not_before: until, ..item(COPY, State::Bounced) };
        assert_eq!(judged(CUSTOMER, passing(1)), (Some(Verdict::WaitForBounce), 0));
        assert_eq!(judged(CUSTOMER, passing(0)), MAILED);
    }

    #[test]
    fn whoever_had_the_news_at_an_address_or_will_have_it_is_found() {
        let own = item(CORRECTED, State::Planned).key().expect("a key");
        let address = AddressHash::parse("BBBBBBBB").expect("a hash");
        for state in State::ALL {
            let items = [item(COPY, state)];
            let was_told = told_at_address(&items, &own, address, 0).is_some();
            let is_untold = matches!(state, State::Bounced | State::Failed | State::Skipped);
            assert_eq!(was_told, !is_untold, "{state}");
        }
        let own_role = [item(CORRECTED, State::Sent)];
        assert!(told_at_address(&own_role, &own, address, 0).is_none(), "it is that very mail");
    }

    #[test]
    fn of_two_that_are_planned_for_one_address_the_same_one_yields_whoever_judges() {
        for (first, second) in [(CUSTOMER, COPY), (COPY, CORRECTED), (CUSTOMER, CORRECTED)] {
            assert_eq!(judged(second, item(first, State::Planned)), SKIPPED, "{second}");
            assert_eq!(judged(first, item(second, State::Planned)), (None, 1), "{first}");
            assert_eq!(judged(second, item(first, State::Sending)), SKIPPED, "{second}");
            let waits = (Some(Verdict::Wait), 0);
            assert_eq!(judged(first, item(second, State::Sending)), waits, "{first}");
        }
    }

    #[test]
    fn another_address_another_parcel_and_what_an_operator_asked_for_stand_beside_it() {
        let elsewhere =
            Item { address_hash: Some("CCCCCCCC".to_owned()), ..item(COPY, State::Sent) };
        assert_eq!(judged(CUSTOMER, elsewhere), MAILED);
        let parcel = item("shipment.shipped#S-2#copy-BBBBBBBB", State::Sent);
        assert_eq!(judged(CUSTOMER, parcel), MAILED);
        let kind = item("shipment.delivered#S-1#copy-BBBBBBBB", State::Sent);
        assert_eq!(judged(CUSTOMER, kind), MAILED);
        let asked = Item { asked_by: Some("kim".to_owned()), ..item(COPY, State::Planned) };
        assert_eq!(judged(CUSTOMER, asked), MAILED);
    }

    /// What one of two dispatchers does next about its role, and then the mailer.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Next {
        Put,
        Judge,
        SkipOwn,
        SkipOther,
        Claim,
        Send,
        Nothing,
    }

    /// Two roles of one address, each with the state of its record and whoever works on it; and the mails that SES accepted.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    struct Race {
        records: [Option<State>; 2],
        next: [Next; 2],
        sent: usize,
    }

    impl Race {
        /// One step of the worker on the role `own`: a write, a read or a call.
        fn step(mut self, names: [&str; 2], own: usize) -> Self {
            let other = 1 - own;
            let is_planned = |at: usize| self.records[at] == Some(State::Planned);
            self.next[own] = match self.next[own] {
                Next::Put => {
                    self.records[own] = Some(State::Planned);
                    Next::Judge
                }
                Next::Judge => {
                    let known = names.iter().zip(self.records);
                    let items: Vec<Item> =
                        known.filter_map(|(name, state)| Some(item(name, state?))).collect();
                    match judge_at_address(&items, names[own], 0) {
                        AtSameAddress { verdict: Some(Verdict::Skip(_)), .. } => Next::SkipOwn,
                        AtSameAddress { verdict: Some(_), .. } => Next::Judge,
                        AtSameAddress { skips, .. } if skips.is_empty() => Next::Claim,
                        AtSameAddress { .. } => Next::SkipOther,
                    }
                }
                Next::SkipOwn => {
                    if is_planned(own) {
                        self.records[own] = Some(State::Skipped);
                    }
                    Next::Nothing
                }
                Next::SkipOther if is_planned(other) => {
                    self.records[other] = Some(State::Skipped);
                    Next::Claim
                }
                Next::SkipOther if self.records[other] == Some(State::Skipped) => Next::Claim,
                Next::SkipOther => Next::Judge,
                Next::Claim if is_planned(own) => {
                    self.records[own] = Some(State::Sending);
                    Next::Send
                }
                Next::Send => {
                    self.records[own] = Some(State::Sent);
                    self.sent += 1;
                    Next::Nothing
                }
                Next::Claim | Next::Nothing => Next::Nothing,
            };
            self
        }
    }

    #[test]
    fn whoever_is_faster_at_each_step_of_two_roles_of_one_address_it_gets_one_mail() {
        for names in [[CUSTOMER, COPY], [COPY, CORRECTED], [CUSTOMER, CORRECTED]] {
            let mut open = vec![Race { records: [None; 2], next: [Next::Put; 2], sent: 0 }];
            let mut seen = open.clone();
            while let Some(race) = open.pop() {
                let is_over = race.next == [Next::Nothing; 2];
                assert!(!is_over || race.sent == 1, "{names:?}: {race:?}");
                for after in [0, 1].map(|own| race.step(names, own)) {
                    if !seen.contains(&after) {
                        seen.push(after);
                        open.push(after);
                    }
                }
            }
            assert!(seen.len() > 20, "{names:?}: {} states", seen.len());
        }
    }
}
