//! Forwards the output of a function's process line by line.

use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// The longest line in bytes; a longer one is cut into several
/// (AWS cuts log lines there too).
const MAX_LINE_BYTES: u64 = 256 * 1024;

/// Which of its two outputs a process wrote to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputStream {
    /// Standard output: JSON logs and metrics, one object a line.
    Stdout,
    /// Standard error: panics.
    Stderr,
}

/// One line of a process's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputLine<'a> {
    /// The function's short name.
    pub function: &'a str,
    /// The process that wrote it.
    pub pid: u32,
    /// Which output it was written to.
    pub stream: OutputStream,
    /// The line without its terminator; bytes that are not UTF-8 are replaced.
    pub text: &'a str,
}

/// Receives each line. It runs on the task that reads the pipe, so it must return soon: meanwhile the
/// process can write no more than fits in its pipe.
pub type Sink = Arc<dyn Fn(OutputLine<'_>) + Send + Sync>;

/// A sink that drops every line.
pub fn discard() -> Sink {
    Arc::new(|_| {})
}

/// Forwards the lines of `source` until it ends.
pub(super) async fn forward(
    source: impl AsyncRead + Unpin,
    function: String,
    pid: u32,
    stream: OutputStream,
    sink: Sink,
) {
    let mut source = BufReader::with_capacity(16 * 1024, source);
    let mut line = Vec::new();
    // The bound is on what one line may keep in memory: a process may print without ever ending a line.
    while (&mut source)
        .take(MAX_LINE_BYTES)
        .read_until(b'\n', &mut line)
        .await
        .is_ok_and(|read| read > 0)
    {
        let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line));
        sink(OutputLine { function: &function, pid, stream, text: &text });
        line.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    async fn lines_of(source: &[u8]) -> Vec<String> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&lines);
        let sink: Sink = Arc::new(move |line: OutputLine<'_>| {
            into.lock().expect("no test panics while it holds this").push(line.text.to_owned());
        });
        forward(source, "mailer".into(), 1, OutputStream::Stdout, sink).await;
        lines.lock().expect("no test panics while it holds this").clone()
    }

    #[tokio::test]
    async fn each_line_is_handed_on_also_an_unfinished_last_one() {
        assert_eq!(lines_of(b"one\n\ntwo\nthree").await, ["one", "", "two", "three"]);
    }

    #[tokio::test]
    async fn a_line_without_end_comes_in_bounded_pieces() {
        let max = 256 * 1024;
        let source = vec![b'x'; max * 2 + 1];
        let lengths: Vec<usize> = lines_of(&source).await.iter().map(String::len).collect();
        assert_eq!(lengths, [max, max, 1]);
    }
}
