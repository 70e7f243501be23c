//! Where accepted mail is kept: the newest in memory, all of it as files if a directory is given.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::mail::Mail;

/// How many mails are kept in memory.
pub const MAX_MAILS_IN_MEMORY: usize = 2_000;

/// The accepted mails of all recipients.
#[derive(Debug)]
pub struct Mailbox {
    directory: Option<PathBuf>,
    accepted: AtomicU64,
    newest_last: Mutex<VecDeque<Arc<Mail>>>,
}

/// The directory cannot be created.
#[derive(Debug, thiserror::Error)]
#[error("Cannot write e-mails to {directory}: {source}")]
pub struct MailboxError {
    directory: String,
    source: io::Error,
}

impl Mailbox {
    pub(super) fn open(directory: Option<&Path>) -> Result<Self, MailboxError> {
        if let Some(directory) = directory {
            fs::create_dir_all(directory).map_err(|source| MailboxError {
                directory: directory.display().to_string(),
                source,
            })?;
        }
        Ok(Self {
            directory: directory.map(Path::to_path_buf),
            accepted: AtomicU64::default(),
            newest_last: Mutex::default(),
        })
    }

    /// Keeps a mail. If there is a directory, the file is complete when this returns.
    ///
    /// # Errors
    /// The file could not be written; the mail is not kept then.
    pub(super) fn put(&self, mail: Mail) -> io::Result<Arc<Mail>> {
        // Outside the lock: a slow disk must not hold up the page.
        if let Some(directory) = &self.directory {
            write_atomically(directory, &mail)?;
        }
        let mail = Arc::new(mail);
        let mut mails = self.mails();
        // Files have no limit; memory must have one, for runs of a million events.
        if mails.len() >= MAX_MAILS_IN_MEMORY {
            mails.pop_front();
        }
        mails.push_back(Arc::clone(&mail));
        self.accepted.fetch_add(1, Ordering::Relaxed);
        Ok(mail)
    }

    /// How many mails were accepted since the start, kept or not.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// The mails in memory, the newest first.
    pub fn newest_first(&self) -> Vec<Arc<Mail>> {
        self.mails().iter().rev().cloned().collect()
    }

    /// A mail in memory by SES's message ID.
    pub fn find(&self, id: &str) -> Option<Arc<Mail>> {
        self.mails().iter().rev().find(|m| m.id == id).cloned()
    }

    /// The directory that holds each mail as a file.
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    fn mails(&self) -> MutexGuard<'_, VecDeque<Arc<Mail>>> {
        self.newest_last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write_atomically(directory: &Path, mail: &Mail) -> io::Result<()> {
    // Under another name first: whoever lists the directory never reads half an `.eml` file.
    let part = directory.join(format!(".{}.part", mail.id));
    fs::write(&part, mail.to_rfc5322())?;
    fs::rename(&part, directory.join(format!("{}.eml", mail.id)))
}
