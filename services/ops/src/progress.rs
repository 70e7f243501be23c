//! Progress bars: on standard error, and only at a terminal.

use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::format::decimal;

/// Whether this process draws no bar.
static IS_HIDDEN: AtomicBool = AtomicBool::new(false);

/// Draws no bar in this process from now on: the console does several things at once, whose bars would overwrite each
/// other. They count all the same.
pub fn hide() {
    IS_HIDDEN.store(true, Ordering::Relaxed);
}

/// For publishing `count` events.
pub fn publishing(count: usize) -> ProgressBar {
    bar(count as u64, "publishing {bar:30} {human_pos} of {human_len}  {rate} a second  {eta} left")
}

/// For reading orders, of which nobody says how many there are.
pub fn reading() -> ProgressBar {
    let style = ProgressStyle::with_template("reading orders {human_pos}  {elapsed}");
    ProgressBar::no_length().with_style(style.expect("the template is valid"))
}

/// For the scan of a queue of about `expected` messages.
pub fn scanning(expected: u64) -> ProgressBar {
    bar(expected, "scanning {bar:30} {human_pos} of about {human_len}")
}

/// For moving or deleting `count` messages.
pub fn moving(count: usize) -> ProgressBar {
    bar(count as u64, "moving   {bar:30} {human_pos} of {human_len}  {rate} a second  {eta} left")
}

fn bar(length: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).expect("the template is valid");
    // indicatif's own rate has four decimals.
    let style = style.with_key("rate", |state: &ProgressState, to: &mut dyn std::fmt::Write| {
        let _ = to.write_str(&decimal(state.per_sec()));
    });
    // indicatif draws nothing where standard error is not a terminal.
    let target = match IS_HIDDEN.load(Ordering::Relaxed) {
        true => ProgressDrawTarget::hidden(),
        false => ProgressDrawTarget::stderr(),
    };
    ProgressBar::with_draw_target(Some(length), target).with_style(style.progress_chars("━╸ "))
}
