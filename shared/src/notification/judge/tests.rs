use std::slice;

use super::*;
use crate::contract::kind::Kind;
use crate::notification::news::LATE_AFTER_MS;
use crate::notification::{MoneyBack, Recipient, Told};
use Kind::{
    OrderCancelled, OrderConfirmed, OrderRefunded, OrderUpdated, ShipmentDelayed,
    ShipmentDelivered, ShipmentOutForDelivery, ShipmentReturned, ShipmentShipped, ShipmentUpdated,
};

mod elsewhere;

const NOW: i64 = 1_000_000;

/// A planned record whose dispatcher has long decided that it is mailed.
const PLANNED: Standing = Standing::Planned { since: NOW - DECIDING_MS, waits: false };
const WAITS: Standing = Standing::Planned { since: NOW, waits: true };
const MAIL: Verdict = Verdict::Mail(MoneyNews {
    completes_refund: false,
    refund_told: false,
    total_reduced: false,
    overpaid: 0,
});
const SUPERSEDED: Verdict = Verdict::Skip(SkipReason::Superseded);
const NOTHING_NEW: Verdict = Verdict::Skip(SkipReason::NothingNew);

/// News of the parcel S-1 that happened, and was accepted, `at` so many milliseconds; it tells the number `number`.
fn news(kind: Kind, at: i64, number: &str) -> News {
    News {
        kind,
        parcel: kind.is_about_a_parcel().then(|| "S-1".to_owned()),
        recipient: Recipient::Customer,
        happened_at: Some(NOW - 1_000 + at),
        accepted_at: NOW - 1_000 + at,
        event: format!("shop {at}"),
        told: Told::from_attribute(&format!("n{number}")),
        money: None,
        cancels_order: kind == OrderCancelled,
    }
}

fn known(kind: Kind, at: i64, number: &str, standing: Standing) -> Known {
    Known { news: news(kind, at, number), standing }
}

fn verdict(own: &News, others: &[Known]) -> Verdict {
    judge(own, others, Stage::New, NOW).verdict
}

fn skipped(own: &News, others: &[Known]) -> Vec<usize> {
    judge(own, others, Stage::New, NOW).skips.into_iter().map(|(i, _)| i).collect()
}

#[test]
fn newer_news_supersedes_whatever_has_become_of_it_unless_it_is_not_told() {
    let own = news(ShipmentUpdated, 1, "a");
    for standing in [PLANNED, WAITS, Standing::Sending, Standing::Told, Standing::NothingNew] {
        let others = [known(ShipmentUpdated, 2, "b", standing)];
        assert_eq!(verdict(&own, &others), SUPERSEDED, "{standing:?}");
        assert!(superseding(&own, &others, NOW).is_some(), "{standing:?}");
    }
    let silent = [known(ShipmentUpdated, 2, "b", Standing::Silent)];
    assert_eq!(verdict(&own, &silent), MAIL);
    assert!(superseding(&own, &silent, NOW).is_none());
}

#[test]
fn what_the_shop_s_own_system_tells_is_no_change_and_makes_nothing_old() {
    let told_by_shop = [known(ShipmentShipped, 1, "a", Standing::TurnedOff)];
    assert_eq!(verdict(&news(ShipmentUpdated, 2, "a"), &told_by_shop), NOTHING_NEW);
    assert_eq!(verdict(&news(ShipmentUpdated, 2, "b"), &told_by_shop), MAIL);
    let delivered = [known(ShipmentDelivered, LATE_AFTER_MS, "a", Standing::TurnedOff)];
    let shipped = News { happened_at: Some(0), ..news(ShipmentShipped, 1, "a") };
    assert_eq!(verdict(&shipped, &delivered), MAIL);
    assert!(superseding(&shipped, &delivered, NOW).is_none());
}

#[test]
fn older_news_that_is_not_sent_is_skipped_first_and_one_that_is_being_sent_is_waited_for() {
    let own = news(ShipmentUpdated, 3, "c");
    let older = |standing| [known(ShipmentUpdated, 1, "a", standing)];
    assert_eq!(skipped(&own, &older(PLANNED)), [0]);
    assert_eq!(verdict(&own, &older(PLANNED)), MAIL);
    assert_eq!(verdict(&own, &older(Standing::Sending)), Verdict::Wait);
    for standing in [Standing::Told, Standing::Silent, Standing::NothingNew] {
        assert!(skipped(&own, &older(standing)).is_empty(), "{standing:?}");
        assert_eq!(verdict(&own, &older(standing)), MAIL, "{standing:?}");
    }
}

#[test]
fn what_was_told_last_is_nothing_new_and_what_was_told_before_it_is_news_again() {
    let told = |at, number| known(ShipmentUpdated, at, number, Standing::Told);
    let (a, b) = (told(1, "a"), told(2, "b"));
    assert_eq!(verdict(&news(ShipmentUpdated, 3, "b"), &[b.clone(), a.clone()]), NOTHING_NEW);
    assert_eq!(verdict(&news(ShipmentUpdated, 3, "a"), &[b, a.clone()]), MAIL);
    let shipped = known(ShipmentShipped, 1, "a", Standing::Told);
    assert_eq!(verdict(&news(ShipmentUpdated, 3, "a"), &[shipped]), NOTHING_NEW);
    let other = Known { news: News { parcel: Some("S-2".to_owned()), ..a.news }, ..a };
    assert_eq!(verdict(&news(ShipmentUpdated, 3, "a"), &[other]), MAIL, "another parcel");
}

/// Both would be skipped otherwise: the older one yields to it.
#[test]
fn news_never_yields_to_the_same_news_that_is_not_told_yet() {
    let own = news(ShipmentUpdated, 2, "a");
    let same = [known(ShipmentUpdated, 1, "a", PLANNED)];
    assert_eq!((verdict(&own, &same), skipped(&own, &same)), (MAIL, vec![0]));
}

/// The older one has to go first: alone, it would be the last word.
#[test]
fn what_tells_nothing_new_still_keeps_older_news_from_being_told_after_it() {
    let own = news(ShipmentUpdated, 3, "a");
    let others =
        [known(ShipmentUpdated, 1, "a", Standing::Told), known(ShipmentUpdated, 2, "b", PLANNED)];
    assert_eq!((verdict(&own, &others), skipped(&own, &others)), (NOTHING_NEW, vec![1]));
}

#[test]
fn a_correction_waits_until_its_parcel_is_told_but_not_for_ever() {
    let own = news(ShipmentUpdated, 2, "b");
    let shipped = [known(ShipmentShipped, 1, "a", PLANNED)];
    assert_eq!(verdict(&own, &shipped), Verdict::Wait);
    let late = News { accepted_at: NOW - MAX_WAIT_MS, ..own.clone() };
    assert_eq!((verdict(&late, &shipped), skipped(&late, &shipped)), (MAIL, vec![0]));
    let asked = judge(&own, &shipped, Stage::Requested, NOW);
    assert_eq!((asked.verdict, asked.skips.len()), (MAIL, 1), "there may be a mail request");
}

#[test]
fn a_parcel_is_told_while_its_correction_waits_for_it_and_is_old_once_the_correction_goes_ahead() {
    let shipped = news(ShipmentShipped, 1, "a");
    let correction = |standing| [known(ShipmentUpdated, 2, "b", standing)];
    assert_eq!(verdict(&shipped, &correction(WAITS)), MAIL);
    assert_eq!(verdict(&shipped, &correction(PLANNED)), SUPERSEDED);
    let young = Standing::Planned { since: NOW - DECIDING_MS + 1, waits: false };
    assert_eq!(verdict(&shipped, &correction(young)), Verdict::Wait, "it may be about to wait");
    for standing in [Standing::Sending, Standing::Told, WAITS] {
        let returns = judge(&shipped, &correction(standing), Stage::Returning, NOW);
        assert_eq!(returns.verdict, SUPERSEDED, "{standing:?}: it took it for settled");
    }
}

#[test]
fn other_kinds_of_the_same_minute_are_both_mailed_and_later_the_older_one_is_skipped() {
    let out = known(ShipmentOutForDelivery, 1, "a", PLANNED);
    let delivered = news(ShipmentDelivered, 2, "a");
    assert!(skipped(&delivered, slice::from_ref(&out)).is_empty());
    let later = judge(&delivered, &[out], Stage::New, NOW + LATE_AFTER_MS);
    assert_eq!((later.skips.len(), later.verdict), (1, MAIL));
}

#[test]
fn nothing_of_a_cancelled_orders_parcels_is_news_but_its_refund_is() {
    let cancelled = |standing| [known(OrderCancelled, 1, "", standing)];
    // Whether or not anybody was told: the order is cancelled.
    for standing in [PLANNED, Standing::Told, Standing::Silent] {
        for kind in [ShipmentShipped, ShipmentUpdated, ShipmentDelayed, ShipmentDelivered] {
            for at in [0, 2] {
                let own = news(kind, at, "a");
                assert_eq!(verdict(&own, &cancelled(standing)), SUPERSEDED, "{kind}");
                assert!(superseding(&own, &cancelled(standing), NOW).is_some());
            }
        }
        assert_eq!(verdict(&refund(2, 900), &cancelled(standing)), MAIL);
    }
    let others = [known(ShipmentShipped, 2, "a", PLANNED), known(OrderConfirmed, 0, "", PLANNED)];
    assert_eq!(skipped(&news(OrderCancelled, 1, ""), &others), [0]);
    let mut part = known(OrderCancelled, 1, "", Standing::Told);
    part.news.cancels_order = false;
    assert_eq!(verdict(&news(ShipmentShipped, 2, "a"), &[part]), MAIL, "a part is cancelled");
}

fn money(amount: i64, refund: Option<&str>) -> MoneyBack {
    MoneyBack { amount, of: 1_000, currency: "EUR", refund: refund.map(str::to_owned) }
}

/// A refund of `amount` of 1000, named by its time.
fn refund(at: i64, amount: i64) -> News {
    News { money: Some(money(amount, Some(&at.to_string()))), ..news(OrderRefunded, at, "") }
}

/// A cancellation that says how much is paid back, and not by which refund.
fn cancellation(at: i64, amount: i64) -> News {
    News { money: Some(money(amount, None)), ..news(OrderCancelled, at, "") }
}

fn told_about(own: &News, others: &[Known]) -> MoneyNews {
    match verdict(own, others) {
        Verdict::Mail(money) => money,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_refund_that_completes_the_sum_says_so_and_more_than_was_paid_is_told_apart() {
    let first = |standing| [Known { news: refund(1, 600), standing }];
    for standing in [PLANNED, Standing::Told, Standing::Silent] {
        assert!(told_about(&refund(2, 400), &first(standing)).completes_refund, "{standing:?}");
        assert!(!told_about(&refund(2, 399), &first(standing)).completes_refund);
    }
    assert!(!told_about(&refund(1, 1_000), &[]).completes_refund, "it is all of it");
    let more = told_about(&refund(2, 500), &first(Standing::Told));
    assert_eq!((more.completes_refund, more.overpaid), (true, 100));
}

#[test]
fn a_refund_after_the_one_that_completed_the_sum_completes_nothing() {
    let known = |news| Known { news, standing: Standing::Told };
    let others = [known(refund(1, 600)), known(refund(2, 400))];
    let more = told_about(&refund(3, 100), &others);
    assert_eq!((more.completes_refund, more.overpaid), (false, 100));
}

#[test]
fn what_was_bought_is_the_most_that_the_order_ever_cost() {
    let reduced = |at, amount, of| News {
        money: Some(MoneyBack { of, ..money(amount, None) }),
        ..refund(at, amount)
    };
    let first = [Known { news: refund(1, 600), standing: Standing::Told }];
    let rest = told_about(&reduced(2, 400, 400), &first);
    assert_eq!((rest.completes_refund, rest.total_reduced, rest.overpaid), (true, true, 0));
    let part = told_about(&reduced(2, 300, 400), &first);
    assert_eq!((part.completes_refund, part.total_reduced), (false, true));
    let cancelled = [Known { news: cancellation(1, 600), standing: Standing::Told }];
    let other = told_about(&reduced(SAME_MOMENT_MS + 2, 400, 400), &cancelled);
    assert_eq!((other.completes_refund, other.total_reduced), (false, true));
    assert!(!told_about(&refund(2, 400), &first).total_reduced);
}

#[test]
fn of_two_refunds_at_once_only_the_later_one_completes_the_sum() {
    let later = [Known { news: refund(2, 400), standing: PLANNED }];
    assert!(!told_about(&refund(1, 600), &later).completes_refund);
    let told = [Known { news: refund(2, 400), standing: Standing::Told }];
    assert!(told_about(&refund(1, 600), &told).completes_refund, "the later one said nothing");
}

#[test]
fn a_refund_that_a_cancellation_of_the_same_moment_names_is_told_once() {
    let cancelled = |standing| [Known { news: cancellation(1, 900), standing }];
    for at in [0, 2] {
        for standing in [PLANNED, Standing::Sending, Standing::Told] {
            assert_eq!(verdict(&refund(at, 900), &cancelled(standing)), NOTHING_NEW);
        }
        assert_eq!(verdict(&refund(at, 900), &cancelled(Standing::Silent)), MAIL);
        for other in [901, 899] {
            assert_eq!(verdict(&refund(at, other), &cancelled(Standing::Told)), MAIL, "{other}");
        }
    }
    let days_later = refund(SAME_MOMENT_MS + 2, 900);
    assert_eq!(verdict(&days_later, &cancelled(Standing::Told)), MAIL);
    let mut dollars = refund(2, 900);
    dollars.money.as_mut().expect("money").currency = "USD";
    assert_eq!(verdict(&dollars, &cancelled(Standing::Told)), MAIL);
}

#[test]
fn of_a_cancellation_that_names_its_refund_no_other_refund_is_the_money() {
    let mut cancelled = Known { news: cancellation(1, 900), standing: Standing::Told };
    cancelled.news.money = Some(money(900, Some("2")));
    let cancelled = || slice::from_ref(&cancelled);
    assert_eq!(verdict(&refund(2, 900), cancelled()), NOTHING_NEW);
    assert_eq!(verdict(&refund(3, 900), cancelled()), MAIL, "another one, of the same amount");
    // Another one that came between them takes nothing away from it.
    let other = Known { news: refund(3, 50), standing: Standing::Told };
    let others = [cancelled()[0].clone(), other];
    assert_eq!(told_of(&refund(2, 900), &others), None);
    assert!(!told_about(&cancelled()[0].news, &others[1..]).refund_told);
}

/// What the mail says of money; `None` where there is none.
fn told_of(own: &News, others: &[Known]) -> Option<MoneyNews> {
    match verdict(own, others) {
        Verdict::Mail(money) => Some(money),
        _ => None,
    }
}

#[test]
fn where_two_refunds_may_be_the_one_that_a_cancellation_announces_none_is_lost() {
    let cancelled = Known { news: cancellation(1, 900), standing: Standing::Told };
    for standing in [PLANNED, Standing::Told, Standing::NothingNew] {
        let other = Known { news: refund(3, 900), standing };
        let own = refund(2, 900);
        assert!(told_of(&own, &[cancelled.clone(), other]).is_some(), "{standing:?}");
    }
}

#[test]
fn a_cancellation_tells_the_money_unless_a_refund_of_the_same_moment_has_told_it() {
    let own = cancellation(1, 900);
    let refunded = |standing| [Known { news: refund(2, 900), standing }];
    assert!(told_about(&own, &refunded(Standing::Told)).refund_told);
    assert!(!told_about(&own, &refunded(Standing::Silent)).refund_told);
    assert_eq!(verdict(&own, &refunded(Standing::Sending)), Verdict::Wait);
    let planned = judge(&own, &refunded(PLANNED), Stage::New, NOW);
    assert_eq!(planned.skips, [(0, SkipReason::NothingNew)]);
    assert_eq!(planned.verdict, MAIL);
}

fn copys(known: &Known) -> Known {
    let address = crate::contract::email::EmailAddress::parse("accounts@north.example");
    let shop = crate::contract::shop_id::ShopId::default();
    let recipient = Recipient::copy_to(&shop, &address.expect("an address"));
    Known { news: News { recipient, ..known.news.clone() }, standing: known.standing }
}

#[test]
fn a_copy_is_judged_by_what_its_own_recipient_was_told() {
    let shipped = known(ShipmentShipped, 1, "a", Standing::Told);
    let same = known(ShipmentUpdated, 2, "a", PLANNED);
    assert_eq!(verdict(&same.news, slice::from_ref(&shipped)), NOTHING_NEW);
    // It gets updates alone, or the parcel's mail bounced before it was told.
    assert_eq!(verdict(&copys(&same).news, slice::from_ref(&shipped)), MAIL);
    assert_eq!(verdict(&copys(&same).news, &[copys(&shipped)]), NOTHING_NEW);
    let newer = known(ShipmentUpdated, 3, "b", Standing::Sending);
    for (own, other) in [(&same, &copys(&newer)), (&copys(&same), &newer)] {
        assert_eq!(verdict(&own.news, slice::from_ref(other)), MAIL);
        assert_eq!(verdict(&other.news, slice::from_ref(own)), MAIL);
        assert!(skipped(&other.news, slice::from_ref(own)).is_empty());
    }
}

#[test]
fn a_cancellation_ends_the_news_of_every_recipient_and_waits_for_its_own_only() {
    let cancelled = news(OrderCancelled, 3, "");
    let shipped = |standing| copys(&known(ShipmentShipped, 2, "a", standing));
    assert_eq!(skipped(&cancelled, &[shipped(PLANNED)]), [0]);
    assert_eq!(verdict(&cancelled, &[shipped(Standing::Sending)]), MAIL);
    let late = shipped(PLANNED).news;
    let told = Known { news: cancelled, standing: Standing::Told };
    assert_eq!(verdict(&late, &[told]), SUPERSEDED);
}

#[test]
fn refunds_add_up_once_however_many_recipients_are_told_of_them() {
    let first = Known { news: refund(1, 600), standing: Standing::Told };
    let last = Known { news: refund(2, 400), standing: PLANNED };
    let others = [first.clone(), copys(&first), copys(&last)];
    let customers = told_about(&last.news, &others);
    assert_eq!((customers.completes_refund, customers.overpaid), (true, 0));
    // Whoever gets a copy of the last one only is told of the sum too.
    let copy = told_about(&copys(&last).news, &[first, last.clone()]);
    assert_eq!((copy.completes_refund, copy.overpaid), (true, 0));
    // What a cancellation names is told once to each of two.
    let cancelled = Known { news: cancellation(1, 900), standing: Standing::Told };
    let own = refund(3, 900);
    let other = Known { news: own.clone(), standing: PLANNED };
    let others = [cancelled.clone(), copys(&cancelled), copys(&other)];
    assert_eq!(verdict(&own, &others), NOTHING_NEW);
}

#[test]
fn an_order_that_changes_after_its_cancellation_is_open_again() {
    let cancelled = || known(OrderCancelled, 1, "", Standing::Told);
    // Whatever becomes of its mail, and whoever gets it.
    for standing in [PLANNED, Standing::Told, Standing::NothingNew, Standing::Silent] {
        let reopened = known(OrderUpdated, 3, "", standing);
        for reopened in [reopened.clone(), copys(&reopened)] {
            let others = [cancelled(), reopened.clone()];
            let shipped = |at| news(ShipmentShipped, at, "a");
            assert_eq!(verdict(&shipped(4), &others), MAIL, "{standing:?}");
            assert!(superseding(&shipped(4), &others, NOW).is_none(), "{standing:?}");
            assert_eq!(verdict(&shipped(2), &others), SUPERSEDED, "it was cancelled then");
            let waits = known(ShipmentShipped, 4, "a", PLANNED);
            let late = judge(&cancelled().news, &[reopened, waits], Stage::New, NOW);
            assert!(late.skips.is_empty(), "{standing:?}: {late:?}");
        }
    }
    let before = known(OrderUpdated, 0, "", Standing::Told);
    assert_eq!(verdict(&news(ShipmentShipped, 4, "a"), &[cancelled(), before]), SUPERSEDED);
    let mut again = known(OrderCancelled, 4, "", Standing::Told);
    again.news.event = "shop again".to_owned();
    let others = [cancelled(), known(OrderUpdated, 3, "", Standing::Told), again];
    assert_eq!(verdict(&news(ShipmentShipped, 5, "a"), &others), SUPERSEDED, "and cancelled again");
}

#[test]
fn a_cancellation_that_arrives_after_the_order_was_reopened_is_superseded() {
    let late = |own: &News, others: &[Known]| judge(own, others, Stage::New, NOW + LATE_AFTER_MS);
    let cancelled = news(OrderCancelled, 1, "");
    for standing in [PLANNED, Standing::Sending, Standing::Told, Standing::Silent] {
        let reopened = known(OrderUpdated, 2, "", standing);
        assert_eq!(
            late(&cancelled, slice::from_ref(&reopened)).verdict,
            SUPERSEDED,
            "{standing:?}"
        );
        assert_eq!(verdict(&cancelled, &[reopened]), MAIL, "within the minute, both");
    }
    let waits = known(OrderCancelled, 1, "", PLANNED);
    let skips = late(&news(OrderUpdated, 2, ""), slice::from_ref(&waits)).skips;
    assert_eq!(skips, [(0, SkipReason::Superseded)]);
    let mut part = news(OrderCancelled, 1, "");
    part.cancels_order = false;
    let updated = [known(OrderUpdated, 2, "", Standing::Told)];
    assert_eq!(late(&part, &updated).verdict, MAIL, "a part is cancelled");
}

#[test]
fn of_an_arrival_and_a_return_the_newer_one_is_the_last_word() {
    let late = |own: &News, others: &[Known]| judge(own, others, Stage::New, NOW + LATE_AFTER_MS);
    for (older, newer) in
        [(ShipmentDelivered, ShipmentReturned), (ShipmentReturned, ShipmentDelivered)]
    {
        let told = [known(newer, 2, "a", Standing::Told)];
        assert_eq!(late(&news(older, 1, "a"), &told).verdict, SUPERSEDED, "{older}");
        let waits = [known(older, 1, "a", PLANNED)];
        let judged = late(&news(newer, 2, "a"), &waits);
        assert_eq!((judged.verdict, judged.skips.len()), (MAIL, 1), "{newer}");
    }
}
