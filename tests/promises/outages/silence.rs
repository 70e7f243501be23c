//! SES gives no answer that says whether it takes a mail, for hours: it answers 500, or hangs.

use jiff::SignedDuration;
use shared::ledger::State;

use super::run::{Run, simulated_stack};
use crate::support::TestStack;
use crate::support::simulated_pipeline::{SesMode, Settings, WholePipeline};

const SIX_HOURS: SignedDuration = SignedDuration::from_hours(6);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// As many mails as the mailers may have under way at once, as deployed.
fn under_way(settings: &Settings) -> usize {
    settings.mailer.batch_size * settings.mailer.concurrency.unwrap_or(1)
}

/// A shop with an order now and then, and how long the last of its mails takes to leave when SES is back.
async fn outlives(name: &str, mode: SesMode, settings: Settings, recovers_in: SignedDuration) {
    let (stack, ses) = simulated_stack().await;
    let whole = WholePipeline::deployed(&stack, &ses, settings, SignedDuration::ZERO);
    let mut run = Run::new(name, &stack, whole);
    run.publish(3);
    run.pipeline.run_for(MINUTE).await;
    ses.set_mode(mode);
    for _ in 0..6 {
        run.publish(2);
        run.pipeline.run_for(SIX_HOURS / 6).await;
    }
    println!("{name}: at the end of the outage: {}", run.waiting());
    run.check_nothing_twice();
    ses.set_mode(SesMode::Up);
    run.publish(3);
    run.recover(recovers_in).await;
    run.check().await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_ses_answering_500_for_6_hours_and_send_events_on_every_mail_leaves_within_half_an_hour()
 {
    let settings = Settings::deployed(true);
    outlives("error-on", SesMode::ServerError, settings, SignedDuration::from_mins(30)).await;
}

/// Without `Send` events, a mail in doubt waits for eleven hours from when it fell in doubt.
#[tokio::test(flavor = "multi_thread")]
async fn with_ses_answering_500_for_6_hours_and_send_events_off_every_mail_leaves_within_12_hours()
{
    let settings = Settings::deployed(false);
    outlives("error", SesMode::ServerError, settings, SignedDuration::from_hours(12)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_ses_hanging_for_6_hours_every_mail_leaves_within_half_an_hour_or_12_hours() {
    for (name, send_events, minutes) in [("hangs-on", true, 30), ("hangs", false, 12 * 60)] {
        // Each call that hangs takes as long in real time.
        let mailer_timeout = std::time::Duration::from_secs(4);
        let settings = Settings { mailer_timeout, ..Settings::deployed(send_events) };
        outlives(name, SesMode::Hangs, settings, SignedDuration::from_mins(minutes)).await;
    }
}

/// Nobody else finds out whether SES is back, and it can be sent three times only.
#[tokio::test(flavor = "multi_thread")]
async fn the_only_mail_of_a_quiet_shop_outlives_6_hours_without_an_answer_of_ses() {
    let (stack, ses) = simulated_stack().await;
    let settings = Settings::deployed(true);
    let whole = WholePipeline::deployed(&stack, &ses, settings, SignedDuration::ZERO);
    let mut run = Run::new("quiet", &stack, whole);
    ses.set_mode(SesMode::ServerError);
    run.publish(1);
    run.pipeline.run_for(SIX_HOURS).await;
    let item = stack.ledger_items("quiet-0").await.remove(0);
    assert_eq!((item.state(), item.doubts), (Some(State::InDoubt), 2), "its last time is kept");
    ses.set_mode(SesMode::Up);
    run.recover(SignedDuration::from_mins(40)).await;
    run.check().await;
    let copies = run.pipeline.peak_of_mail_queue();
    assert!(copies <= 3, "{copies} copies: it is not overdue, and the sweep queues no more");
    stack.stop().await;
}

/// Hours of a busy shop's mails wait, and only those that asked SES are in doubt.
#[tokio::test(flavor = "multi_thread")]
async fn while_ses_gives_no_answer_only_the_mails_under_way_and_one_for_each_time_it_is_asked_fall_in_doubt()
 {
    const MAILS: usize = 120;
    let (stack, ses) = simulated_stack().await;
    let settings = Settings::deployed(false);
    let at_once = under_way(&settings);
    let whole = WholePipeline::deployed(&stack, &ses, settings, SignedDuration::ZERO);
    let mut run = Run::new("busy", &stack, whole);
    ses.set_mode(SesMode::ServerError);
    run.publish(MAILS);
    run.pipeline.run_for(SignedDuration::from_hours(1)).await;
    let doubts = in_doubt(&stack, MAILS).await;
    // Asked after 30 s, 1, 2, 4 and then each 5 minutes.
    assert!(doubts <= at_once + 16, "{doubts} of {MAILS} mails, {at_once} of them under way");
    ses.set_mode(SesMode::Up);
    run.pipeline.run_for(SignedDuration::from_mins(15)).await;
    let left = in_doubt(&stack, MAILS).await;
    assert_eq!(stack.mails().len(), MAILS - left, "all others have left");
    assert_eq!(left, doubts, "and no other fell in doubt");
    run.recover(SignedDuration::from_hours(12)).await;
    run.check().await;
    stack.stop().await;
}

/// How many of the first `count` orders' mails are in doubt.
async fn in_doubt(stack: &TestStack, count: usize) -> usize {
    let mut doubts = 0;
    for n in 0..count {
        let items = stack.ledger_items(&format!("busy-{n}")).await;
        doubts += usize::from(items.iter().any(|item| item.state() == Some(State::InDoubt)));
    }
    doubts
}
