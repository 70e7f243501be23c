//! A share of a core for a process, by the kernel's control groups: what Lambda gives a small function after its start.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::PerfError;

/// Lambda's scheduling period, in microseconds.
const PERIOD: u64 = 20_000;

/// A control group with a CPU quota; removed when this is dropped and its processes have ended.
#[derive(Debug)]
pub struct Quota(PathBuf);

impl Quota {
    /// A group that gets `percent` of a core.
    ///
    /// # Errors
    /// This user may make no control group, or none with a quota.
    pub fn new(percent: u64) -> Result<Self, PerfError> {
        let (v1, v2) = (Path::new("/sys/fs/cgroup/cpu"), Path::new("/sys/fs/cgroup"));
        let is_v1 = v1.join("cpu.cfs_quota_us").exists();
        let root = if is_v1 { v1 } else { v2 };
        let group = root.join(format!("waybill-perf-{}-{percent}", std::process::id()));
        fs::create_dir(&group)?;
        let group = Self(group);
        let quota = PERIOD * percent / 100;
        if is_v1 {
            fs::write(group.0.join("cpu.cfs_period_us"), PERIOD.to_string())?;
            fs::write(group.0.join("cpu.cfs_quota_us"), quota.to_string())?;
        } else {
            fs::write(group.0.join("cpu.max"), format!("{quota} {PERIOD}"))?;
        }
        Ok(group)
    }

    /// Puts a process with all its threads into the group.
    pub fn add(&self, pid: u32) -> Result<(), PerfError> {
        Ok(fs::write(self.0.join("cgroup.procs"), pid.to_string())?)
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        // Where it still has a process it stays, empty afterwards and without effect.
        let _ = fs::remove_dir(&self.0);
    }
}
