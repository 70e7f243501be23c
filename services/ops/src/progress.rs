//! Progress bars: on standard error, and only at a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// For publishing `count` events.
pub fn publishing(count: usize) -> ProgressBar {
    bar(count as u64, "publishing {bar:30} {human_pos} of {human_len}  {per_sec}  {eta} left")
}

/// For the scan of a queue of about `expected` messages.
pub fn scanning(expected: u64) -> ProgressBar {
    bar(expected, "scanning {bar:30} {human_pos} of about {human_len}")
}

/// For moving or deleting `count` messages.
pub fn moving(count: usize) -> ProgressBar {
    bar(count as u64, "moving   {bar:30} {human_pos} of {human_len}  {per_sec}  {eta} left")
}

fn bar(length: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).expect("the template is valid");
    // indicatif draws nothing where standard error is not a terminal.
    ProgressBar::new(length).with_style(style.progress_chars("━╸ "))
}
