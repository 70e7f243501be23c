//! The figures of a run, as tables and as JSON.

use std::fmt;

use serde::Serialize;

use super::cold::{Cold, Start};
use super::warm::Warm;

/// What a run measured.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where, and when.
    pub machine: Machine,
    /// What the run took.
    pub seconds: f64,
    /// Warm functions, by batch.
    pub warm: Vec<Warm>,
    /// Their starts.
    pub cold: Vec<Cold>,
    /// Why nothing was measured with a share of a core, if it was not.
    pub no_quota: Option<String>,
}

/// Where and when it was measured.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// In UTC.
    pub date: String,
    /// Its name for itself.
    pub processor: String,
    /// How many this process may use.
    pub cores: usize,
    /// The kernel's average of the minute before the run: processes that ran or wanted to.
    pub load_before: String,
    /// The same of its last minute.
    pub load_after: String,
}

impl Machine {
    pub(super) fn now() -> Self {
        let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model =
            cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        Self {
            date: jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string(),
            processor: model.map(|(_, name)| name.to_owned()).unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            load_before: load(),
            load_after: String::new(),
        }
    }

    pub(super) fn with_load_now(self) -> Self {
        Self { load_after: load(), ..self }
    }
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

/// A number that is to be reached.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// Of what.
    pub what: String,
    /// At most this.
    pub reach: f64,
    /// What it is.
    pub measured: f64,
}

impl Verdict {
    /// Whether it is reached. No number, where nothing was measured, never is.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.measured <= self.reach
    }
}

/// At most so many times the floor's CPU.
const OF_FLOOR: f64 = 1.25;
/// At most so many warm invocations.
const OF_WARM: f64 = 1.5;
/// At most so many MB resident.
const RESIDENT_MB: f64 = 12.0;

impl Report {
    /// Whether each number is reached. Not if there is none.
    #[must_use]
    pub fn passes(&self) -> bool {
        let verdicts = self.verdicts();
        !verdicts.is_empty() && verdicts.iter().all(Verdict::passes)
    }

    /// Each number to reach, beside what was measured.
    #[must_use]
    pub fn verdicts(&self) -> Vec<Verdict> {
        let verdict = |what, reach, measured| Verdict { what, reach, measured };
        let tens = self.warm.iter().filter(|warm| warm.records == 10);
        let floor = tens.clone().map(|warm| {
            let what =
                format!("{} ({:?}): CPU per record, of the floor's", warm.function, warm.trigger);
            verdict(what, OF_FLOOR, warm.of_floor)
        });
        let first = self.cold.iter().map(|cold| {
            let what =
                format!("{}: CPU of the first invocation over TLS, of a warm one's", cold.function);
            verdict(what, OF_WARM, cold.tls.cpu_of_warm())
        });
        let memory = tens.map(|warm| {
            let what = format!("{} ({:?}): resident MB", warm.function, warm.trigger);
            verdict(what, RESIDENT_MB, megabytes(warm.resident_bytes))
        });
        floor.chain(first).chain(memory).collect()
    }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { date, processor, cores, load_before, load_after } = &self.machine;
        writeln!(
            f,
            "{date}, {cores} cores of {processor}, load {load_before} before and {load_after} at the end, {:.0} s\n",
            self.seconds
        )?;
        self.warm_table(f)?;
        self.cold_table(f)?;
        self.python_table(f)?;
        writeln!(f, "| to reach | reach | measured | |\n| --- | ---: | ---: | --- |")?;
        for verdict in self.verdicts() {
            let Verdict { what, reach, measured } = &verdict;
            let passes = if verdict.passes() { "pass" } else { "not yet" };
            writeln!(f, "| {what} | {reach} | {measured:.2} | {passes} |")?;
        }
        Ok(())
    }
}

impl Report {
    fn warm_table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| warm, per record | batch | CPU µs | floor µs | × floor | p50 ms | p99 ms | calls | KB sent | KB received | allocations | log bytes | MB |"
        )?;
        writeln!(
            f,
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
        )?;
        for warm in &self.warm {
            write!(f, "| {} ({:?}) | {} ", warm.function, warm.trigger, warm.records)?;
            write!(f, "| {:.0} | {:.0} | {:.2} ", warm.cpu_us, warm.floor_cpu_us, warm.of_floor)?;
            write!(f, "| {:.2} | {:.2} | {:.2} ", warm.p50_ms, warm.p99_ms, warm.calls)?;
            write!(f, "| {:.2} | {:.2} ", warm.bytes_sent / 1e3, warm.bytes_received / 1e3)?;
            write!(f, "| {:.0} | {:.0} ", warm.allocations, warm.log_bytes)?;
            writeln!(f, "| {:.1} |", megabytes(warm.resident_bytes))?;
        }
        writeln!(f)
    }

    fn cold_table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| start, and first invocation of one record | start ms | start CPU ms | start ms, TLS | start CPU ms, TLS | first CPU ms | × warm | first CPU ms, TLS | × warm | first ms, TLS | × warm | of little CPU, TLS | max MB, TLS |"
        )?;
        writeln!(
            f,
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: |"
        )?;
        for cold in &self.cold {
            let (plain, tls) = (&cold.plain, &cold.tls);
            write!(f, "| {} ", cold.function)?;
            for Start { wall_ms, cpu_ms } in [cold.start, cold.tls_start] {
                write!(f, "| {wall_ms:.1} | {cpu_ms:.1} ")?;
            }
            write!(
                f,
                "| {:.2} | {:.1} | {:.2} | {:.1} ",
                plain.cpu_ms,
                plain.cpu_of_warm(),
                tls.cpu_ms,
                tls.cpu_of_warm()
            )?;
            write!(f, "| {:.1} | {:.1} |", tls.wall_ms, tls.wall_of_warm())?;
            for (percent, first) in &cold.limited {
                write!(
                    f,
                    " {percent} %: {:.0} ms = {:.1} × warm;",
                    first.wall_ms,
                    first.wall_of_warm()
                )?;
            }
            writeln!(f, " | {:.1} |", megabytes(cold.max_resident_bytes))?;
        }
        if let Some(why) = &self.no_quota {
            writeln!(f, "\nNothing was measured with a share of a core: {why}")?;
        }
        writeln!(f)
    }
}

impl Report {
    fn python_table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let warm: Vec<_> = self.warm.iter().filter_map(|w| Some((w, w.python.as_ref()?))).collect();
        if warm.is_empty() {
            return Ok(());
        }
        writeln!(
            f,
            "| in Python, per record | batch | CPU µs | × Waybill | p50 ms | × Waybill | MB | × Waybill |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
        )?;
        for (own, python) in warm {
            let [own_mb, python_mb] = [own.resident_bytes, python.resident_bytes].map(megabytes);
            write!(f, "| {} ({:?}) | {} ", own.function, own.trigger, own.records)?;
            write!(f, "| {:.0} | {:.1} ", python.cpu_us, python.of_function)?;
            write!(f, "| {:.2} | {:.1} ", python.p50_ms, python.p50_ms / own.p50_ms)?;
            writeln!(f, "| {python_mb:.1} | {:.1} |", python_mb / own_mb)?;
        }
        writeln!(
            f,
            "\n| in Python, over TLS | start CPU ms | × Waybill | first CPU ms | × Waybill |\n| --- | ---: | ---: | ---: | ---: |"
        )?;
        for (own, (start, first)) in self.cold.iter().filter_map(|c| Some((c, c.python.as_ref()?)))
        {
            write!(f, "| {} | {:.0} ", own.function, start.cpu_ms)?;
            write!(f, "| {:.0} ", start.cpu_ms / own.tls_start.cpu_ms)?;
            writeln!(f, "| {:.1} | {:.1} |", first.cpu_ms, first.cpu_ms / own.tls.cpu_ms)?;
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_does_not_pass() {
        let verdict = |measured| Verdict { what: String::new(), reach: 1.5, measured };
        assert!(verdict(1.5).passes());
        assert!(!verdict(1.51).passes() && !verdict(f64::NAN).passes());
    }

    #[test]
    fn a_run_that_measured_nothing_is_no_success() {
        let (warm, cold) = (Vec::new(), Vec::new());
        let machine = Machine::now();
        assert!(!Report { machine, seconds: 0.0, warm, cold, no_quota: None }.passes());
    }
}
