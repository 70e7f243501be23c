//! What went to another address than that of the one that is judged.

use std::slice;

use super::*;

#[test]
fn what_is_with_ses_for_another_address_is_waited_for_where_this_one_tells_nothing_beyond_it() {
    let at = |at, number, standing| known(ShipmentUpdated, at, number, standing);
    let own = news(ShipmentUpdated, 3, "a");
    let may_bounce = at(2, "a", Standing::MayBounce);
    assert_eq!(verdict(&own, slice::from_ref(&may_bounce)), Verdict::WaitForBounce);
    let other = at(2, "b", Standing::MayBounce);
    assert_eq!(verdict(&own, &[other]), MAIL, "it is news, whatever becomes of that");
    let certain = at(1, "a", Standing::Told);
    assert_eq!(verdict(&own, &[certain, may_bounce.clone()]), NOTHING_NEW);
    let newer = at(4, "b", Standing::MayBounce);
    assert_eq!(verdict(&own, &[may_bounce, newer]), SUPERSEDED);
}

#[test]
fn what_bounced_elsewhere_told_nothing_and_what_is_not_known_yet_may_have() {
    let record = |state| Record {
        state,
        attempt: 1,
        doubts: 0,
        since: NOW,
        not_before: 0,
        lease_until: 0,
        readdressed: false,
    };
    let elsewhere = |record: Record, now| {
        Standing::new(&record, false, record.state == State::Skipped).elsewhere(&record, now)
    };
    for (state, standing) in [
        (State::Sent, Standing::MayBounce),
        (State::InDoubt, Standing::MayBounce),
        (State::Delivered, Standing::Told),
        (State::Complained, Standing::Told),
        (State::Bounced, Standing::Silent),
        (State::Skipped, Standing::NothingNewElsewhere),
        (State::Failed, Standing::Silent),
        (State::Sending, Standing::Sending),
    ] {
        assert_eq!(elsewhere(record(state), NOW), standing, "{state}");
    }
    let long_after = NOW + crate::ledger::MAX_BOUNCE_WAIT_MS;
    assert_eq!(elsewhere(record(State::Sent), long_after), Standing::Told);
    let passing = Record { not_before: NOW + 1, ..record(State::Bounced) };
    assert_eq!(elsewhere(passing, NOW), Standing::MayBounce);
    assert_eq!(elsewhere(passing, NOW + 1), Standing::Silent);
    let planned = Record { doubts: 1, ..record(State::Planned) };
    assert_eq!(elsewhere(planned, NOW), Standing::MayBounce);
    let abandoned = Standing::Told.elsewhere(&record(State::Sending), long_after);
    assert_eq!(abandoned, Standing::MayBounce, "its doubt is yet to come");
}

#[test]
fn what_told_nothing_new_elsewhere_supersedes_older_news_while_what_it_repeats_is_told() {
    let own = news(ShipmentUpdated, 2, "b");
    let newest = known(ShipmentUpdated, 3, "a", Standing::NothingNewElsewhere);
    let repeated = |standing| known(ShipmentUpdated, 1, "a", standing);
    for standing in [Standing::Told, Standing::MayBounce] {
        assert_eq!(verdict(&own, &[repeated(standing), newest.clone()]), SUPERSEDED);
    }
    let bounced = [repeated(Standing::Silent), newest.clone()];
    assert_eq!(verdict(&own, &bounced), MAIL, "nobody has read what it repeats");
    let same = news(ShipmentUpdated, 4, "a");
    assert_eq!(verdict(&same, slice::from_ref(&newest)), MAIL, "it was not told by itself");
}
