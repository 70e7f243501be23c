//! The files that go with a mail, such as an invoice: fetched from S3 when it is sent.
//!
//! Promises:
//! - What is missing, forbidden, too large, of another type, not there in time or refused by SES is left out, with a warning,
//!   and the ledger keeps which and why: the mail goes without it. Two things are beyond that: a virus in a file, of which SES
//!   tells only after it has accepted the mail (it is recorded as rejected with its files, and `waybill resend` sends it
//!   without), and a process that dies while it fetches, after which the mail is in doubt as after any death under the lease.
//! - A mail waits for the memory of its files before it takes a turn and is claimed: nothing is in doubt for it, and no
//!   file left out.
//! - A shop's events name objects in the shop's own folder only
//!   ([`AttachmentFolder`](shared::shop_settings::AttachmentFolder)).
//! - The bytes decide what a file is, and a `Content-Type` that says something else is not believed.
//! - Where an event names no file, nothing is called and nothing is built.
//!
//! # Limits
//!
//! SES takes mails of 40 MB. What a mail's files may be together, [`MAX_TOTAL_BYTES`], is far less: the function has 256 MB
//! and 14 % of a core. How the memory is shared: `memory`. Encoding and signing
//! 5 MiB are tenths of a second of that core. What customers get as invoice or label is 20 KB to 500 KB.
//!
//! A request is one signed GET. The SDK of S3 would double the function's size for it.

mod fetch;
mod file_name;
mod file_type;
mod memory;
mod object_store;
mod signature;

pub use fetch::{AttachmentReader, Fetched, File};
pub use memory::FilePermit;

/// The most bytes of the files of one mail together: 5 MiB.
pub const MAX_TOTAL_BYTES: usize = 5 * 1024 * 1024;
