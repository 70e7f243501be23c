//! What the terminal shows while events run.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::metric_totals::Counts;

/// A bar with counts and rate on standard error; nothing where that is not a terminal.
pub struct Progress(ProgressBar);

impl Progress {
    /// Of `events` that will be published.
    pub fn start(events: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(events as u64), ProgressDrawTarget::stderr());
        let style = "{bar:30} {pos}/{len} published, {msg} {elapsed} {per_sec}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// Where things stand.
    pub fn show(&self, published: usize, counts: Counts) {
        let Counts { sent, skipped, failed, in_doubt } = counts;
        self.0.set_position(published as u64);
        self.0.set_message(format!(
            "{sent} sent, {skipped} skipped, {failed} failed, {in_doubt} in doubt;"
        ));
    }

    /// Everything has come to rest.
    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}
