//! Where a call can be struck.

use std::fmt;

use local::aws::calls::{Caller, Service};
use local::edge::faults::Call;

use super::odds::Moment;
use super::rng::Rng;

/// One side of one operation that one function calls.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which function calls.
    pub caller: String,
    /// Which service.
    pub service: Service,
    /// Which of its operations.
    pub operation: String,
    /// Before or after it is carried out.
    pub moment: Moment,
}

impl Place {
    /// Where `call` is at this moment; `None` for a call that no function makes.
    #[must_use]
    pub fn of(call: &Call<'_>, moment: Moment) -> Option<Self> {
        let Caller::Function(caller) = call.caller else { return None };
        let (caller, operation) = (caller.clone(), call.operation.to_owned());
        Some(Self { caller, service: call.service, operation, moment })
    }

    /// A number below `sides` for the `nth` call here, `about` something; the same each time.
    #[must_use]
    pub fn roll(&self, dice: Rng, about: &[&str], nth: u64, sides: u64) -> u64 {
        let service = self.service.to_string();
        let here = [self.caller.as_str(), &service, &self.operation, self.moment.word()];
        dice.roll(&[&here, about].concat(), nth, sides)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { caller, service, operation, moment } = self;
        write!(f, "{caller} {} {service} {operation}", moment.word())
    }
}
