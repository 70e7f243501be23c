//! Reads a JSON document field by field, and reports every bad field at once.
//!
//! serde stops at the first error, so a developer who made ten mistakes would need ten attempts to see
//! them all. And it knows no field that may be bad: here, what a mail can do without costs at most itself, with
//! a warning, and never the event.

use std::fmt;

use serde_json::Value;

use crate::contract::error::{FieldWarning, InvalidValue};
pub(crate) use crate::contract::field_errors::pointer_below;
pub use crate::contract::field_errors::{FieldErrors, KnownMembers};
use crate::contract::field_errors::{Place, Token};
use crate::contract::money_context::MoneyContext;
use crate::contract::other_names::{OtherNames, is_same};
use crate::contract::values::{is_absent, whole_number};

/// A reader at one place of a JSON document. `None` from a method means that there is nothing to be had, and
/// that this is noted: as an error where the event is nothing without it, else as a warning.
/// Callers read all their fields before they use `?`, so that every bad field is noted.
#[derive(Debug)]
pub struct FieldReader<'a> {
    value: &'a Value,
    place: Place,
    errors: &'a FieldErrors,
    /// What is bad here is left out, and refuses nothing.
    is_optional: bool,
    /// Other forms of a value are understood too, with a warning, and what says nothing is absent.
    is_tolerant: bool,
    /// What members of this object are called otherwise.
    names: OtherNames,
}

impl<'a> FieldReader<'a> {
    /// A reader at the root of the document `value`, of which each value has to have the form that is asked for.
    #[must_use]
    pub fn root(value: &'a Value, errors: &'a FieldErrors) -> Self {
        let (is_optional, is_tolerant) = (false, false);
        Self { value, place: Place::ROOT, errors, is_optional, is_tolerant, names: &[] }
    }

    /// A reader at the root of the document `value`, which understands other forms too.
    #[must_use]
    pub fn tolerant_root(value: &'a Value, errors: &'a FieldErrors) -> Self {
        Self { is_tolerant: true, ..Self::root(value, errors) }
    }

    /// Notes that what is here is not as `expected`: "expected …".
    pub fn refuse<T>(&self, expected: impl fmt::Display) -> Option<T> {
        self.note(self.pointer(), &format!("expected {expected}"));
        None
    }

    /// Notes the same at the member `name` of this object.
    pub fn refuse_member<T>(&self, name: &str, expected: impl fmt::Display) -> Option<T> {
        self.note(self.member_pointer(name), &format!("expected {expected}"));
        None
    }

    fn note(&self, pointer: String, detail: &str) {
        if self.is_optional {
            self.add_warning(pointer, format!("{detail}; it was left out."));
        } else {
            self.errors.add(pointer, detail);
        }
    }

    /// Notes what is wrong with the value here and what was made of it, or that it is probably not meant as it
    /// stands. Never repeats the value.
    pub fn warn(&self, detail: impl fmt::Display) {
        self.add_warning(self.pointer(), detail.to_string());
    }

    /// Notes the same at the member `name` of this object.
    pub fn warn_member(&self, name: &str, detail: impl fmt::Display) {
        self.add_warning(self.member_pointer(name), detail.to_string());
    }

    fn add_warning(&self, pointer: String, detail: String) {
        let warning = FieldWarning { pointer, detail, suggestion: None };
        self.errors.warnings.borrow_mut().push(warning);
    }

    /// The same place, where what is bad is left out.
    #[must_use]
    pub fn as_optional(&self) -> Self {
        Self { is_optional: true, ..*self }
    }

    /// The same place, as if `value` were here.
    #[must_use]
    pub fn seen_as<'v>(&self, value: &'v Value) -> FieldReader<'v>
    where
        'a: 'v,
    {
        let Self { place, errors, is_optional, is_tolerant, names, .. } = *self;
        FieldReader { value, place, errors, is_optional, is_tolerant, names }
    }

    /// The same object, of which members may have these other names.
    #[must_use]
    pub fn called_otherwise(&self, names: OtherNames) -> Self {
        Self { names, ..*self }
    }

    /// What the members `parts` hold, which together are the contract's member `name`.
    pub fn joined<T>(
        &self,
        name: &str,
        parts: &[&str],
        read: impl Fn(FieldReader<'a>) -> Option<T>,
    ) -> Vec<T> {
        let Some((members, place)) = self.object() else { return Vec::new() };
        let found = parts.iter().filter_map(|part| self.renamed(members, place, part, name));
        found.filter_map(|member| read(member.as_optional())).collect()
    }

    /// The member of a name that the document has, and not the contract.
    pub fn under<T>(
        &self,
        name: &str,
        read: impl FnOnce(FieldReader<'a>) -> Option<T>,
    ) -> Option<T> {
        let (members, place) = self.object()?;
        let value = members.get(name)?;
        let place = self.errors.below(place, Token::Named(name.into()));
        read(FieldReader { value, place, names: &[], ..*self })
    }

    /// Whether this is the member `data` of the event.
    #[must_use]
    pub fn is_data(&self) -> bool {
        self.pointer() == "/data"
    }

    /// The members of the object here.
    pub fn members(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let members = self.object().map(|(members, _)| members);
        members.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }

    /// The value here.
    #[must_use]
    pub const fn value(&self) -> &'a Value {
        self.value
    }

    /// Whether an object is here, or an array of one.
    #[must_use]
    pub fn is_object(&self) -> bool {
        self.object().is_some()
    }

    /// The members of the object here, or of the only one in an array, as XML converters write it; with its place.
    fn object(&self) -> Option<(&'a serde_json::Map<String, Value>, Place)> {
        let only = |items: &'a [Value]| {
            let mut present = items.iter().enumerate().filter(|(_, item)| !is_absent(item));
            present.next().filter(|_| present.next().is_none())
        };
        match self.value {
            Value::Object(members) => Some((members, self.place)),
            Value::Array(items) if self.is_tolerant => match only(items)? {
                (at, Value::Object(members)) => {
                    Some((members, self.errors.below(self.place, Token::Item(at))))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// What the document says of amounts of money as a whole.
    #[must_use]
    pub fn money(&self) -> MoneyContext {
        self.errors.money.get()
    }

    /// Sets what the document says of amounts of money as a whole.
    pub fn set_money(&self, context: MoneyContext) {
        self.errors.money.set(context);
    }

    /// A member that must be there and right: without it, there is no event.
    pub fn required<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(FieldReader<'a>) -> Option<T>,
    ) -> Option<T> {
        self.check_object()?;
        match self.member(name) {
            Some(member) => read(member),
            None => {
                self.note(self.member_pointer(name), "is required and missing");
                None
            }
        }
    }

    /// A member that may be absent, and must be right if it is there.
    pub fn optional<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(FieldReader<'a>) -> Option<T>,
    ) -> Option<Option<T>> {
        self.check_object()?;
        match self.member(name) {
            Some(member) => read(member).map(Some),
            None => Some(None),
        }
    }

    /// A member that may be absent. One that is bad is left out.
    pub fn tolerated<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(FieldReader<'a>) -> Option<T>,
    ) -> Option<T> {
        self.check_object()?;
        read(self.member(name)?.as_optional())
    }

    /// A member that should be there. Where it is absent or bad, `None`, and `instead` says what was done.
    pub fn expected<T>(
        &self,
        name: &'static str,
        instead: &str,
        read: impl FnOnce(FieldReader<'a>) -> Option<T>,
    ) -> Option<T> {
        self.check_object()?;
        match self.member(name) {
            Some(member) => read(member.as_optional()),
            None => {
                self.warn_member(name, format_args!("This is missing. {instead}"));
                None
            }
        }
    }

    /// Whether a member is there, whatever it holds.
    #[must_use]
    pub fn has(&self, name: &'static str) -> bool {
        self.member(name).is_some()
    }

    /// Text that `parse` accepts. A number stands for its digits.
    pub fn text<T>(&self, parse: impl FnOnce(&str) -> Result<T, InvalidValue>) -> Option<T> {
        let digits;
        let text = match self.value {
            Value::String(text) => text,
            Value::Number(number) if self.is_tolerant => {
                self.warn("This is a number where a text is expected; its digits were taken.");
                digits = number.to_string();
                &digits
            }
            _ => return self.refuse("a string"),
        };
        match parse(text) {
            Ok(parsed) => Some(parsed),
            Err(InvalidValue(expected)) => self.refuse(expected),
        }
    }

    /// Text that `parse` accepts as it is, or after `mend`, with the warning `done`.
    pub fn mended<T>(
        &self,
        parse: impl Fn(&str) -> Result<T, InvalidValue>,
        mend: impl FnOnce(&str) -> String,
        done: &str,
    ) -> Option<T> {
        self.text(|text| {
            parse(text).or_else(|refusal| {
                let mended = parse(&mend(text)).map_err(|_| refusal)?;
                self.warn(done);
                Ok(mended)
            })
        })
    }

    /// A whole number in `range`. JSON has one kind of number, so `1.0` is one, as in JSON Schema.
    #[must_use]
    pub fn integer(&self, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let from_text = || {
            let text = self.value.as_str().filter(|_| self.is_tolerant)?;
            let number = text.trim().parse().ok()?;
            self.warn("This is a text where a number is expected; it was read as one.");
            Some(number)
        };
        let number = whole_number(self.value).or_else(from_text);
        number.filter(|n| range.contains(n)).or_else(|| {
            self.refuse(format_args!("a whole number from {} to {}", range.start(), range.end()))
        })
    }

    /// `true` or `false`, or what stands for them.
    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        if let Value::Bool(value) = self.value {
            return Some(*value);
        }
        let word = match self.value {
            _ if !self.is_tolerant => String::new(),
            Value::String(text) => text.trim().to_ascii_lowercase(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let value = match word.as_str() {
            "true" | "yes" | "y" | "on" | "1" => true,
            "false" | "no" | "n" | "off" | "0" => false,
            _ => return self.refuse("true or false"),
        };
        self.warn(format_args!("true or false is expected; this was taken as {value}."));
        Some(value)
    }

    /// An array with `size` elements, each of which must be right.
    pub fn list<T>(
        &self,
        size: std::ops::RangeInclusive<usize>,
        read: impl Fn(FieldReader<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Value::Array(items) = self.value else {
            return self.refuse("an array");
        };
        if !size.contains(&items.len()) {
            return self.refuse(format_args!("{} to {} elements", size.start(), size.end()));
        }
        // Two steps: collecting into an `Option` at once would stop at the first bad element.
        let read_items: Vec<Option<T>> =
            items.iter().enumerate().map(|(i, item)| read(self.at(item, i))).collect();
        read_items.into_iter().collect()
    }

    /// An array of at most `most` elements. What cannot be read of it is left out, and so is what is beyond
    /// `most`. One element that is in no array counts as an array of one.
    pub fn tolerated_list<T>(
        &self,
        most: usize,
        read: impl Fn(FieldReader<'a>) -> Option<T>,
    ) -> Vec<T> {
        let items = self.items();
        if items.len() > most {
            let left_out = items.len() - most;
            self.warn(format_args!(
                "At most {most} elements are taken; the last {left_out} were left out."
            ));
        }
        items.into_iter().take(most).filter_map(read).collect()
    }

    /// The elements of the array here that are not absent.
    fn items(&self) -> Vec<FieldReader<'a>> {
        let at = |(i, item): (usize, &'a Value)| self.at(item, i).as_optional();
        let present = |item: &&'a Value| !is_absent(item);
        match self.value {
            Value::Array(items) => {
                let items = items.iter().enumerate().filter(|(_, item)| present(item));
                items.map(at).collect()
            }
            // PHP writes an array from which an element was removed as an object.
            Value::Object(members) if members.keys().all(|name| name.parse::<usize>().is_ok()) => {
                self.warn("An array is expected; the members of this object were taken in order.");
                let mut items: Vec<(usize, &'a Value)> = members
                    .iter()
                    .filter_map(|(name, item)| Some((name.parse().ok()?, item)))
                    .collect();
                items.sort_by_key(|(i, _)| *i);
                let items = items.into_iter().filter(|(_, item)| present(item));
                items.map(at).collect()
            }
            _ => {
                self.warn("An array is expected; this was taken as its only element.");
                vec![self.as_optional()]
            }
        }
    }

    fn member(&self, name: &'static str) -> Option<FieldReader<'a>> {
        let (members, place) = self.object()?;
        self.errors.add_known_member(place, name);
        let is_there = |value: &&Value| match self.is_tolerant {
            true => !is_absent(value),
            false => !value.is_null(),
        };
        if let Some(value) = members.get(name).filter(is_there) {
            let place = self.errors.below(place, Token::Member(name));
            return Some(FieldReader { value, place, names: &[], ..*self });
        }
        let (_, others) = self.names.iter().find(|(known, _)| *known == name)?;
        others.iter().find_map(|other| self.renamed(members, place, other, name))
    }

    /// The member that is called `other` instead of `name`, with a warning.
    fn renamed(
        &self,
        members: &'a serde_json::Map<String, Value>,
        place: Place,
        other: &str,
        name: &str,
    ) -> Option<FieldReader<'a>> {
        let is_it = |(key, value): &(&String, &Value)| is_same(key, other) && !is_absent(value);
        let (key, value) = members.iter().find(is_it)?;
        let place = self.errors.below(place, Token::Named(key.as_str().into()));
        let member = FieldReader { value, place, names: &[], ..*self };
        // Once, however often it is read.
        if self.errors.renamed.borrow_mut().insert(member.pointer()) {
            member.warn(format_args!("This is another name of {name}; it was read as that."));
        }
        Some(member)
    }

    // Noted once for each place, not once for each member that is read from it.
    fn check_object(&self) -> Option<()> {
        let is_first = || self.errors.not_objects.borrow_mut().insert(self.pointer());
        if self.is_object() {
            if self.value.is_array() && is_first() {
                self.warn("An object is expected; the only element of this array was taken.");
            }
            return Some(());
        }
        let is_first = is_first();
        match self.value {
            _ if !is_first => None,
            Value::String(_) => self.refuse("an object, not a text that contains one"),
            _ => self.refuse("an object"),
        }
    }

    fn at(&self, value: &'a Value, index: usize) -> FieldReader<'a> {
        let place = self.errors.below(self.place, Token::Item(index));
        FieldReader { value, place, ..*self }
    }

    fn pointer(&self) -> String {
        self.errors.pointer(self.place)
    }

    fn member_pointer(&self, token: &str) -> String {
        pointer_below(&self.pointer(), token)
    }
}

#[cfg(test)]
mod tests;
