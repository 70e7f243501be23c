//! The places at which a fault can be injected.

use std::fmt;

use local::aws::calls::{Caller, Service};
use local::edge::faults::Call;

use super::fault_rates::CallPhase;
use super::rng::Rng;

/// One side of one operation that one function calls.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallSite {
    /// The function that calls.
    pub caller: String,
    /// The service that is called.
    pub service: Service,
    /// The service's operation.
    pub operation: String,
    /// Before or after the operation is carried out.
    pub phase: CallPhase,
}

impl CallSite {
    /// The call site of `call`; `None` for a call that no function makes.
    #[must_use]
    pub fn for_call(call: &Call<'_>, phase: CallPhase) -> Option<Self> {
        // The test's own calls must succeed.
        let Caller::Function(caller) = call.caller else { return None };
        let caller = caller.clone();
        // A call of its own: a mailer that is killed after it has taken its turn, and before it claims, leaves
        // something else than one that is killed at its claim.
        let is_gate = contains(call.body, shared::send_gate::PARTITION_KEY.as_bytes());
        let operation = match is_gate {
            true => format!("{} of the send gate", call.operation),
            false => call.operation.to_owned(),
        };
        Some(Self { caller, service: call.service, operation, phase })
    }

    /// A random number below `sides` for the `nth` call at this site and a purpose; the same each time.
    #[must_use]
    pub fn roll(&self, rng: Rng, purpose: &[&str], nth: u64, sides: u64) -> u64 {
        let service = self.service.to_string();
        let here = [self.caller.as_str(), &service, &self.operation, self.phase.as_str()];
        rng.roll(&[&here, purpose].concat(), nth, sides)
    }
}

fn contains(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

impl fmt::Display for CallSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { caller, service, operation, phase } = self;
        write!(f, "{caller} {} {service} {operation}", phase.as_str())
    }
}
