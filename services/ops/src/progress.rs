//! Progress bars: on standard error, and only at a terminal.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// For the scan of a queue of about `expected` messages.
    pub fn scanning(expected: u64) -> Self {
        Self::new(expected, "scanning {bar:30} {pos} of about {len}")
    }

    /// For moving or deleting `count` messages.
    pub fn moving(count: u64) -> Self {
        Self::new(count, "moving   {bar:30} {pos} of {len}  {per_sec}  {eta} left")
    }

    fn new(length: u64, template: &str) -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        let style = ProgressStyle::with_template(template).map(|s| s.progress_chars("━╸ "));
        Self(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    pub fn set(&self, count: usize) {
        self.0.set_position(count as u64);
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
