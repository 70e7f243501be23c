//! The event source mapping of a DynamoDB stream.
//!
//! By AWS's rules:
//! [with-ddb](https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html),
//! [errors](https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html),
//! [partial batch responses](https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html).
//! Each shard is read in order, one batch at a time, a child after its parent. A batch that fails
//! is retried, as it is or split, until its records succeed, are too old, or have used up their
//! retries; then they are discarded, and the failure destination receives their sequence numbers.

mod checkpoint;
mod delivery;
mod failure_destination;
mod mapping;
mod reader;
mod record;
mod retry;
mod shards;

pub use mapping::{EventName, Filter, StartingPosition, StreamMapping};
