//! The stack's times and processes in a run.

use std::time::Duration;

use local::resources::{FeedbackTimes, Processes, Settings};

/// More than usual, because at any time most of them wait for a fault to end, or restart.
const PROCESSES: Processes = Processes {
    intake: 4,
    relay: 2,
    dispatcher: 4,
    mailer: 8,
    feedback: 8,
    connector: 2,
    publisher: 2,
};

/// How long a mail in doubt waits for an SES event.
pub const DOUBT_GRACE: Duration = Duration::from_secs(60);

/// Times in the deployed proportions: the lease lies between the function's timeout and the visibility timeout,
/// and the grace period outlives everything that can hide an SES event. Only feedback's visibility timeout is
/// shorter than a function may run, so that its messages are delivered again while the first delivery is still
/// in progress; a mail request that waits would multiply by that. The plan makes some messages use up many
/// receives.
#[must_use]
pub fn settings() -> Settings {
    Settings {
        function_timeout: Duration::from_secs(5),
        lease: Duration::from_secs(6),
        doubt_grace: DOUBT_GRACE,
        feedback: FeedbackTimes {
            visibility_timeout: Duration::from_secs(4),
            max_receive_count: 8,
            retry: Duration::from_secs(24),
        },
        visibility_timeout: Duration::from_secs(7),
        max_receive_count: 50,
        sweep_after: Duration::from_secs(8),
        sweep_interval: Duration::from_secs(4),
        processes: PROCESSES,
        ..Settings::default()
    }
}
