//! Which mails are meant: the parameters that the page, `/mail.json` and deletions share.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::search::{has_words, words};
use crate::ses::Mail;

/// A parameter, and whether a mail has its value.
#[derive(Debug)]
struct Field {
    name: &'static str,
    matches: fn(&Mail, &str) -> bool,
}

const FIELDS: [Field; 7] = [
    Field { name: SEARCH, matches: has_words },
    Field { name: "order", matches: |mail, id| mail.content.order().as_deref() == Some(id) },
    Field { name: "shop", matches: |mail, shop| mail.content.shop() == Some(shop) },
    Field { name: "kind", matches: |mail, kind| mail.content.kind().as_deref() == Some(kind) },
    Field {
        name: "to",
        matches: |mail, to| mail.content.recipients().any(|a| a.email.eq_ignore_ascii_case(to)),
    },
    Field { name: "state", matches: |mail, state| mail.outcome().as_str() == state },
    Field { name: "id", matches: |mail, id| mail.id == id },
];

const SEARCH: &str = "q";

/// All but what RFC 3986 leaves unreserved.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The mails that have every value; without one, all.
#[derive(Debug, Clone, Default)]
pub struct Filter(Vec<(&'static Field, String)>);

/// What a list is asked for.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// The mails to list.
    pub filter: Filter,
    /// From 1.
    pub page: Option<usize>,
    /// The mails of a page.
    pub limit: Option<usize>,
}

/// What is wrong with a query, as a sentence for whoever wrote it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    #[error("There is no parameter {0}: expected {names}, limit or page.", names = names())]
    Unknown(String),
    #[error("{0} is given twice: expected one value.")]
    Repeated(String),
    #[error("{0} is empty: leave it out to mean every mail.")]
    Empty(String),
    #[error("{0} is not a whole number, or too small.")]
    NotANumber(&'static str),
    #[error("A deletion has neither limit nor page: it deletes every mail that matches.")]
    PartOfADeletion,
}

fn names() -> String {
    FIELDS.map(|field| field.name).join(", ")
}

impl Filter {
    /// Whether `mail` is meant.
    pub fn matches(&self, mail: &Mail) -> bool {
        self.0.iter().all(|(field, value)| (field.matches)(mail, value))
    }

    /// Whether every mail is meant.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words that are searched for, as they were typed.
    pub fn search(&self) -> &str {
        let search = self.0.iter().find(|(field, _)| field.name == SEARCH);
        search.map_or("", |(_, value)| value)
    }

    /// For people: `“anna mug”, order 1001`.
    pub fn describe(&self) -> String {
        let part = |(field, value): &(&Field, String)| match field.name {
            SEARCH => format!("“{value}”"),
            name => format!("{name} {value}"),
        };
        self.0.iter().map(part).collect::<Vec<_>>().join(", ")
    }
}

impl ListQuery {
    /// Reads the parameters of a tool.
    ///
    /// # Errors
    /// A parameter is not understood. It must not be ignored: `DELETE /mail.json?ordr=1` would delete
    /// every mail, and so would `?order=$ORDER` with a variable that is not set.
    pub fn parse(parameters: &[(String, String)]) -> Result<Self, QueryError> {
        let mut query = Self::default();
        parameters.iter().try_for_each(|(name, value)| query.add(name, value))?;
        Ok(query)
    }

    /// Reads the parameters of a page, without those that are not understood: a person sees what the
    /// page shows.
    pub fn parse_lenient(parameters: &[(String, String)]) -> Self {
        let mut query = Self::default();
        for (name, value) in parameters {
            let _ = query.add(name, value);
        }
        query
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), QueryError> {
        match name {
            "limit" => set(&mut self.limit, "limit", value, 0),
            "page" => set(&mut self.page, "page", value, 1),
            _ => self.filter.add(name, value.trim()),
        }
    }

    /// This query in a link to `path`: what a person looks for goes along from page to page.
    pub fn link(&self, path: &str) -> String {
        let filter = self.filter.0.iter().map(|(field, value)| (field.name, value.clone()));
        let limit = self.limit.map(|limit| ("limit", limit.to_string()));
        // The first page is the one without a number.
        let page = self.page.filter(|page| *page > 1).map(|page| ("page", page.to_string()));
        let parameters: Vec<_> = filter
            .chain(limit)
            .chain(page)
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(&value, ESCAPED)))
            .collect();
        if parameters.is_empty() {
            return path.to_owned();
        }
        format!("{path}?{}", parameters.join("&"))
    }

    /// The same filter, at another page.
    pub fn at_page(&self, page: usize) -> Self {
        Self { page: Some(page), ..self.clone() }
    }

    /// The same list with only the mail `id`.
    pub fn only(&self, id: &str) -> Self {
        let mut query = self.without_id();
        // `id` is a field, and no other value of it is left.
        let _ = query.filter.add("id", id);
        query
    }

    /// The same list, whatever the mail.
    pub fn without_id(&self) -> Self {
        let mut query = self.clone();
        query.filter.0.retain(|(field, _)| field.name != "id");
        query
    }
}

impl Filter {
    /// The mails with all of these values, each with its parameter's name.
    pub fn of_all<'a>(
        values: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, QueryError> {
        let mut filter = Self::default();
        values.into_iter().try_for_each(|(name, value)| filter.add(name, value))?;
        Ok(filter)
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), QueryError> {
        let field = FIELDS.iter().find(|field| field.name == name);
        let field = field.ok_or_else(|| QueryError::Unknown(name.to_owned()))?;
        if self.0.iter().any(|(other, _)| other.name == name) {
            return Err(QueryError::Repeated(name.to_owned()));
        }
        if value.is_empty() || (name == SEARCH && words(value).is_empty()) {
            return Err(QueryError::Empty(name.to_owned()));
        }
        self.0.push((field, value.to_owned()));
        Ok(())
    }
}

fn set(
    number: &mut Option<usize>,
    name: &'static str,
    value: &str,
    least: usize,
) -> Result<(), QueryError> {
    if number.is_some() {
        return Err(QueryError::Repeated(name.to_owned()));
    }
    let value = value.parse().ok().filter(|value| *value >= least);
    *number = Some(value.ok_or(QueryError::NotANumber(name))?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_tools_query_that_is_not_understood_is_refused_with_what_was_expected() {
        for (query, sentence) in [
            (
                &[("ordr", "1001")][..],
                "There is no parameter ordr: expected q, order, shop, kind, to, state, id, limit or page.",
            ),
            (&[("order", "")], "order is empty: leave it out to mean every mail."),
            (&[("q", " \u{200b} ")], "q is empty: leave it out to mean every mail."),
            (
                &[("to", "a@b.example"), ("to", "c@d.example")],
                "to is given twice: expected one value.",
            ),
            (&[("limit", "-1")], "limit is not a whole number, or too small."),
            (&[("page", "0")], "page is not a whole number, or too small."),
        ] {
            let error = ListQuery::parse(&pairs(query)).unwrap_err();
            assert_eq!(error.to_string(), sentence);
        }
    }

    #[test]
    fn a_persons_query_is_read_as_far_as_it_is_understood() {
        let query = pairs(&[("utm", "x"), ("q", " mug "), ("order", ""), ("page", "two")]);
        let query = ListQuery::parse_lenient(&query);
        assert_eq!((query.link("/"), query.page), ("/?q=mug".to_owned(), None));
    }

    #[test]
    fn a_link_carries_the_whole_query() {
        let query = pairs(&[("q", "50% off & more"), ("order", "R/1"), ("page", "3")]);
        let query = ListQuery::parse(&query).unwrap();
        assert_eq!(query.link("/"), "/?q=50%25%20off%20%26%20more&order=R%2F1&page=3");
        assert_eq!(query.at_page(1).link("/"), "/?q=50%25%20off%20%26%20more&order=R%2F1");
        assert_eq!(ListQuery::default().link("/mail/1"), "/mail/1");
    }
}
