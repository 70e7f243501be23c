//! The mailbox on disk: `mailbox.sqlite` in the directory of `--data`.
//!
//! Besides the mails it holds SES's events about them until they are in the feedback queue. A stack
//! that is killed in between publishes them when it starts again: else a mail whose answer was lost
//! too would stay in doubt, and be sent again.

use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension};
use shared::queue::message::escape_noncharacters;

use super::event::SesEvent;
use super::mail::Mail;

/// Of the tables and of what is in them. Another one is refused.
const VERSION: i64 = 1;

// A number is never used twice, so the highest is the count of all mails ever accepted.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS mails (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        mail TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS events (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        body TEXT NOT NULL
    );";

/// An open file.
#[derive(Debug)]
pub struct MailboxFile(Mutex<Connection>);

/// What a file held when it was opened.
#[derive(Debug, Default)]
pub struct Contents {
    /// The newest mails, the newest last.
    pub mails: Vec<Mail>,
    /// How many were ever accepted.
    pub accepted: u64,
    /// Not yet in the feedback queue.
    pub events: Vec<SesEvent>,
}

/// Why the mailbox cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    #[error("Cannot write e-mails to {directory}: {source}")]
    Directory { directory: String, source: io::Error },
    #[error("Cannot keep the mailbox in {file}: {source}")]
    File { file: String, source: rusqlite::Error },
    #[error(
        "{file} is the mailbox of another version of Waybill. Move it away: the next start makes a \
         new one."
    )]
    OtherVersion { file: String },
}

impl MailboxFile {
    /// Opens `mailbox.sqlite` in `data`; both are made if they are not there. Of its mails it keeps
    /// the newest `limit`.
    pub fn open(data: &Path, limit: usize) -> Result<(Self, Contents), MailboxError> {
        let path = data.join("mailbox.sqlite");
        let name = || path.display().to_string();
        let directory = || data.display().to_string();
        std::fs::create_dir_all(data)
            .map_err(|source| MailboxError::Directory { directory: directory(), source })?;
        let mut connection = connect(&path)
            .map_err(|source| MailboxError::File { file: name(), source })?
            .ok_or_else(|| MailboxError::OtherVersion { file: name() })?;
        let contents = read(&mut connection, limit)
            .map_err(|source| MailboxError::File { file: name(), source })?
            .ok_or_else(|| MailboxError::OtherVersion { file: name() })?;
        Ok((Self(Mutex::new(connection)), contents))
    }

    /// Keeps a mail and the events about it, both or neither; both are on disk when this returns.
    pub fn put(&self, mail: &Mail, events: Vec<String>) -> rusqlite::Result<Vec<SesEvent>> {
        let json = serde_json::to_string(mail).expect("a mail has only text keys");
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction
            .prepare_cached("INSERT INTO mails (id, mail) VALUES (?1, ?2)")?
            .execute([&mail.id, &json])?;
        let mut kept = Vec::with_capacity(events.len());
        for body in events {
            let body = escape_noncharacters(body);
            transaction
                .prepare_cached("INSERT INTO events (body) VALUES (?1)")?
                .execute([&body])?;
            kept.push(SesEvent { number: Some(transaction.last_insert_rowid()), body });
        }
        transaction.commit()?;
        Ok(kept)
    }

    /// Deletes the mails with these ids.
    pub fn delete<'a>(&self, ids: impl Iterator<Item = &'a str>) -> rusqlite::Result<()> {
        self.delete_each("DELETE FROM mails WHERE id = ?1", ids)
    }

    /// Deletes events that are in the feedback queue.
    pub fn delete_events(&self, numbers: impl Iterator<Item = i64>) -> rusqlite::Result<()> {
        self.delete_each("DELETE FROM events WHERE number = ?1", numbers)
    }

    fn delete_each<T: rusqlite::ToSql>(
        &self,
        statement: &str,
        keys: impl Iterator<Item = T>,
    ) -> rusqlite::Result<()> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        for key in keys {
            transaction.prepare_cached(statement)?.execute([key])?;
        }
        transaction.commit()
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `None` for a file of another version.
fn connect(path: &Path) -> rusqlite::Result<Option<Connection>> {
    let connection = Connection::open(path)?;
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    // 0 is a file that was just made.
    if ![0, VERSION].contains(&version) {
        return Ok(None);
    }
    // One sync a commit instead of several; SQLite's default is to wait for it.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.execute_batch(SCHEMA)?;
    connection.pragma_update(None, "user_version", VERSION)?;
    Ok(Some(connection))
}

/// `None` if a mail cannot be read.
fn read(connection: &mut Connection, limit: usize) -> rusqlite::Result<Option<Contents>> {
    // A stack that was killed may have left more than its mailbox holds.
    connection.execute(
        "DELETE FROM mails WHERE number NOT IN (SELECT number FROM mails ORDER BY number DESC LIMIT ?1)",
        [limit],
    )?;
    let mails = connection
        .prepare("SELECT mail FROM mails ORDER BY number")?
        .query_map([], |row| row.get::<_, String>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mails: serde_json::Result<Vec<Mail>> =
        mails.iter().map(|json| serde_json::from_str(json)).collect();
    let Ok(mails) = mails else { return Ok(None) };
    let accepted = connection
        .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'mails'", [], |row| row.get(0))
        .optional()?
        .unwrap_or_default();
    let events = connection
        .prepare("SELECT number, body FROM events ORDER BY number")?
        .query_map([], |row| Ok(SesEvent { number: Some(row.get(0)?), body: row.get(1)? }))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Some(Contents { mails, accepted, events }))
}
