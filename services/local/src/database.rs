//! A SQLite file in the directory of `--data`: what is not in a table, but must outlive the process.
//!
//! What [`Database::delete`] deletes is overwritten. SQLite writes to a log first (`*-wal`), which keeps
//! what rows were: it is emptied within [`LOG_DELAY`] and the time of one checkpoint, when the file is
//! closed, and, after a kill, when it is opened again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::BoxError;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// From a deletion until the log is emptied. Doing so costs about as much as a change: once a second is
/// little, after each of hundreds of deleted messages a second would be a lot.
const LOG_DELAY: Duration = Duration::from_secs(1);

/// An open file. Each change is flushed to the disk before [`Database::change`] returns: what was
/// promised after it survives a kill and a power cut.
#[derive(Debug, Clone)]
pub struct Database(Arc<Mutex<OpenFile>>);

#[derive(Debug)]
struct OpenFile {
    connection: Connection,
    /// A task waits to empty the log.
    log_is_due: bool,
}

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
            // Of a process that was killed before it could.
            empty_log(&connection)?;
            Ok(connection)
        };
        let connection = open().map_err(DataError::at(path.to_owned()))?;
        Ok(Self(Arc::new(Mutex::new(OpenFile { connection, log_is_due: false }))))
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

    /// As [`Database::change`], for work that deletes: soon no file has what is gone.
    pub async fn delete<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        self.lock().await.delete(work).await
    }
}

fn empty_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// A [`Database`] whose turn it is.
#[derive(Debug)]
pub struct Locked(OwnedMutexGuard<OpenFile>);

impl Locked {
    /// As [`Database::change`].
    pub async fn change<T: Send + 'static>(
        self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        let change = move |connection: &mut Connection| {
            let transaction = connection.transaction()?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        };
        self.on_disk(change).await
    }

    /// As [`Database::delete`].
    pub async fn delete<T: Send + 'static>(
        mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        // It waits for its turn, so it is after the deletion in any case.
        self.empty_log_soon();
        self.change(work).await
    }

    fn empty_log_soon(&mut self) {
        if std::mem::replace(&mut self.0.log_is_due, true) {
            return;
        }
        // Weak: whoever drops the database closes the file, and that empties the log too.
        let file = Arc::downgrade(OwnedMutexGuard::mutex(&self.0));
        tokio::spawn(async move {
            tokio::time::sleep(LOG_DELAY).await;
            let Some(file) = file.upgrade() else { return };
            Self(file.lock_owned().await).empty_log().await;
        });
    }

    async fn empty_log(mut self) {
        self.0.log_is_due = false;
        if let Err(error) = self.on_disk(|connection| empty_log(connection)).await {
            tracing::warn!(%error, "what was deleted is still in a log file of --data");
        }
    }

    /// On another thread, so that the runtime goes on while the disk is waited for.
    async fn on_disk<T: Send + 'static>(
        mut self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        let done = tokio::task::spawn_blocking(move || work(&mut self.0.connection));
        done.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{any_file_holds, as_a_kill_leaves_it, until};

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

    const TABLE: &str = "CREATE TABLE IF NOT EXISTS t (v)";

    /// A file in which a row that holds an address was inserted.
    async fn with_an_address(path: &Path) -> Database {
        let database = Database::open(path, TABLE).unwrap();
        let body = "jo@customers.example ".repeat(500);
        let insert = move |rows: &Connection| rows.execute("INSERT INTO t VALUES (?1)", [body]);
        database.change(insert).await.unwrap();
        database
    }

    #[tokio::test]
    async fn what_was_deleted_is_not_left_in_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let database = with_an_address(&directory.path().join("queues.sqlite")).await;
        database.delete(|rows| rows.execute("DELETE FROM t", [])).await.unwrap();
        drop(database);
        assert!(!any_file_holds(directory.path(), "jo@"));
    }

    #[tokio::test]
    async fn what_was_deleted_is_soon_in_no_file_while_the_database_stays_open() {
        let directory = tempfile::tempdir().unwrap();
        let database = with_an_address(&directory.path().join("queues.sqlite")).await;
        // The second time, too: what was due once is due again.
        for _ in 0..2 {
            let again = "jo@customers.example".repeat(500);
            let insert =
                move |rows: &Connection| rows.execute("INSERT INTO t VALUES (?1)", [again]);
            database.change(insert).await.unwrap();
            assert!(any_file_holds(directory.path(), "jo@"));
            database.delete(|rows| rows.execute("DELETE FROM t", [])).await.unwrap();
            until("no file holds it", async || {
                (!any_file_holds(directory.path(), "jo@")).then_some(())
            })
            .await;
        }
    }

    #[tokio::test]
    async fn a_log_that_a_killed_process_left_is_emptied_when_the_file_is_opened() {
        let directory = tempfile::tempdir().unwrap();
        let database = with_an_address(&directory.path().join("queues.sqlite")).await;
        database.delete(|rows| rows.execute("DELETE FROM t", [])).await.unwrap();
        let left = as_a_kill_leaves_it(directory.path());
        assert!(any_file_holds(left.path(), "jo@"));
        let _open = Database::open(&left.path().join("queues.sqlite"), TABLE).unwrap();
        assert!(!any_file_holds(left.path(), "jo@"));
    }
}
