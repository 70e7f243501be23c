//! The CPU time of a process, to the nanosecond.
//!
//! `/proc/PID/stat` counts in hundredths of a second; each thread's `schedstat` has nanoseconds
//! (<https://docs.kernel.org/scheduler/sched-stats.html>).

use std::collections::BTreeMap;
use std::time::Duration;

/// What a process has used, its threads together.
#[derive(Debug)]
pub struct Cpu {
    pid: u32,
    /// By thread, as last seen: one that has ended counts with what it had then.
    threads: BTreeMap<String, u64>,
}

impl Cpu {
    pub fn of(pid: u32) -> Self {
        Self { pid, threads: BTreeMap::new() }
    }

    /// CPU time so far. Exact while the process waits: a thread that runs is counted up to its last switch or tick.
    pub fn used(&mut self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid));
        for task in tasks.into_iter().flatten().flatten() {
            let text = std::fs::read_to_string(task.path().join("schedstat"));
            if let Some(nanoseconds) = text.ok().as_deref().and_then(on_cpu) {
                let thread = task.file_name().to_string_lossy().into_owned();
                self.threads.insert(thread, nanoseconds);
            }
        }
        Duration::from_nanos(self.threads.values().sum())
    }
}

/// The first of `schedstat`'s three numbers: nanoseconds on a CPU. The others are those in the run queue, and how often.
fn on_cpu(schedstat: &str) -> Option<u64> {
    schedstat.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_on_a_cpu_is_read_and_not_that_in_the_run_queue() {
        assert_eq!(on_cpu("288510953 307930942 88\n"), Some(288_510_953));
        assert_eq!(on_cpu(""), None);
    }

    #[test]
    fn work_is_counted_and_a_thread_that_has_ended_stays_counted() {
        let mut cpu = Cpu::of(std::process::id());
        let (worked, seen) = (std::sync::Barrier::new(2), std::sync::Barrier::new(2));
        let during = std::thread::scope(|scope| {
            scope.spawn(|| {
                while on_cpu(&schedstat_of_this_thread()) < Some(20_000_000) {}
                worked.wait();
                seen.wait();
            });
            worked.wait();
            let used = cpu.used();
            seen.wait();
            used
        });
        assert!(during >= Duration::from_millis(20), "{during:?}");
        assert!(cpu.used() >= during);
    }

    fn schedstat_of_this_thread() -> String {
        std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux")
    }
}
