//! Where accepted mail is kept: the newest in memory, and on disk if a directory is given.

use std::collections::{HashSet, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::event::SesEvent;
use super::mail::Mail;
use super::mailbox_file::{Contents, MailboxError, MailboxFile};

/// How many mails the mailbox holds.
pub const MAX_MAILS_IN_MEMORY: usize = 2_000;

/// Where mails are kept besides memory. Each directory is made if it is missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Directories<'a> {
    /// Gets each accepted mail as `MESSAGE-ID.eml`. Nothing removes them.
    pub eml: Option<&'a Path>,
    /// Has the mailbox's file, with which it survives a restart.
    pub data: Option<&'a Path>,
}

/// The accepted mails of all recipients.
#[derive(Debug)]
pub struct Mailbox {
    eml: Option<PathBuf>,
    file: Option<MailboxFile>,
    accepted: AtomicU64,
    newest_last: Mutex<VecDeque<Arc<Mail>>>,
}

impl Mailbox {
    /// Opens it, with the events that were not yet published when it was last closed.
    pub(super) async fn open(
        directories: Directories<'_>,
    ) -> Result<(Self, Vec<SesEvent>), MailboxError> {
        if let Some(eml) = directories.eml {
            fs::create_dir_all(eml).map_err(|source| MailboxError::Directory {
                directory: eml.display().to_string(),
                source,
            })?;
        }
        let (file, contents) = match directories.data {
            Some(data) => {
                let (file, contents) = MailboxFile::open(data, MAX_MAILS_IN_MEMORY).await?;
                (Some(file), contents)
            }
            None => (None, Contents::default()),
        };
        let mailbox = Self {
            eml: directories.eml.map(Path::to_path_buf),
            file,
            accepted: AtomicU64::new(contents.accepted),
            newest_last: Mutex::new(contents.mails.into_iter().map(Arc::new).collect()),
        };
        Ok((mailbox, contents.events))
    }

    /// Keeps a mail and the events about it. Where it has files, they are complete when this returns.
    ///
    /// # Errors
    /// A file could not be written; the mail is not kept then.
    pub(super) async fn put(
        &self,
        mail: Mail,
        events: Vec<String>,
    ) -> io::Result<(Arc<Mail>, Vec<SesEvent>)> {
        // Outside the lock: a slow disk must not hold up the page.
        if let Some(directory) = &self.eml {
            write_atomically(directory, &mail)?;
        }
        let events = match &self.file {
            Some(file) => file.put(&mail, events).await.map_err(io::Error::other)?,
            None => events.into_iter().map(SesEvent::in_memory).collect(),
        };
        let mail = Arc::new(mail);
        let pushed_out = self.push(Arc::clone(&mail));
        if let (Some(file), Some(pushed_out)) = (&self.file, pushed_out) {
            // SES has taken the mail by now. One that is too many on disk is gone at the next start.
            let _ = file.delete(vec![pushed_out.id.clone()]).await;
        }
        Ok((mail, events))
    }

    /// Adds the newest mail; the oldest, if there are too many.
    fn push(&self, mail: Arc<Mail>) -> Option<Arc<Mail>> {
        let mut mails = self.mails();
        // Files have no limit; memory must have one, for runs of a million events.
        let pushed_out = if mails.len() >= MAX_MAILS_IN_MEMORY { mails.pop_front() } else { None };
        mails.push_back(mail);
        self.accepted.fetch_add(1, Ordering::Relaxed);
        pushed_out
    }

    /// Deletes the mails that `matches` selects, also from the mailbox's file; how many there were.
    ///
    /// # Errors
    /// The file could not be written; nothing is deleted then.
    pub async fn delete(&self, matches: impl Fn(&Mail) -> bool) -> io::Result<usize> {
        let mut selected = self.newest_first();
        selected.retain(|mail| matches(mail));
        let ids: Vec<_> = selected.iter().map(|mail| mail.id.clone()).collect();
        // The file first: what was reported as deleted must not be back after a restart.
        if let Some(file) = &self.file {
            file.delete(ids.clone()).await.map_err(io::Error::other)?;
        }
        let ids: HashSet<String> = ids.into_iter().collect();
        let mut mails = self.mails();
        let before = mails.len();
        mails.retain(|mail| !ids.contains(&mail.id));
        Ok(before - mails.len())
    }

    /// Forgets events that are in the feedback queue: they are not published again after a restart.
    pub async fn forget_events(&self, events: &[SesEvent]) {
        let Some(file) = &self.file else { return };
        let numbers: Vec<_> = events.iter().filter_map(|event| event.number).collect();
        if let Err(error) = file.delete_events(numbers).await {
            // They are published again, and feedback has seen them by then.
            tracing::warn!(%error, "SES's published events are still in the mailbox's file");
        }
    }

    /// How many mails were accepted, kept or not: since the start, or since the file was made.
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

    /// The directory that holds each mail as an `.eml` file.
    pub fn eml_directory(&self) -> Option<&Path> {
        self.eml.as_deref()
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
