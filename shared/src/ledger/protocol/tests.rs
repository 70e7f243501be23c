use super::*;

const SENDING: Record = Record {
    state: Sending,
    attempt: 1,
    doubts: 1,
    since: 10,
    not_before: 5,
    lease_until: 70,
    readdressed: false,
};

fn facts() -> Facts {
    Facts { lease_until: 170, not_before: 400, ..Facts::for_attempt(100, 1) }
}

/// The record after the transition, where it is allowed.
fn after(transition: Transition, record: Record) -> Record {
    transition.apply(Some(&record), &facts()).expect("allowed")
}

#[test]
fn each_write_changes_what_it_names_and_nothing_else() {
    let planned = Record { state: Planned, ..SENDING };
    let moved = |state| Record { state, since: 100, ..SENDING };
    for (transition, before, expected) in [
        (Transition::Claim, planned, Record { attempt: 2, lease_until: 170, ..moved(Sending) }),
        (Transition::Accept, SENDING, moved(Sent)),
        (Transition::Defer, SENDING, Record { not_before: 400, ..moved(Planned) }),
        (Transition::Doubt, SENDING, Record { doubts: 2, ..moved(InDoubt) }),
        (Transition::Hold, SENDING, Record { doubts: MAX_DOUBTS, ..moved(InDoubt) }),
        (
            Transition::Fail,
            Record { state: InDoubt, ..SENDING },
            Record { doubts: 0, ..moved(Failed) },
        ),
        (
            Transition::Reopen,
            Record { state: InDoubt, ..SENDING },
            Record { doubts: 0, not_before: 0, ..moved(Planned) },
        ),
        (
            Transition::Readdress,
            Record { state: Failed, ..SENDING },
            Record { state: Failed, readdressed: true, ..SENDING },
        ),
        (Transition::BounceTransiently, SENDING, Record { not_before: 400, ..moved(Bounced) }),
        (Transition::Bounce, SENDING, Record { not_before: 0, ..moved(Bounced) }),
    ] {
        assert_eq!(after(transition, before), expected, "{transition:?}");
    }
}

#[test]
fn a_plan_creates_a_record_and_changes_none() {
    let created = Transition::Plan.apply(None, &facts()).expect("absent");
    let new = Record {
        state: Planned,
        attempt: 0,
        doubts: 0,
        since: 100,
        not_before: 0,
        lease_until: 0,
        readdressed: false,
    };
    assert_eq!(created, new);
    let skipped = Transition::SkipAtPlan.apply(None, &facts()).expect("absent");
    assert_eq!(skipped, Record { state: Skipped, ..new });
    for transition in Transition::ALL {
        let plans = matches!(transition, Transition::Plan | Transition::SkipAtPlan);
        assert_eq!(transition.allows(None, &facts()), plans, "{transition:?}");
    }
    assert_eq!(Transition::Plan.apply(Some(&new), &facts()), None);
}

#[test]
fn only_what_did_not_reach_the_customer_is_readdressed_and_once() {
    for state in State::ALL {
        let record = Record { state, ..SENDING };
        let after = Transition::Readdress.apply(Some(&record), &facts());
        assert_eq!(after.is_some(), matches!(state, Bounced | Failed), "{state}");
        let again = after.and_then(|it| Transition::Readdress.apply(Some(&it), &facts()));
        assert_eq!(again, None, "{state}");
    }
}

#[test]
fn a_bounce_that_passes_leaves_a_delivered_mail_as_it_is() {
    let delivered = Record { state: Delivered, ..SENDING };
    let after = |transition: Transition| transition.apply(Some(&delivered), &facts());
    assert_eq!(after(Transition::BounceTransiently), None, "an automatic reply, mostly");
    assert!(after(Transition::Bounce).is_some(), "a server that took it may refuse it later");
}

#[test]
fn after_a_bounce_that_passes_a_mail_may_yet_be_delivered_and_its_news_goes_nowhere_else_for_hours()
{
    let passing = after(Transition::BounceTransiently, Record { state: Sent, ..SENDING });
    let delivered = Transition::Deliver.apply(Some(&passing), &facts());
    assert_eq!(delivered.map(|record| record.state), Some(Delivered));
    let readdressed =
        |record: &Record, now| Transition::Readdress.apply(Some(record), &Facts::new(now));
    assert_eq!(readdressed(&passing, 399), None);
    let marked = readdressed(&passing, 400).expect("it is final");
    assert_eq!(Transition::Deliver.apply(Some(&marked), &facts()), None);
    let permanent = after(Transition::Bounce, passing);
    assert!(readdressed(&permanent, 100).is_some(), "it is final at once");
    assert_eq!(Transition::Deliver.apply(Some(&permanent), &facts()), None);
}

#[test]
fn what_was_readdressed_is_never_sent_again_to_the_old_address() {
    let mut known: Vec<Record> = vec![];
    let mut open = vec![Bounced, Failed]
        .into_iter()
        .map(|state| Record { state, readdressed: true, doubts: 0, ..SENDING })
        .collect::<Vec<_>>();
    // Whoever knows everything: a replay long after, of the same attempt, at any time.
    let facts = Facts {
        enqueued_at: i64::MAX,
        resend_doubts_from: i64::MAX,
        ..Facts::for_attempt(1_000, 1)
    };
    while let Some(record) = open.pop() {
        assert!(!matches!(record.state, Planned | Sending), "{record:?}");
        let next = Transition::ALL.into_iter().filter_map(|it| it.apply(Some(&record), &facts));
        open.extend(next.filter(|next| !known.contains(next)));
        known.push(record);
    }
}

#[test]
fn what_ses_accepted_never_becomes_sendable_again() {
    for state in State::ALL.into_iter().filter(|state| state.is_accepted()) {
        let record = Record { state, ..SENDING };
        for transition in Transition::ALL {
            if let Some(next) = transition.apply(Some(&record), &facts()) {
                assert!(next.state.is_accepted(), "{state}: {transition:?}");
            }
        }
    }
}
