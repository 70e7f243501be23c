//! The events of the bus on disk, in `mail-events.sqlite`.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::kept::MAX_KEPT;
use super::taken::TakenEvent;
use crate::database::{DataError, Database};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS mail_event (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        envelope TEXT NOT NULL,
        taken_at INTEGER NOT NULL,
        is_delivered INTEGER NOT NULL
    ) STRICT";

/// Of those that are delivered, the newest stay.
const FORGET: &str = "DELETE FROM mail_event WHERE is_delivered AND position <= ?1";

/// The events that are kept. A clone is another handle to the same file.
#[derive(Debug, Clone)]
pub(super) struct MailEventStore(Database);

impl MailEventStore {
    /// Opens the file in `directory`, or makes it.
    pub fn open(directory: &Path) -> Result<Self, DataError> {
        Database::open(&directory.join("mail-events.sqlite"), SCHEMA).map(Self)
    }

    /// Stores an event, and returns its position.
    pub async fn insert(&self, event: &TakenEvent, is_delivered: bool) -> rusqlite::Result<i64> {
        let (envelope, taken_at) = (event.envelope.to_string(), event.taken_at.as_millisecond());
        let sql = "INSERT INTO mail_event (envelope, taken_at, is_delivered) VALUES (?1, ?2, ?3)";
        let insert = move |rows: &Connection| {
            rows.execute(sql, params![envelope, taken_at, is_delivered])?;
            let position = rows.last_insert_rowid();
            let kept = i64::try_from(MAX_KEPT).unwrap_or(i64::MAX);
            rows.execute(FORGET, [position - kept])?;
            Ok(position)
        };
        self.0.change(insert).await
    }

    /// Marks an event as delivered, or given up.
    pub async fn set_delivered(&self, position: i64) -> rusqlite::Result<()> {
        let sql = "UPDATE mail_event SET is_delivered = 1 WHERE position = ?1";
        self.0.change(move |rows| rows.execute(sql, [position]).map(drop)).await
    }

    /// All of them, in the order in which they were taken, and whether each is delivered.
    pub async fn all(&self) -> rusqlite::Result<Vec<(TakenEvent, bool)>> {
        let sql =
            "SELECT position, envelope, taken_at, is_delivered FROM mail_event ORDER BY position";
        let read = |row: &Row<'_>| {
            let (envelope, taken_at): (String, i64) = (row.get(1)?, row.get(2)?);
            let event = TakenEvent {
                position: Some(row.get(0)?),
                envelope: serde_json::from_str(&envelope).unwrap_or_default(),
                taken_at: Timestamp::from_millisecond(taken_at).unwrap_or_default(),
            };
            Ok((event, row.get(3)?))
        };
        self.0.change(move |rows| rows.prepare(sql)?.query_map([], read)?.collect()).await
    }
}
