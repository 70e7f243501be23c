//! SIGKILL for the process at the other end of a connection.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use local::lambda::Function;

/// Where Linux lists TCP sockets (proc(5)).
const SOCKETS: &str = "/proc/net/tcp";

/// Kills the process of `function` that has the connection from `peer`, and returns whether there was one.
/// Without `/proc`, kills the function's first process. SIGKILL cannot be caught, so the process executes no
/// cleanup code and leaves only what its calls have written.
pub fn kill_caller(function: &Function, peer: SocketAddr) -> bool {
    let pids = function.pids();
    let has_proc = Path::new(SOCKETS).exists();
    let caller = if has_proc { holder(peer, &pids) } else { pids.first().copied() };
    caller.is_some_and(kill)
}

/// Sends SIGKILL to a process; returns whether it existed.
pub fn kill(pid: u32) -> bool {
    let mut command = Command::new("kill");
    command.args(["-KILL", &pid.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Which of the processes has the socket (proc(5): [`SOCKETS`] and `/proc/PID/fd`).
fn holder(peer: SocketAddr, pids: &[u32]) -> Option<u32> {
    let SocketAddr::V4(peer) = peer else { return None };
    // The table has the address as hexadecimal in host byte order, and the inode in the tenth column.
    let address = format!("{:08X}:{:04X}", u32::from_le_bytes(peer.ip().octets()), peer.port());
    let table = fs::read_to_string(SOCKETS).ok()?;
    let inode = table.lines().find_map(|line| {
        let mut words = line.split_ascii_whitespace();
        (words.nth(1)? == address).then(|| words.nth(7).map(str::to_owned))?
    })?;
    let socket = format!("socket:[{inode}]");
    pids.iter().copied().find(|pid| holds(*pid, Path::new(&socket)))
}

fn holds(pid: u32, socket: &Path) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|target| target == socket))
}
