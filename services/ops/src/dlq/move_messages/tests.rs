//! What a replay counts and sends.

use super::*;

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
