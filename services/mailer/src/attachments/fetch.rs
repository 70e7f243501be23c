//! Fetching the files of one mail.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_types::Blob;
use kit::telemetry::{Count, count};
use shared::ledger::{LeftOut, LeftOutReason};
use shared::shop_settings::{AttachmentFolder, AttachmentPrefix, BucketName};
use shared::{Attachment, ShopId};
use tokio::time::Instant;

use super::MAX_TOTAL_BYTES;
use super::file_name::file_name;
use super::file_type::FileType;
use super::memory::{FileMemory, FilePermit};
use super::object_store::{ObjectStore, Unfetched};

/// Fetches the files of mails.
#[derive(Debug)]
pub struct AttachmentReader {
    store: ObjectStore,
    bucket: Option<BucketName>,
    memory: FileMemory,
}

/// The files of one mail.
#[derive(Debug, Default)]
pub struct Fetched {
    /// Those that go with it.
    pub files: Vec<File>,
    /// Those that do not.
    pub left_out: LeftOut,
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

impl AttachmentReader {
    /// Reads `bucket`, of which there may be none, with `sdk`'s region, credentials and endpoint. Builds no client and calls
    /// nothing yet.
    #[must_use]
    pub fn new(sdk: &SdkConfig, bucket: Option<BucketName>) -> Self {
        Self { store: ObjectStore::new(sdk), bucket, memory: FileMemory::default() }
    }

    /// The memory that the files of this process's mails share.
    pub const fn memory(&self) -> &FileMemory {
        &self.memory
    }

    /// Whether any of `wanted` may be read for a mail of `shop`: there is a bucket, and one is in the shop's folder.
    pub fn may_read(
        &self,
        (shop, prefix): (&ShopId, Option<&AttachmentPrefix>),
        wanted: &[Attachment],
    ) -> bool {
        wanted.iter().any(|attachment| self.bucket_of((shop, prefix), attachment).is_ok())
    }

    /// Fetches what `wanted` names for a mail of `shop`, in at most `max_time`, into the memory of the permit, which there
    /// must be where anything [may be read](Self::may_read).
    pub async fn fetch(
        &self,
        _permit: Option<&FilePermit>,
        (shop, prefix): (&ShopId, Option<&AttachmentPrefix>),
        wanted: &[Attachment],
        max_time: Duration,
    ) -> Fetched {
        let until = Instant::now() + max_time;
        let mut fetched = Fetched::default();
        let mut left = MAX_TOTAL_BYTES;
        for attachment in wanted {
            match self.fetch_one((shop, prefix), attachment, left, until).await {
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
        fetched
    }

    fn bucket_of(
        &self,
        (shop, prefix): (&ShopId, Option<&AttachmentPrefix>),
        attachment: &Attachment,
    ) -> Result<&BucketName, LeftOutReason> {
        let bucket = self.bucket.as_ref().ok_or(LeftOutReason::NoBucket)?;
        // Settings with another shop's folder are not put: somebody has written the table.
        let folder = AttachmentFolder::of(shop, prefix).map_err(|_| LeftOutReason::ForeignKey)?;
        if folder.contains(&attachment.key) { Ok(bucket) } else { Err(LeftOutReason::ForeignKey) }
    }

    async fn fetch_one(
        &self,
        (shop, prefix): (&ShopId, Option<&AttachmentPrefix>),
        attachment: &Attachment,
        max_bytes: usize,
        until: Instant,
    ) -> Result<File, LeftOutReason> {
        let bucket = self.bucket_of((shop, prefix), attachment)?;
        let object = self.store.get(bucket, &attachment.key, max_bytes, until).await;
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

#[cfg(test)]
mod tests {
    use super::*;
    use shared::AttachmentKind;
    use shared::ObjectKey;

    #[tokio::test]
    async fn a_stack_without_a_bucket_sends_mails_without_their_files_and_waits_for_no_memory() {
        let reader = AttachmentReader::new(&SdkConfig::builder().build(), None);
        let shop = ShopId::parse("north").expect("a shop");
        let key = ObjectKey::parse("north/1.pdf").expect("a key");
        let wanted = [Attachment { key, name: None, kind: AttachmentKind::Invoice }];
        assert!(!reader.may_read((&shop, None), &wanted));
        let fetched = reader.fetch(None, (&shop, None), &wanted, Duration::ZERO).await;
        assert!(fetched.files.is_empty());
        assert_eq!(fetched.left_out.to_attribute(), "invoice:no_bucket");
    }

    #[test]
    fn only_for_a_file_in_the_shops_own_folder_there_has_to_be_memory() {
        let bucket = BucketName::parse("invoices").expect("a bucket");
        let reader = AttachmentReader::new(&SdkConfig::builder().build(), Some(bucket));
        let shop = ShopId::parse("north").expect("a shop");
        let file = |key| {
            let key = ObjectKey::parse(key).expect("a key");
            Attachment { key, name: None, kind: AttachmentKind::Invoice }
        };
        let may_read = |files: &[Attachment]| reader.may_read((&shop, None), files);
        assert!(!may_read(&[]));
        assert!(!may_read(&[file("south/1.pdf")]));
        assert!(may_read(&[file("south/1.pdf"), file("north/1.pdf")]));
    }
}
