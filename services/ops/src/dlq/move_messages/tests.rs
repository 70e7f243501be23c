//! What a replay counts and sends.

use super::*;

#[test]
fn an_outcome_counts_what_it_handled_and_needs_attention_where_a_message_may_be_left() {
    let moved = ReplayOutcome { moved: 20, ..ReplayOutcome::default() };
    let mut outcome = moved.clone();
    assert!(!outcome.needs_attention());
    for n in 0..=MAX_LISTED_FAILURES {
        outcome.add_failure(&n.to_string(), "why".to_owned());
    }
    outcome.add_changed(Verdict::Stale);
    outcome.add_changed(Verdict::Stale);
    outcome.add_changed(Verdict::Muted);
    assert_eq!((outcome.failed, outcome.failures.len()), (11, 10));
    assert_eq!(outcome.handled(), 20 + 11 + 3);
    for left in [
        ReplayOutcome { failed: 1, ..moved.clone() },
        ReplayOutcome { not_seen: 1, ..moved.clone() },
        ReplayOutcome { not_deleted: 1, ..moved.clone() },
    ] {
        assert!(left.needs_attention(), "{left:?}");
    }
    assert!(!ReplayOutcome { not_begun: 1, ..moved }.needs_attention(), "its error tells");
}

#[test]
fn an_event_keeps_when_it_arrived_and_an_operator_forces_only_a_stale_one() {
    let candidate = |payload, verdict| Candidate {
        message: Received {
            body: "a\u{ffff}b".to_owned(),
            attributes: BTreeMap::from([
                (RECEIVED_AT.to_owned(), "7".to_owned()),
                ("code".to_owned(), "invalid".to_owned()),
            ]),
            ..Received::default()
        },
        payload,
        assessment: ReplayAssessment::new(verdict, None),
    };
    let inbox = || DlqPayload::Events(Vec::new());
    let names =
        |candidate: &Candidate| attributes(Dlq::Inbox, candidate).into_keys().collect::<Vec<_>>();
    let fresh = candidate(inbox(), Verdict::WouldSend);
    let received_at = BTreeMap::from([(RECEIVED_AT.to_owned(), "7".to_owned())]);
    assert_eq!(attributes(Dlq::Inbox, &fresh), received_at);
    assert_eq!(attributes(Dlq::Deliveries, &fresh), BTreeMap::new(), "its body says when");
    let mut both = vec![FORCED_AT.to_owned(), RECEIVED_AT.to_owned()];
    both.sort();
    assert_eq!(names(&candidate(inbox(), Verdict::Stale)), both);
    let foreign = candidate(DlqPayload::ForeignFeedback, Verdict::Stale);
    assert_eq!(names(&foreign), Vec::<String>::new());
    let sent = outgoing(&fresh.message);
    assert!(!sent.body.contains('\u{ffff}') && sent.body.starts_with('a'), "{}", sent.body);
    assert_eq!(sent.attributes.len(), 2);
}
