//! What a function's process does so that it can't outlive the stack that started it.

use std::io::Read;

/// The exit code of a process whose parent is gone.
const PARENT_GONE: i32 = 3;

/// Ends this process when the one that started it ends, however it ends.
///
/// The stack holds the other end of this process's standard input and never writes to it. The
/// kernel closes that end when the stack dies, also by SIGKILL, and the read below then returns.
///
/// # Errors
/// The watching thread could not be started.
pub fn exit_with_parent() -> std::io::Result<()> {
    std::thread::Builder::new().name("parent-watch".to_owned()).spawn(|| {
        let mut ignored = [0; 64];
        while std::io::stdin().read(&mut ignored).is_ok_and(|read| read > 0) {}
        std::process::exit(PARENT_GONE);
    })?;
    Ok(())
}
