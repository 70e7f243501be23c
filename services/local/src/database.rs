//! A SQLite file in the directory of `--data`: what is not in a table, but must outlive the process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::BoxError;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// An open file. Each change is flushed to the disk before [`Database::change`] returns: what was
/// promised after it survives a kill and a power cut.
#[derive(Debug, Clone)]
pub struct Database(Arc<Mutex<Connection>>);

/// The file cannot be opened or read.
#[derive(Debug, thiserror::Error)]
#[error("Cannot use {}: {source}.{hint}", path.display())]
pub struct DataError {
    path: PathBuf,
    source: BoxError,
    hint: &'static str,
}

impl DataError {
    /// For `map_err`, about the file at `path`.
    pub fn at<E: Into<BoxError>>(path: PathBuf) -> impl FnOnce(E) -> Self {
        move |source| {
            let source = source.into();
            let hint = if is_locked(&source) {
                " Stop the other stack that runs with this --data directory, or name another one."
            } else {
                ""
            };
            Self { path, source, hint }
        }
    }
}

fn is_locked(error: &BoxError) -> bool {
    let sqlite = error.downcast_ref::<rusqlite::Error>();
    sqlite.and_then(rusqlite::Error::sqlite_error_code) == Some(ErrorCode::DatabaseBusy)
}

impl Database {
    /// Opens `path`, and makes it with its directory and the tables of `schema` if they are missing.
    ///
    /// # Errors
    /// [`DataError`], also while another process has it open.
    pub fn open(path: &Path, schema: &str) -> Result<Self, DataError> {
        let open = || -> Result<Connection, BoxError> {
            if let Some(directory) = path.parent() {
                std::fs::create_dir_all(directory)?;
            }
            let connection = Connection::open(path)?;
            // Two stacks that deliver the same messages would each undo what the other records.
            connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            // A message that was deleted holds addresses: an erasure leaves none of them in the file.
            connection.pragma_update(None, "secure_delete", "ON")?;
            connection.execute_batch(schema)?;
            Ok(connection)
        };
        let connection = open().map_err(DataError::at(path.to_owned()))?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Waits for its turn; until the guard is used or dropped, nobody else changes anything.
    pub async fn lock(&self) -> Locked {
        Locked(Arc::clone(&self.0).lock_owned().await)
    }

    /// Runs `work` as one transaction: all of it is on disk afterwards, or nothing.
    pub async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        self.lock().await.change(work).await
    }
}

/// A [`Database`] whose turn it is.
#[derive(Debug)]
pub struct Locked(OwnedMutexGuard<Connection>);

impl Locked {
    /// As [`Database::change`].
    pub async fn change<T: Send + 'static>(
        mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        // On another thread, so that the runtime goes on while the disk is waited for.
        let changed = tokio::task::spawn_blocking(move || {
            let transaction = self.0.transaction()?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        });
        changed.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_another_stack_uses_is_refused_with_what_to_do() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new").join("queues.sqlite");
        let first = Database::open(&path, "CREATE TABLE IF NOT EXISTS t (v)").unwrap();
        let error = Database::open(&path, "CREATE TABLE IF NOT EXISTS t (v)").unwrap_err();
        assert!(error.to_string().ends_with(
            ": database is locked. Stop the other stack that runs with this --data directory, \
             or name another one."
        ));
        drop(first);
        Database::open(&path, "CREATE TABLE IF NOT EXISTS t (v)").unwrap();
    }

    #[tokio::test]
    async fn what_was_deleted_is_not_left_in_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("queues.sqlite");
        let database = Database::open(&path, "CREATE TABLE t (v)").unwrap();
        let body = "jo@customers.example ".repeat(500);
        let insert = move |rows: &Connection| rows.execute("INSERT INTO t VALUES (?1)", [body]);
        database.change(insert).await.unwrap();
        database.change(|rows| rows.execute("DELETE FROM t", [])).await.unwrap();
        drop(database);
        let file = std::fs::read(&path).unwrap();
        assert!(!file.windows(3).any(|bytes| bytes == b"jo@"));
    }
}
