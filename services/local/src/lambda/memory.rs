//! How much memory a process holds.

/// A process's resident memory, from `/proc/PID/status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// Resident now, in bytes (`VmRSS`).
    pub resident_bytes: u64,
    /// The most that was ever resident, in bytes (`VmHWM`).
    pub peak_bytes: u64,
}

impl Memory {
    /// Of the process `pid`; nothing if it is gone, or where there is no `/proc`.
    pub fn read(pid: u32) -> Option<Self> {
        parse(&std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
    }
}

fn parse(status: &str) -> Option<Memory> {
    Some(Memory {
        resident_bytes: kilobytes(status, "VmRSS:")?,
        peak_bytes: kilobytes(status, "VmHWM:")?,
    })
}

fn kilobytes(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let number: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(number * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_and_peak_are_read_in_bytes_unless_the_process_is_gone() {
        let status = "Name:\tmailer\nVmHWM:\t   14000 kB\nVmRSS:\t   12000 kB\n";
        let memory = parse(status).expect("both fields are there");
        assert_eq!(memory, Memory { resident_bytes: 12_288_000, peak_bytes: 14_336_000 });
        assert_eq!(parse("Name:\tgone\nState:\tZ (zombie)\n"), None);
    }
}
