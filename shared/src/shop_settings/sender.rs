//! Who a shop's mails are from.

use crate::contract::email::EmailAddress;
use crate::contract::reader::FieldReader;
use crate::contract::text::Line;

/// The sender of a shop's mails. The address or its domain is a verified SES identity of the stack's account, and one
/// that the stack's parameter `ShopSenders` allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The address.
    pub address: EmailAddress,
    /// The name that mail programs show.
    pub name: Option<Line>,
}

impl Sender {
    pub(super) fn read(from: &FieldReader<'_>) -> Option<Self> {
        let address = from.required("address", |r| r.text(EmailAddress::parse));
        let name = from.optional("name", |r| r.text(Line::parse));
        Some(Self { address: address?, name: name? })
    }
}
