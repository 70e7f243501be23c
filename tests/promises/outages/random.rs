//! Random outages, one after the other, for a day.

use std::time::Instant;

use jiff::SignedDuration;
use waybill_tests::chaos::rng::Rng;

use super::run::{Run, simulated_stack};
use crate::support::simulated_pipeline::{
    Failure, Outage, Service, SesMode, SimulatedSes, Stage, WholePipeline,
};

const SEEDS: std::ops::Range<u64> = 0..8;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Draws one number after the other.
struct Draws {
    rng: Rng,
    drawn: u64,
}

impl Draws {
    fn below(&mut self, sides: u64) -> u64 {
        self.drawn += 1;
        self.rng.roll(&["outages"], self.drawn, sides)
    }

    fn minutes(&mut self, most: u64) -> SignedDuration {
        SignedDuration::from_mins(i64::try_from(1 + self.below(most)).expect("minutes"))
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).expect("an index")]
    }

    /// Begins an outage; how long it lasts.
    fn begin(&mut self, run: &mut Run<'_>, ses: &SimulatedSes) -> SignedDuration {
        match self.below(8) {
            0 => ses.set_mode(SesMode::LostAnswer),
            1 => ses.set_mode(SesMode::ServerError),
            2 => run.pipeline.core.ses_is_reachable = false,
            service => {
                let (service, most) =
                    if service < 6 { (Service::DynamoDb, 60) } else { (Service::Sqs, 30) };
                let outage = self.of_service(service);
                ses.outages.begin(outage);
                return self.minutes(most);
            }
        }
        self.minutes(30)
    }

    /// An outage of one caller or of all. Answers are lost, and functions killed, at a few calls only: an
    /// outage of that kind ends the moment that it is noticed.
    fn of_service(&mut self, service: Service) -> Outage {
        let failures = [
            Failure::NoConnection,
            Failure::NoConnection,
            Failure::ServerError,
            Failure::LostAnswer,
            Failure::Killed,
        ];
        let failure = self.one_of(&failures);
        let is_short = matches!(failure, Failure::LostAnswer | Failure::Killed);
        let calls = is_short.then(|| u32::try_from(1 + self.below(4)).expect("a few"));
        let after = u32::try_from(self.below(6)).expect("a few");
        let stages = Stage::FUNCTIONS.map(Some);
        let stage = if self.below(2) == 0 { None } else { self.one_of(&stages) };
        Outage { failure, calls, after, stage, ..Outage::of(service) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn random_outages_over_a_day_lose_nothing_and_mail_nothing_twice() {
    let (stack, ses) = simulated_stack().await;
    let mut ahead = SignedDuration::ZERO;
    for seed in SEEDS {
        let started = Instant::now();
        println!("seed {seed}");
        let mut draws = Draws { rng: Rng::new(seed), drawn: 0 };
        let whole = WholePipeline::new(&stack, &ses, draws.below(2) == 0, ahead);
        let mut run = Run::new(&format!("seed{seed}"), &stack, whole);
        let end = ahead + DAY;
        while run.pipeline.core.ahead() < end {
            let lasts = draws.begin(&mut run, &ses);
            let event_at = SignedDuration::from_secs(20);
            run.publish(1);
            run.pipeline.run_for(event_at.min(lasts)).await;
            run.pipeline.run_for(lasts - event_at.min(lasts)).await;
            ses.outages.end();
            ses.set_mode(SesMode::Up);
            run.pipeline.core.ses_is_reachable = true;
            let pause = draws.minutes(300);
            run.pipeline.run_for(pause).await;
            run.check_nothing_twice();
        }
        let took = run.recover_silently(SignedDuration::from_hours(36)).await;
        run.check().await;
        let (events, elapsed) = (run.events(), started.elapsed());
        println!("seed {seed}: {events} events, recovered in {took:#}, simulated in {elapsed:?}");
        ahead = run.pipeline.core.ahead() + SignedDuration::from_mins(1);
    }
    stack.stop().await;
}
