//! The checkpoints: each shard's last sequence number that is done.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// The checkpoints of one stream, in memory and, if there is a file, in that.
///
/// The file is replaced atomically. It is not flushed to the disk: after a power cut an older
/// checkpoint may come back and records be delivered again, which any consumer of a stream must
/// expect.
pub(super) struct Checkpoints {
    file: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Serialize, Deserialize)]
struct State {
    stream_arn: String,
    /// The last sequence number that is done, by shard.
    shards: BTreeMap<String, String>,
}

impl Checkpoints {
    /// Reads the file; starts empty if it does not exist or belongs to another stream.
    pub fn open(stream_arn: &str, file: Option<PathBuf>) -> io::Result<Self> {
        let kept: Option<State> = match file.as_ref().map(std::fs::read) {
            Some(Ok(bytes)) => Some(serde_json::from_slice(&bytes)?),
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Some(Err(_)) | None => None,
        };
        // Tables that were made anew have a new stream, whose sequence numbers begin again.
        let state = kept.filter(|kept| kept.stream_arn == stream_arn);
        let none = || State { stream_arn: stream_arn.to_owned(), shards: BTreeMap::new() };
        let state = state.unwrap_or_else(none);
        Ok(Self { file, state: Mutex::new(state) })
    }

    /// The last sequence number of this shard that is done.
    pub fn get(&self, shard: &str) -> Option<String> {
        self.lock().shards.get(shard).cloned()
    }

    /// Marks every record up to and including this one as done.
    pub fn advance(&self, shard: &str, sequence_number: &str) {
        let mut state = self.lock();
        state.shards.insert(shard.to_owned(), sequence_number.to_owned());
        if let Some(file) = &self.file
            && let Err(error) = write(file, &state)
        {
            // Reading continues: a restart delivers these records again, and loses none.
            tracing::warn!(%error, "the stream's checkpoint could not be written");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(file: &Path, state: &State) -> io::Result<()> {
    // A crash while the new file is written leaves the old one.
    let new = file.with_extension("new");
    std::fs::write(&new, serde_json::to_vec(state)?)?;
    std::fs::rename(new, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_of_another_stream_is_not_used() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let file = Some(dir.path().join("checkpoint.json"));
        Checkpoints::open("arn:stream/1", file.clone()).expect("ok").advance("shard-1", "100");
        let other = Checkpoints::open("arn:stream/2", file).expect("the file is readable");
        assert_eq!(other.get("shard-1"), None);
    }
}
