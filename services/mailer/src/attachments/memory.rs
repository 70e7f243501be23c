//! What of the function's memory the files of mails may take.
//!
//! An invocation has up to ten mails, and all are handled at the same time. One with [`MAX_TOTAL_BYTES`] of files takes, at
//! the worst moment:
//!
//! | what | bytes |
//! | --- | --- |
//! | the files, as S3 sent them | 1 × the files |
//! | the files in base64, before they are in the body | 4/3 × |
//! | the body of the request, which may have grown to twice its length | 2 × 4/3 × |
//! | together | 5 × |
//!
//! The files' own bytes are freed once the body is written, and the body is not copied again: the SDK hashes and sends it
//! where it is. So [`MAX_AT_ONCE`] mails take 100 MiB of the 256 MB, beside at most 2.5 MiB for the messages of a batch (256
//! KiB each) and as much for their mails, and the 11 MB of the process itself. The limit is one of mails and not of bytes, as
//! nobody knows how large a file is before it is fetched.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::MAX_TOTAL_BYTES;

/// How many mails with files are made and sent at the same time by one process.
pub const MAX_AT_ONCE: usize = 4;

/// What a mail with files takes at the worst moment, in sizes of its files.
const MAX_COPIES: usize = 5;

/// The mailer's `MemorySize` in `infra/template.yaml`.
const FUNCTION_MEMORY: usize = 256 * 1024 * 1024;

const _: () = assert!(
    MAX_AT_ONCE * MAX_COPIES * MAX_TOTAL_BYTES <= FUNCTION_MEMORY / 2,
    "the files take at most half of the memory"
);

/// The memory for the files of mails, in parts of one mail each.
#[derive(Debug)]
pub struct FileMemory(Arc<Semaphore>);

/// One mail's part, until it is dropped.
#[derive(Debug)]
pub struct FilePermit {
    _permit: OwnedSemaphorePermit,
}

impl Default for FileMemory {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_AT_ONCE)))
    }
}

impl FileMemory {
    /// A part that is free now, unless others wait for one.
    pub fn try_take(&self) -> Option<FilePermit> {
        let permit = Arc::clone(&self.0).try_acquire_owned().ok()?;
        Some(FilePermit { _permit: permit })
    }

    /// A part, once one is free, but for no longer than `max_wait`. Whoever came first gets it first.
    pub async fn take(&self, max_wait: Duration) -> Option<FilePermit> {
        let permit = tokio::time::timeout(max_wait, Arc::clone(&self.0).acquire_owned()).await;
        Some(FilePermit { _permit: permit.ok()?.ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_part_is_free_again_once_its_mail_has_ended_and_is_waited_for_until_then() {
        let memory = FileMemory::default();
        let mut taken: Vec<FilePermit> = std::iter::from_fn(|| memory.try_take()).collect();
        assert_eq!(taken.len(), MAX_AT_ONCE);
        assert!(memory.take(Duration::from_millis(1)).await.is_none());
        let waits = memory.take(Duration::from_secs(60));
        let ends = async { drop(taken.pop()) };
        let (permit, ()) = tokio::join!(waits, ends);
        assert!(permit.is_some() && memory.try_take().is_none());
    }
}
