//! The mailbox on disk: `mailbox.sqlite` in the directory of `--data`.
//!
//! Besides the mails it holds SES's events about them until they are in the feedback queue. A stack
//! that is killed in between publishes them when it starts again: else a mail whose answer was lost
//! too would stay in doubt, and be sent again.
//!
//! A mail that was deleted is in none of the files any more a second or so later: see [`Database`].

use std::io;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, ToSql};
use shared::queue::sqs_json::escape_noncharacters;

use super::event::SesEvent;
use super::mail::Mail;
use crate::database::{DataError, Database};

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
pub struct MailboxFile(Database);

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
    #[error(transparent)]
    File(#[from] DataError),
    #[error(
        "{file} is the mailbox of another version of Waybill. Move it away: the next start makes a \
         new one."
    )]
    OtherVersion { file: String },
}

impl MailboxFile {
    /// Opens `mailbox.sqlite` in `data`; both are made if they are not there. Of its mails it keeps
    /// the newest `limit`.
    pub async fn open(data: &Path, limit: usize) -> Result<(Self, Contents), MailboxError> {
        let path = data.join("mailbox.sqlite");
        // Its tables are made only once it is known to be no other version's.
        let database = Database::open(&path, "")?;
        let opened = database.delete(move |rows| match has_this_version(rows)? {
            true => read(rows, limit),
            false => Ok(None),
        });
        let file = path.display().to_string();
        let contents = opened.await.map_err(DataError::at(path))?;
        Ok((Self(database), contents.ok_or(MailboxError::OtherVersion { file })?))
    }

    /// Keeps a mail and the events about it, both or neither; both are on disk when this returns.
    pub async fn put(&self, mail: &Mail, events: Vec<String>) -> rusqlite::Result<Vec<SesEvent>> {
        let json = serde_json::to_string(mail).expect("a mail has only text keys");
        let id = mail.id.clone();
        self.0.change(move |rows| insert(rows, [&id, &json], events)).await
    }

    /// Deletes the mails with these ids.
    pub async fn delete(&self, ids: Vec<String>) -> rusqlite::Result<()> {
        self.delete_each("DELETE FROM mails WHERE id = ?1", ids).await
    }

    /// Deletes events that are in the feedback queue.
    pub async fn delete_events(&self, numbers: Vec<i64>) -> rusqlite::Result<()> {
        self.delete_each("DELETE FROM events WHERE number = ?1", numbers).await
    }

    async fn delete_each<T: ToSql + Send + 'static>(
        &self,
        statement: &'static str,
        keys: Vec<T>,
    ) -> rusqlite::Result<()> {
        let delete = move |rows: &Connection| {
            let mut statement = rows.prepare_cached(statement)?;
            keys.into_iter().try_for_each(|key| statement.execute([key]).map(drop))
        };
        self.0.delete(delete).await
    }
}

/// Whether the file is of this version, or was just made, and is from now on.
fn has_this_version(rows: &Connection) -> rusqlite::Result<bool> {
    let version: i64 = rows.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    // 0 is a file that was just made.
    if ![0, VERSION].contains(&version) {
        return Ok(false);
    }
    rows.execute_batch(SCHEMA)?;
    rows.pragma_update(None, "user_version", VERSION)?;
    Ok(true)
}

fn insert(
    rows: &Connection,
    mail: [&String; 2],
    events: Vec<String>,
) -> rusqlite::Result<Vec<SesEvent>> {
    rows.prepare_cached("INSERT INTO mails (id, mail) VALUES (?1, ?2)")?.execute(mail)?;
    let mut insert = rows.prepare_cached("INSERT INTO events (body) VALUES (?1)")?;
    let keep = |body| Ok(SesEvent { number: Some(insert.insert([&body])?), body });
    events.into_iter().map(escape_noncharacters).map(keep).collect()
}

/// `None` if a mail cannot be read.
fn read(rows: &Connection, limit: usize) -> rusqlite::Result<Option<Contents>> {
    // A stack that was killed may have left more than its mailbox holds.
    rows.execute(
        "DELETE FROM mails WHERE number NOT IN (SELECT number FROM mails ORDER BY number DESC LIMIT ?1)",
        [limit],
    )?;
    let mails = rows
        .prepare("SELECT mail FROM mails ORDER BY number")?
        .query_map([], |row| row.get::<_, String>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mails: serde_json::Result<Vec<Mail>> =
        mails.iter().map(|json| serde_json::from_str(json)).collect();
    let Ok(mails) = mails else { return Ok(None) };
    let accepted = rows
        .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'mails'", [], |row| row.get(0))
        .optional()?
        .unwrap_or_default();
    let events = rows
        .prepare("SELECT number, body FROM events ORDER BY number")?
        .query_map([], |row| Ok(SesEvent { number: Some(row.get(0)?), body: row.get(1)? }))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Some(Contents { mails, accepted, events }))
}
