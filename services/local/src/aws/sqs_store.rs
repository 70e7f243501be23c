//! The rows of `queues.sqlite`: every message that a queue holds, and the queues themselves.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// `engine_id` is the message's ID in rustack, new after each restart; `message_id` is the one that
/// its sender got. `source_queue` is the queue that a dead letter was moved from. Times are
/// milliseconds since 1970.
pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS queues (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        definitions TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS message (
        position INTEGER PRIMARY KEY,
        engine_id TEXT NOT NULL UNIQUE,
        message_id TEXT NOT NULL,
        queue TEXT NOT NULL,
        source_queue TEXT,
        receipt TEXT UNIQUE,
        receives INTEGER NOT NULL,
        sent_at INTEGER NOT NULL,
        visible_at INTEGER NOT NULL,
        content TEXT NOT NULL
    ) STRICT;";

/// The time, as the rows have it.
pub(super) fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// A message that a queue has accepted.
pub(super) struct NewMessage {
    pub id: String,
    pub sent_at: i64,
    pub visible_at: i64,
    /// Its part of the call that sent it: body and attributes.
    pub content: String,
}

/// A message as it was received: its ID in rustack and its receipt handle.
pub(super) struct Receipt {
    pub engine_id: String,
    pub receipt: String,
}

/// What a message was before a restart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub message_id: String,
    pub sent_at: i64,
    pub source_queue: Option<String>,
}

/// A message to be put back into its queue.
#[derive(Debug)]
pub(super) struct StoredMessage {
    pub position: i64,
    pub message_id: String,
    pub queue: String,
    pub source_queue: Option<String>,
    pub receives: i64,
    pub visible_at: i64,
    pub content: String,
}

type Changed<T = ()> = rusqlite::Result<T>;

pub(super) fn insert(to: &Connection, queue: &str, messages: &[NewMessage]) -> Changed {
    // A FIFO queue answers a repeated message with the first one's ID: that one has its row.
    let mut insert = to.prepare_cached(
        "INSERT OR IGNORE INTO message
            (engine_id, message_id, queue, receives, sent_at, visible_at, content)
         VALUES (?1, ?1, ?2, 0, ?3, ?4, ?5)",
    )?;
    for NewMessage { id, sent_at, visible_at, content } in messages {
        insert.execute(params![id, queue, sent_at, visible_at, content])?;
    }
    Ok(())
}

/// Records a receive of each message from `queue`, which is where it is from now on: rustack moves
/// a dead letter by itself.
pub(super) fn receive(
    of: &Connection,
    queue: &str,
    receipts: &[Receipt],
    visible_at: i64,
) -> Changed<Vec<Option<Origin>>> {
    let mut update = of.prepare_cached(
        "UPDATE message SET
            queue = ?2,
            source_queue = CASE WHEN queue = ?2 THEN source_queue ELSE queue END,
            receives = CASE WHEN queue = ?2 THEN receives + 1 ELSE 1 END,
            receipt = ?3,
            visible_at = ?4
         WHERE engine_id = ?1
         RETURNING message_id, sent_at, source_queue",
    )?;
    let mut origin = |Receipt { engine_id, receipt }: &Receipt| {
        let read = |row: &Row<'_>| {
            Ok(Origin { message_id: row.get(0)?, sent_at: row.get(1)?, source_queue: row.get(2)? })
        };
        update.query_row(params![engine_id, queue, receipt, visible_at], read).optional()
    };
    receipts.iter().map(&mut origin).collect()
}

/// Hides the message with each receipt handle until its time.
pub(super) fn hide(in_: &Connection, hidden: &[(String, i64)]) -> Changed {
    let mut update = in_.prepare_cached("UPDATE message SET visible_at = ?2 WHERE receipt = ?1")?;
    for (receipt, visible_at) in hidden {
        update.execute(params![receipt, visible_at])?;
    }
    Ok(())
}

/// Removes the messages with these receipt handles. One that was received again has another.
pub(super) fn delete(from: &Connection, receipts: &[String]) -> Changed {
    let mut delete = from.prepare_cached("DELETE FROM message WHERE receipt = ?1")?;
    for receipt in receipts {
        delete.execute([receipt])?;
    }
    Ok(())
}

/// Removes every message of a queue.
pub(super) fn clear(from: &Connection, queue: &str) -> Changed {
    from.execute("DELETE FROM message WHERE queue = ?1", [queue])?;
    Ok(())
}

pub(super) fn save_definitions(in_: &Connection, definitions: &str) -> Changed {
    in_.execute("INSERT OR REPLACE INTO queues (id, definitions) VALUES (1, ?1)", [definitions])?;
    Ok(())
}

/// The definitions that were saved last.
pub(super) fn definitions(of: &Connection) -> Changed<Option<String>> {
    of.query_row("SELECT definitions FROM queues", [], |row| row.get(0)).optional()
}

/// All messages, in the order in which they were sent.
pub(super) fn messages(of: &Connection) -> Changed<Vec<StoredMessage>> {
    let mut select = of.prepare(
        "SELECT position, message_id, queue, source_queue, receives, visible_at, content
         FROM message ORDER BY position",
    )?;
    let read = |row: &Row<'_>| {
        Ok(StoredMessage {
            position: row.get(0)?,
            message_id: row.get(1)?,
            queue: row.get(2)?,
            source_queue: row.get(3)?,
            receives: row.get(4)?,
            visible_at: row.get(5)?,
            content: row.get(6)?,
        })
    };
    select.query_map([], read)?.collect()
}

/// Records a message that was put back: its new ID in rustack, and its queue. To rustack it is a
/// message that was never received.
pub(super) fn put_back(in_: &Connection, message: &StoredMessage, engine_id: &str) -> Changed {
    let mut update = in_.prepare_cached(
        "UPDATE message
         SET engine_id = ?2, queue = ?3, source_queue = ?4, receipt = NULL, receives = 0
         WHERE position = ?1",
    )?;
    let StoredMessage { position, queue, source_queue, .. } = message;
    update.execute(params![position, engine_id, queue, source_queue])?;
    Ok(())
}
