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
//! | planned or being sent, and comes before this one: the customer's, a copy's, a corrected address's | this one is skipped |
//! | planned, and comes after this one | it is skipped |
//! | being sent, and comes after this one | this one waits until the outcome is known |

use shared::ledger::{SkipReason, State};
use shared::notification::{Standing, Verdict};

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
    for item in items.iter().filter(|item| item.address_hash.as_deref() == Some(address)) {
        let Some((its, known)) = item.key().zip(item.known_at(now)) else { continue };
        let is_other_role = its.recipient != own.recipient;
        if !is_other_role || !its.is_same_news_as(&own) || item.state() == Some(State::Bounced) {
            continue;
        }
        let comes_first = its.recipient < own.recipient;
        match known.standing {
            Standing::Told => return skipped(),
            Standing::Sending | Standing::Planned { .. } if comes_first => return skipped(),
            Standing::Sending => judged.verdict = Some(Verdict::Wait),
            // What an operator asks for is sent although the address may get it twice.
            Standing::Planned { .. } if item.asked_by.is_none() => judged.skips.push(item),
            Standing::Planned { .. } | Standing::NothingNew | Standing::Silent => {}
        }
    }
    judged
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
}
