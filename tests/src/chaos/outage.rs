//! Outages: for some seconds, every call of a function to one service fails.
//!
//! A brown-out ([`super::fault_rates::BROWNOUT`]) hits one call site; an outage hits all functions at once, so
//! that retries, requeues and the sweep meet in what they leave. It begins at a call on whose number the seed
//! decides, so that no run is too short for it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use local::aws::calls::Service;

use super::rng::Rng;

/// The services that go away. SES does not: no answer of SES proves nothing, and a mail in doubt for each call
/// would be all that such a run shows.
pub const SERVICES: [Service; 3] = [Service::DynamoDb, Service::Sqs, Service::EventBridge];

/// How long a service is away. Shorter than feedback's receives last, which the run's settings allow fewer of
/// than deployed.
const DURATION: Duration = Duration::from_secs(8);

/// An outage begins after so many calls of its service, and as many more at most. The bus of mail events takes ten at once.
const fn earliest_call(service: Service) -> u64 {
    match service {
        Service::EventBridge => 40,
        _ => 400,
    }
}

/// One outage of each service.
#[derive(Debug, Default)]
pub struct Outages(Mutex<BTreeMap<Service, Progress>>);

#[derive(Debug, Default)]
struct Progress {
    calls: u64,
    began: Option<Instant>,
}

impl Outages {
    /// Counts a call, and says whether the service is away.
    pub fn is_away(&self, rng: Rng, service: Service, now: Instant) -> bool {
        if !SERVICES.contains(&service) {
            return false;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let progress = all.entry(service).or_default();
        progress.calls += 1;
        let earliest = earliest_call(service);
        let first = earliest + rng.roll(&["outage", &service.to_string()], 0, earliest);
        if progress.began.is_none() && progress.calls >= first {
            progress.began = Some(now);
        }
        progress.began.is_some_and(|began| now.duration_since(began) < DURATION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_is_away_once_from_a_call_that_the_seed_decides() {
        let (outages, start) = (Outages::default(), Instant::now());
        let away = |service, at| outages.is_away(Rng::new(7), service, at);
        for service in SERVICES {
            let earliest = earliest_call(service);
            let first = (1..=2 * earliest).find(|_| away(service, start));
            assert!(first.is_some_and(|nth| nth >= earliest), "{service}: {first:?}");
            assert!(away(service, start + DURATION / 2), "{service}");
            assert!(!away(service, start + DURATION), "{service}");
        }
        assert!((0..2_000).all(|_| !away(Service::SesV2, start)));
    }
}
