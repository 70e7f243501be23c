//! Who else gets a shop's mails.

use std::collections::BTreeSet;

use crate::contract::email::EmailAddress;
use crate::contract::kind::Kind;
use crate::contract::reader::FieldReader;

/// A copy of mails to an address, such as that of the accounts department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyRule {
    /// Who gets it.
    pub to: EmailAddress,
    /// Of which kinds; `None` is all of them.
    kinds: Option<BTreeSet<Kind>>,
}

impl CopyRule {
    /// Whether mails of this kind are copied.
    #[must_use]
    pub fn is_of(&self, kind: Kind) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }

    pub(super) fn read(from: &FieldReader<'_>) -> Option<Self> {
        let to = from.required("to", |r| r.text(EmailAddress::parse));
        let all = 1..=Kind::ALL.len();
        let kinds = from.optional("kinds", |r| r.list(all, |kind| kind.text(Kind::parse)));
        Some(Self { to: to?, kinds: kinds?.map(|kinds| kinds.into_iter().collect()) })
    }
}
