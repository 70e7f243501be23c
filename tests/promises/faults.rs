//! Faults on the real thing: everything that AWS may do, by a seeded plan, and each event judged.
//!
//! `WAYBILL_SEED=7 WAYBILL_EVENTS=2000 cargo test --workspace --test promises faults -- --nocapture` replays a
//! plan; `cargo run --release --bin chaos -- --events 100000` is the long run.

use waybill_tests::chaos::fault_kind::FaultKind;
use waybill_tests::chaos::{Options, run};

const SEED: u64 = 20_260_726;
const EVENTS: usize = 2_000;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nobody_is_mailed_twice_whatever_aws_does() {
    let options = Options {
        seed: from_env("WAYBILL_SEED").unwrap_or(SEED),
        events: from_env("WAYBILL_EVENTS").map_or(EVENTS, |n| usize::try_from(n).unwrap_or(EVENTS)),
        executable: Some(env!("CARGO_BIN_EXE_stack").into()),
        progress: |_| (),
    };
    println!("WAYBILL_SEED={}", options.seed);
    let events = options.events;
    let verdict = run(options).await.expect("the run comes to a verdict");
    println!("{verdict}");
    assert!(verdict.holds(), "the promise is broken:\n{verdict}");
    assert_eq!(verdict.events, events);
    let ended = verdict.sent + verdict.skipped.len() + verdict.in_doubt.len();
    assert_eq!(ended, events, "each event has one end");
    // A plan that does nothing would prove nothing; one for fewer events may well leave something out.
    if events >= EVENTS {
        let never = |kind: &FaultKind| !verdict.faults.contains_key(kind);
        let missing: Vec<String> =
            FaultKind::all().iter().filter(|kind| never(kind)).map(FaultKind::to_string).collect();
        assert_eq!(missing, [""; 0], "these faults never struck");
    }
    assert_eq!(verdict.never_killed, [], "called often, and never killed there");
    assert!(verdict.repeated > verdict.events as u64 / 10, "hardly anything came again");
}

fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a whole number"))
}
