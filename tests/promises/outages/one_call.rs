//! An outage of one call only, so that it begins and ends between two writes of one step: any call of any stage.

use jiff::SignedDuration;

use super::run::{Run, simulated_stack};
use crate::support::simulated_pipeline::{Failure, Outage, Service, Stage, WholePipeline};

/// As many calls as one invocation makes for one event, and more.
const CALLS: u32 = 4;

const FAILURES: [Failure; 3] = [Failure::ServerError, Failure::LostAnswer, Failure::Killed];

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_any_one_call_at_any_stage_loses_nothing_and_mails_nothing_twice() {
    let (stack, ses) = simulated_stack().await;
    let mut ahead = SignedDuration::ZERO;
    for failure in FAILURES {
        for (stage, service) in Stage::FUNCTIONS
            .into_iter()
            .flat_map(|stage| [Service::DynamoDb, Service::Sqs].map(|service| (stage, service)))
            .filter(|call| *call != (Stage::Intake, Service::Sqs))
        {
            let whole = WholePipeline::new(&stack, &ses, true, ahead);
            let name = format!("one-{failure:?}-{stage:?}-{service:?}").to_lowercase();
            let mut run = Run::new(&name, &stack, whole);
            for after in 0..CALLS {
                let outage = Outage { failure, after, calls: Some(1), ..Outage::of(service) };
                ses.outages.begin(outage.for_stage(stage));
                if stage == Stage::Sweep {
                    // The stream loses the event, so that the sweep has something to do.
                    run.pipeline.run_without(Stage::Relay);
                }
                run.publish(1);
                run.pipeline.run_for(SignedDuration::from_mins(1)).await;
                run.pipeline.lose_stream();
                run.pipeline.run_every_stage();
            }
            run.pipeline.run_for(SignedDuration::from_mins(10)).await;
            ses.outages.end();
            run.recover_silently(SignedDuration::from_hours(3)).await;
            run.check().await;
            ahead = run.pipeline.core.ahead() + SignedDuration::from_mins(1);
        }
    }
    stack.stop().await;
}
