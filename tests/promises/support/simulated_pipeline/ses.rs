//! SES as the simulation has it: the stack's own, whose events go to the simulated feedback queue.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;
use local::aws::calls::Service;
use local::edge::faults::{Call, Fault, Faults};

use super::outages::Outages;
use crate::support::TIMEOUT;

/// What SES does with `SendEmail`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SesMode {
    #[default]
    Up,
    /// It answers 500, and has not accepted the mail.
    ServerError,
    /// It does not answer, and has not accepted the mail.
    Hangs,
    /// It accepts the mail, and its answer is lost.
    LostAnswer,
}

/// The stack's fault plan: the stack's own relay never gets a record, and SES's events end here instead of in
/// the stack's feedback queue.
#[derive(Debug, Default)]
pub struct SimulatedSes {
    pub outages: Outages,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    mode: SesMode,
    published: usize,
    envelopes: Vec<String>,
}

impl SimulatedSes {
    /// From now on, SES is like this.
    pub fn set_mode(&self, mode: SesMode) {
        self.lock().mode = mode;
    }

    /// The events that SES has published since the last call, once there have been `published` in all.
    pub async fn events(&self, published: usize) -> Vec<String> {
        let started = Instant::now();
        while self.lock().published < published {
            assert!(started.elapsed() < TIMEOUT, "SES publishes its events");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        std::mem::take(&mut self.lock().envelopes)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Faults for SimulatedSes {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_mail = call.operation == "SendEmail";
        match (call.service, self.lock().mode) {
            (Service::DynamoDbStreams, _) => Some(Fault::ServerError),
            (Service::SesV2, SesMode::ServerError) if is_mail => Some(Fault::ServerError),
            // Until the caller hangs up.
            (Service::SesV2, SesMode::Hangs) if is_mail => Some(Fault::Delay(TIMEOUT)),
            _ => None,
        }
    }

    fn after(&self, call: &Call<'_>, status: StatusCode) -> Option<Fault> {
        if call.operation != "SendEmail" || !status.is_success() {
            return None;
        }
        self.outages.ses_has_accepted();
        (self.lock().mode == SesMode::LostAnswer).then_some(Fault::HangUp)
    }

    fn ses_event(&self, envelope: &str) -> Vec<Duration> {
        let mut state = self.lock();
        state.published += 1;
        state.envelopes.push(envelope.to_owned());
        Vec::new()
    }
}
