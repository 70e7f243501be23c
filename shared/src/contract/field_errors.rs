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
    known_members: RefCell<Vec<(Place, &'static str)>>,
    /// Each place that was read, but for the document itself, below another one.
    places: RefCell<Vec<(Place, Token)>>,
    pub(super) not_objects: RefCell<BTreeSet<String>>,
    pub(super) renamed: RefCell<BTreeSet<String>>,
    pub(super) money: Cell<MoneyContext>,
}

/// A place in the document. Most events have nothing to be said of any place: a pointer is written for those that have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(usize);

impl Place {
    /// The document itself.
    pub(super) const ROOT: Self = Self(0);
}

/// By what a place is found in the one above it.
#[derive(Debug)]
pub(super) enum Token {
    /// A member of the contract.
    Member(&'static str),
    /// A member as the document calls it.
    Named(Box<str>),
    /// An element of an array.
    Item(usize),
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
        let mut known = KnownMembers::new();
        for (object, name) in self.known_members.borrow().iter() {
            known.entry(self.pointer(*object)).or_default().insert(*name);
        }
        (self.errors.into_inner(), self.warnings.into_inner(), known)
    }

    pub(super) fn add_known_member(&self, object: Place, name: &'static str) {
        self.known_members.borrow_mut().push((object, name));
    }

    /// The place of `token` in `parent`.
    pub(super) fn below(&self, parent: Place, token: Token) -> Place {
        let mut places = self.places.borrow_mut();
        places.push((parent, token));
        Place(places.len())
    }

    /// The JSON Pointer to a place.
    pub(super) fn pointer(&self, place: Place) -> String {
        let places = self.places.borrow();
        let (mut tokens, mut at) = (Vec::new(), place);
        while let Some((parent, token)) = at.0.checked_sub(1).and_then(|index| places.get(index)) {
            tokens.push(token);
            at = *parent;
        }
        tokens.into_iter().rev().fold(String::new(), |pointer, token| match token {
            Token::Member(name) => pointer_below(&pointer, name),
            Token::Named(name) => pointer_below(&pointer, name),
            Token::Item(index) => format!("{pointer}/{index}"),
        })
    }
}

/// The JSON Pointer to the member `token` of what `pointer` points to.
pub(crate) fn pointer_below(pointer: &str, token: &str) -> String {
    // In this order, or the `~` of `~1` would be escaped again (RFC 6901, section 4).
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}
