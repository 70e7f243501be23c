//! What the handlers of the preview share.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::renderer::Renderer;
use super::shops::Shops;

/// What renders mails, and the shops whose mails they are.
#[derive(Debug)]
pub struct Previews {
    pub(super) renderer: Renderer,
    pub(super) shops: Shops,
}

impl Previews {
    /// Mails by `renderer`, with the settings of the shops in this database.
    pub fn new(renderer: Renderer, dynamodb: aws_sdk_dynamodb::Client) -> Self {
        Self { renderer, shops: Shops::new(dynamodb) }
    }

    /// Names what the mails of a shop with these settings look like now; `None` while the executable is being replaced.
    pub(super) fn version(&self, settings: &str) -> Option<String> {
        let build = self.renderer.build().ok()?;
        // Tells one document from another; nobody has to be kept from finding two that are alike.
        let mut hasher = DefaultHasher::new();
        settings.hash(&mut hasher);
        Some(format!("{build}-{:x}", hasher.finish()))
    }
}
