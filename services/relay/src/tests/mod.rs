//! The sweep's rules, against services in this process.

mod fake_aws;
mod stream;
mod sweep;

#[test]
fn settings_in_seconds_are_used_in_milliseconds() {
    assert_eq!(super::millis(300), 300_000);
}
