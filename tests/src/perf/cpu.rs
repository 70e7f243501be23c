//! The CPU time of a process, to the nanosecond.
//!
//! `/proc/PID/stat` counts in hundredths of a second; each thread's `schedstat` has nanoseconds
//! (<https://docs.kernel.org/scheduler/sched-stats.html>).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// What a process has used, its threads together.
#[derive(Debug)]
pub struct Cpu {
    pid: u32,
    /// By thread, as last seen: one that has ended counts with what it had then.
    threads: BTreeMap<PathBuf, u64>,
}

impl Cpu {
    pub fn of(pid: u32) -> Self {
        Self { pid, threads: BTreeMap::new() }
    }

    /// Whether every thread sleeps until something happens. One that wants to run and may not, as under a quota, does not
    /// sleep. False of a process that has ended.
    pub fn sleeps(&self) -> bool {
        let states = tasks(self.pid).map(|task| {
            // A thread may have ended since.
            let stat = std::fs::read_to_string(task.join("stat")).ok();
            stat.as_deref().is_none_or(is_asleep)
        });
        let states: Vec<bool> = states.collect();
        !states.is_empty() && states.into_iter().all(|asleep| asleep)
    }

    /// CPU time so far. Exact while the process waits: a thread that runs is counted up to its last switch or tick.
    pub fn used(&mut self) -> Duration {
        for task in tasks(self.pid) {
            let text = std::fs::read_to_string(task.join("schedstat"));
            if let Some(nanoseconds) = text.ok().as_deref().and_then(on_cpu) {
                self.threads.insert(task, nanoseconds);
            }
        }
        Duration::from_nanos(self.threads.values().sum())
    }
}

/// The directories of a process's threads.
fn tasks(pid: u32) -> impl Iterator<Item = PathBuf> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task"));
    tasks.into_iter().flatten().flatten().map(|task| task.path())
}

/// Whether `stat` has the state `S`. It follows the name, which stands in parentheses and may hold some
/// (<https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>).
fn is_asleep(stat: &str) -> bool {
    stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('S'))
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
    fn a_thread_sleeps_by_its_state_and_not_by_its_name() {
        assert!(is_asleep("7 (tokio) S 1 7"));
        assert!(!is_asleep("7 (a) S (b) R 1 7"));
        assert!(!is_asleep(""));
    }

    #[test]
    fn a_process_that_works_does_not_sleep_and_one_that_has_ended_does_not_either() {
        assert!(!Cpu::of(std::process::id()).sleeps(), "this thread runs");
        let mut child = std::process::Command::new("true").spawn().expect("a process");
        child.wait().expect("its end");
        assert!(!Cpu::of(child.id()).sleeps());
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
