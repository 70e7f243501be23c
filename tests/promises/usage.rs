//! What a record makes each function call, send and allocate must not grow unnoticed. No time is asserted: those are measured
//! by `cargo run --release -p waybill-tests --bin perf`. The calls of an order through the whole pipeline are held against
//! the model of its cost by `infra/check --deployed`; here they are those of a batch.

use std::path::Path;

use waybill_tests::perf::usage::{Usage, of_each_function};

/// Records of a batch: as many as a queue gives.
const RECORDS: usize = 10;

/// How far below its limit a figure may be: then the limit is to be lowered.
const SLACK: f64 = 0.9;

/// For each record, of a batch of [`RECORDS`].
struct Limit {
    function: &'static str,
    calls: f64,
    /// Of requests and answers, without headers.
    kilobytes: f64,
    allocations: f64,
}

const fn limit(function: &'static str, calls: f64, kilobytes: f64, allocations: f64) -> Limit {
    Limit { function, calls, kilobytes, allocations }
}

const LIMITS: [Limit; 7] = [
    limit("intake", 1.0, 1.2, 830.0),
    limit("relay", 0.1, 0.93, 250.0),
    limit("dispatcher", 2.1, 2.75, 1_450.0),
    limit("mailer", 3.1, 15.2, 2_330.0),
    limit("publisher", 0.1, 0.62, 710.0),
    limit("feedback", 1.0, 2.2, 860.0),
    limit("connector", 0.1, 1.5, 810.0),
];

#[tokio::test(flavor = "multi_thread")]
async fn no_record_takes_more_calls_bytes_or_allocations_than_it_did() {
    let counting = Path::new(env!("CARGO_BIN_EXE_perf"));
    let usage = of_each_function(counting, RECORDS).await.expect("each function handles its batch");
    assert_eq!(usage.len(), LIMITS.len(), "{usage:?}");
    let faults: Vec<String> = usage.iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

fn faults(usage: &Usage) -> Vec<String> {
    let Usage { function, calls, bytes_sent, bytes_received, allocations, .. } = usage;
    let limit = LIMITS.iter().find(|limit| limit.function == *function).expect("each has limits");
    let kilobytes = (bytes_sent + bytes_received) / 1e3;
    let figures = [
        ("calls", *calls, limit.calls),
        ("kilobytes", kilobytes, limit.kilobytes),
        ("allocations", *allocations, limit.allocations),
    ];
    let fault = |(what, is, limit): (&str, f64, f64)| match is {
        _ if is > limit => {
            Some(format!("{function}: {is:.2} {what} for each record, at most {limit}"))
        }
        _ if is < SLACK * limit => {
            Some(format!("{function}: {is:.2} {what} for each record; lower the limit of {limit}"))
        }
        _ => None,
    };
    figures.into_iter().filter_map(fault).collect()
}
