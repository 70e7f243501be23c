//! What was found while a document was read: bad fields, warnings, and which members are known.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use crate::contract::error::{FieldError, FieldWarning};
use crate::contract::money_context::MoneyContext;

/// The bad fields found so far, and what is known of the whole document.
#[derive(Debug, Default)]
pub struct FieldErrors {
    pub(super) errors: RefCell<Vec<FieldError>>,
    pub(super) warnings: RefCell<Vec<FieldWarning>>,
    pub(super) known_members: RefCell<KnownMembers>,
    pub(super) not_objects: RefCell<BTreeSet<String>>,
    pub(super) renamed: RefCell<BTreeSet<String>>,
    pub(super) money: Cell<MoneyContext>,
}

/// The names that were asked for in each object, by the object's JSON Pointer. What an object holds beside
/// them was not read.
pub type KnownMembers = BTreeMap<String, BTreeSet<&'static str>>;

impl FieldErrors {
    /// Adds one.
    pub fn add(&self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.errors
            .borrow_mut()
            .push(FieldError { pointer: pointer.into(), detail: detail.into() });
    }

    /// All of them, in the order found.
    #[must_use]
    pub fn into_vec(self) -> Vec<FieldError> {
        self.errors.into_inner()
    }

    /// The errors and warnings, in the order found, and which members are known.
    #[must_use]
    pub fn into_parts(self) -> (Vec<FieldError>, Vec<FieldWarning>, KnownMembers) {
        (self.errors.into_inner(), self.warnings.into_inner(), self.known_members.into_inner())
    }

    pub(super) fn add_known_member(&self, object: &str, name: &'static str) {
        let mut known = self.known_members.borrow_mut();
        match known.get_mut(object) {
            Some(names) => drop(names.insert(name)),
            None => drop(known.insert(object.to_owned(), BTreeSet::from([name]))),
        }
    }
}
