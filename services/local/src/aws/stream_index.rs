//! Adds an index and a retention to dynoxide's table of stream records.
//!
//! Each write to a table with a stream queries the highest sequence number, and each read of the
//! stream those above one. Without an index both scan every record, under the one lock that all
//! calls share: at 10,000 records a write took over ten times as long. Without a retention no record
//! is ever removed; AWS keeps them for 24 hours.

use rusqlite::Connection;

/// Sequence numbers are kept as text and compared as numbers, so the index is on the number.
const INDEX: &str = "
    CREATE INDEX IF NOT EXISTS waybill_stream_order
    ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

/// Every thousandth write removes the records older than a day.
const RETENTION: &str = "
    CREATE TRIGGER IF NOT EXISTS waybill_stream_retention
    AFTER INSERT ON _stream_records WHEN NEW.id % 1000 = 0
    BEGIN
        DELETE FROM _stream_records WHERE created_at < NEW.created_at - 86400;
    END";

/// Adds both to the database at `path`, which dynoxide has open. They live in its schema, so this
/// connection is not needed afterwards.
pub(super) fn add(path: &str) -> rusqlite::Result<()> {
    let connection = Connection::open(path)?;
    connection.execute_batch(INDEX)?;
    connection.execute_batch(RETENTION)
}

#[cfg(test)]
mod tests {
    use dynoxide::Database;

    use super::*;

    #[test]
    fn the_queries_of_dynoxide_use_the_index() {
        let path = "file:stream-index-test?mode=memory&cache=shared";
        let _database = Database::new(path).unwrap();
        add(path).unwrap();
        add(path).unwrap();
        let connection = Connection::open(path).unwrap();
        for query in [
            "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1
             FROM _stream_records WHERE table_name = 't'",
            "SELECT event_name FROM _stream_records
             WHERE table_name = 't' AND shard_id = 's' AND CAST(sequence_number AS INTEGER) > 7
             ORDER BY CAST(sequence_number AS INTEGER) ASC LIMIT 100",
        ] {
            let plan: String = connection
                .query_row(&format!("EXPLAIN QUERY PLAN {query}"), [], |row| row.get(3))
                .unwrap();
            assert!(plan.contains("waybill_stream_order"), "{plan}");
        }
    }

    #[test]
    fn records_older_than_a_day_are_removed() {
        let path = "file:stream-retention-test?mode=memory&cache=shared";
        let _database = Database::new(path).unwrap();
        add(path).unwrap();
        let connection = Connection::open(path).unwrap();
        let insert = "INSERT INTO _stream_records
            (id, table_name, event_name, keys_json, sequence_number, shard_id, created_at)
            VALUES (?1, 't', 'INSERT', '{}', '1', 's', ?2)";
        for (id, created_at) in [(1, 0), (2, 100_000), (1000, 100_001)] {
            connection.execute(insert, [id, created_at]).unwrap();
        }
        let left = "SELECT group_concat(id) FROM _stream_records";
        let left: String = connection.query_row(left, [], |row| row.get(0)).unwrap();
        assert_eq!(left, "2,1000");
    }
}
