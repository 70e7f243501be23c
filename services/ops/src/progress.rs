//! Progress bars: on standard error, and only at a terminal.

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::format::decimal;

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
    ProgressBar::new(length).with_style(style.progress_chars("━╸ "))
}
