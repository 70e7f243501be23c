//! The asynchronous invocations in progress, in `invocations.sqlite`.

use std::path::Path;

use bytes::Bytes;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::database::{DataError, Database};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS invocation (
        position INTEGER PRIMARY KEY,
        request_id TEXT NOT NULL UNIQUE,
        function TEXT NOT NULL,
        payload BLOB NOT NULL
    ) STRICT";

/// What was taken and is not done. A clone is another handle to the same file.
#[derive(Debug, Clone)]
pub struct InvocationStore(Database);

/// An invocation's id, its function's ARN and its payload.
type Stored = (Uuid, String, Bytes);

impl InvocationStore {
    /// Opens the file in `directory`, or makes it.
    pub fn open(directory: &Path) -> Result<Self, DataError> {
        Database::open(&directory.join("invocations.sqlite"), SCHEMA).map(Self)
    }

    pub(super) async fn insert(
        &self,
        request_id: Uuid,
        arn: &str,
        payload: &Bytes,
    ) -> rusqlite::Result<()> {
        let (arn, payload) = (arn.to_owned(), payload.clone());
        let sql = "INSERT INTO invocation (request_id, function, payload) VALUES (?1, ?2, ?3)";
        let insert = move |rows: &Connection| {
            rows.execute(sql, params![request_id.to_string(), arn, payload.as_ref()]).map(drop)
        };
        self.0.change(insert).await
    }

    pub(super) async fn remove(&self, request_id: Uuid) -> rusqlite::Result<()> {
        let sql = "DELETE FROM invocation WHERE request_id = ?1";
        self.0.delete(move |rows| rows.execute(sql, [request_id.to_string()]).map(drop)).await
    }

    /// All of them, in the order in which they were taken.
    pub(super) async fn all(&self) -> rusqlite::Result<Vec<Stored>> {
        let sql = "SELECT request_id, function, payload FROM invocation ORDER BY position";
        let read = |row: &Row<'_>| {
            let request_id: String = row.get(0)?;
            let payload: Vec<u8> = row.get(2)?;
            Ok((request_id.parse().unwrap_or_default(), row.get(1)?, payload.into()))
        };
        self.0.change(move |rows| rows.prepare(sql)?.query_map([], read)?.collect()).await
    }
}
