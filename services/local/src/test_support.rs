//! What tests share: waiting for conditions, and looking at the files of `--data`.

use std::path::Path;

// One helper for these tests and for those in `tests/`, which see only what is public here.
#[path = "../tests/conformance/support/wait.rs"]
mod wait;

pub use wait::until;

/// Whether a file in the directory has this text.
pub fn any_file_holds(directory: &Path, text: &str) -> bool {
    let mut files = std::fs::read_dir(directory).unwrap();
    files.any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

/// A copy of the directory as it is, while a database in it is open, and nothing is being written.
pub fn as_a_kill_leaves_it(directory: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let files = std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().file_name());
    let mut files: Vec<_> = files.collect();
    // The logs first: if one is emptied in between, all that it had is in the file by then.
    files.sort_by_key(|name| !name.to_string_lossy().ends_with("-wal"));
    for name in files {
        std::fs::copy(directory.join(&name), copy.path().join(&name)).unwrap();
    }
    copy
}
