//! Progress of what runs long: drawn as a bar on standard error, and only at a terminal.

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::format::decimal;
use crate::interrupt::Interrupt;

/// How the caller follows and stops what runs long.
#[derive(Debug, Clone, Copy)]
pub struct RunControl<'a> {
    /// Stops it after its current step.
    pub interrupt: &'a Interrupt,
    /// Is told how many of how many are done. A hidden bar counts too.
    pub progress: &'a ProgressBar,
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

/// For the scan of a queue, which says itself about how long it is.
pub fn scanning() -> ProgressBar {
    bar(0, "scanning {bar:30} {human_pos} of about {human_len}")
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
    ProgressBar::new(length).with_style(style.progress_chars("━╸ "))
}
