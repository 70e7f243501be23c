//! The times of the tests' own stacks.

use waybill_tests::chaos;

use crate::support;
use crate::support::killer::{BackgroundFault, Killer};

/// A stack with other relations proves nothing about the deployed one: its grace period may end while an SES
/// event is hidden.
#[test]
fn every_stack_of_a_test_keeps_the_deployed_relations_of_the_grace_and_the_lease_to_the_timeouts() {
    let of_kills = [BackgroundFault::None, BackgroundFault::StreamDown].map(Killer::settings);
    let others = [support::settings(), chaos::settings::settings()];
    for settings in of_kills.iter().chain(&others) {
        assert_eq!(settings.validate(), Ok(()), "{settings:?}");
    }
}
