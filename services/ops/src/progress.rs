//! Progress bars: on standard error, and only for a person at a terminal.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Of a look at a queue of about `expected` messages.
    #[must_use]
    pub fn scanning(expected: u64) -> Self {
        Self::new(expected, "scanning {bar:30} {pos} of about {len}")
    }

    /// Of moving `count` messages.
    #[must_use]
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

    /// So many are done.
    pub fn set(&self, count: usize) {
        self.0.set_position(count as u64);
    }

    /// Done: the bar goes.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
