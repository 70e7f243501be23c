//! Fetching the files of one mail.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_types::Blob;
use kit::telemetry::{Count, count};
use shared::ledger::{LeftOut, LeftOutReason};
use shared::shop_settings::AttachmentSource;
use shared::{Attachment, ShopId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::file_name::file_name;
use super::file_type::FileType;
use super::object_store::{ObjectStore, Unfetched};
use super::{MAX_AT_ONCE, MAX_TOTAL_BYTES};

/// Fetches the files of mails.
#[derive(Debug)]
pub struct AttachmentReader {
    store: ObjectStore,
    /// Bounds the memory: held by a mail with files until SES has answered.
    at_once: Arc<Semaphore>,
}

/// The files of one mail.
#[derive(Debug, Default)]
pub struct Fetched {
    /// Those that go with it.
    pub files: Vec<File>,
    /// Those that do not.
    pub left_out: LeftOut,
    _permit: Option<OwnedSemaphorePermit>,
}

/// A file that goes with a mail.
#[derive(Debug)]
pub struct File {
    /// What the customer sees, with the ending of its type.
    pub name: String,
    /// `application/pdf`.
    pub media_type: &'static str,
    /// Its bytes.
    pub content: Blob,
}

impl Fetched {
    /// No file, since all of these are left out.
    pub fn none(left_out: LeftOut) -> Self {
        Self { left_out, ..Self::default() }
    }
}

impl AttachmentReader {
    /// With `sdk`'s region, credentials and endpoint. Builds no client and calls nothing yet.
    #[must_use]
    pub fn new(sdk: &SdkConfig) -> Self {
        Self { store: ObjectStore::new(sdk), at_once: Arc::new(Semaphore::new(MAX_AT_ONCE)) }
    }

    /// Fetches what `wanted` names for a mail of `shop`, in at most `max_time`. `None`: so many other mails with files are
    /// under way that this one has to come again.
    pub async fn fetch(
        &self,
        shop: &ShopId,
        source: Option<&AttachmentSource>,
        wanted: &[Attachment],
        max_time: Duration,
    ) -> Option<Fetched> {
        let until = Instant::now() + max_time;
        let permit = Arc::clone(&self.at_once).acquire_owned();
        // Not all of the time: S3 must not be blamed for what this process has to do.
        let permit = tokio::time::timeout(max_time / 2, permit).await.ok()?.ok()?;
        let mut fetched = Fetched { _permit: Some(permit), ..Fetched::default() };
        let mut left = MAX_TOTAL_BYTES;
        for attachment in wanted {
            match self.fetch_one(shop, source, attachment, left, until).await {
                Ok(file) => {
                    left -= file.content.as_ref().len();
                    fetched.files.push(file);
                }
                Err(reason) => {
                    count(Count::AttachmentLeftOut);
                    let (kind, reason_code) = (attachment.kind.as_str(), reason.as_str());
                    // Not the key: it may hold a name or an order's number.
                    tracing::warn!(kind, reason = reason_code, "the mail goes without a file");
                    fetched.left_out.push(attachment.kind, reason);
                }
            }
        }
        Some(fetched)
    }

    async fn fetch_one(
        &self,
        shop: &ShopId,
        source: Option<&AttachmentSource>,
        attachment: &Attachment,
        max_bytes: usize,
        until: Instant,
    ) -> Result<File, LeftOutReason> {
        let source = source.ok_or(LeftOutReason::NoBucket)?;
        if !source.may_read(shop, &attachment.key) {
            return Err(LeftOutReason::ForeignKey);
        }
        let object = self.store.get(&source.bucket, &attachment.key, max_bytes, until).await;
        let object = object.map_err(|why| match why {
            Unfetched::NotFound => LeftOutReason::NotFound,
            Unfetched::Denied => LeftOutReason::Denied,
            Unfetched::TooLarge => LeftOutReason::TooLarge,
            Unfetched::MayPass | Unfetched::Refused => LeftOutReason::Unavailable,
        })?;
        let file_type = FileType::detect(&object.bytes, object.content_type.as_deref());
        let file_type = file_type.ok_or(LeftOutReason::WrongType)?;
        Ok(File {
            name: file_name(attachment, file_type),
            media_type: file_type.media_type(),
            content: Blob::new(object.bytes),
        })
    }
}
