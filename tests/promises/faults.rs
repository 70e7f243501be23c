//! Fault injection: everything that AWS may do happens to the running stack, by a seeded plan, and each
//! event's outcome is checked.
//!
//! `WAYBILL_SEED=7 WAYBILL_EVENTS=2000 cargo test --workspace --test promises faults -- --nocapture` replays a
//! plan; `cargo run --release --bin chaos -- --events 100000` is the long run.

use waybill_tests::chaos::fault_kind::FaultKind;
use waybill_tests::chaos::{Options, run};

const SEED: u64 = 20_260_726;
const EVENTS: usize = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nobody_is_mailed_twice_whatever_aws_does() {
    let options = Options {
        seed: from_env("WAYBILL_SEED").unwrap_or(SEED),
        events: from_env("WAYBILL_EVENTS").map_or(EVENTS, |n| usize::try_from(n).unwrap_or(EVENTS)),
        executable: Some(env!("CARGO_BIN_EXE_stack").into()),
        account_faults: false,
        progress: |_| (),
    };
    println!("WAYBILL_SEED={}", options.seed);
    let events = options.events;
    let report = run(options).await.expect("the run ends with a report");
    println!("{report}");
    assert!(report.keeps_promise(), "the promise is broken:\n{}", report.broken_promises());
    assert_eq!(report.events, events);
    let ended = report.sent + report.skipped.len() + report.in_doubt.len();
    assert_eq!(ended, report.notifications, "each notification has one outcome");
    assert!(report.notifications > events, "some have copies");
    for reason in ["muted", "superseded", "nothing_new"] {
        assert!(report.skipped.iter().any(|(_, why)| why == reason), "nothing was {reason}");
    }
    assert!(report.mail_changes.changes > report.notifications, "each mail changes");
    // A plan without faults would prove nothing. A run of fewer events may leave some kinds out.
    if events >= EVENTS {
        let never = |kind: &FaultKind| !report.faults.contains_key(kind);
        let missing: Vec<String> =
            FaultKind::all().iter().filter(|kind| never(kind)).map(FaultKind::to_string).collect();
        assert_eq!(missing, [""; 0], "these faults were never injected");
    }
    // A call site without a kill is a crash that the test never tried.
    assert_eq!(report.never_killed, [], "called often, and never killed there");
    assert!(report.repeated > report.events as u64 / 10, "hardly any duplicates");
}

fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a whole number"))
}
