//! Shortens long lists, so that Gmail shows the whole mail.

use std::fmt;

use super::user_text::UserText;

/// The maximum number of articles shown of one list.
const MAX_ARTICLES: usize = 50;
/// The maximum size of the titles shown of one list, escaped. With [`MAX_ARTICLES`], two full lists and the
/// page around them stay below 102 KB, where Gmail truncates a mail.
const MAX_TITLE_BYTES: usize = 20_000;

/// The entries that a mail shows, and the number of further ones.
#[derive(Debug)]
pub struct Listing<T> {
    /// The entries shown: at least one, if there are any.
    pub shown: Vec<T>,
    /// The number of entries not shown.
    pub left_out: usize,
}

impl<T: fmt::Display> Listing<T> {
    /// Takes as many of `entries` as fit. `T` must display as its title, which takes up most of the space.
    ///
    /// # Errors
    /// The first error among the entries shown.
    pub fn fill<E>(entries: impl ExactSizeIterator<Item = Result<T, E>>) -> Result<Self, E> {
        let total = entries.len();
        let mut shown = Vec::with_capacity(total.min(MAX_ARTICLES));
        let mut bytes = 0;
        for entry in entries.take(MAX_ARTICLES) {
            let entry = entry?;
            bytes += escaped_bytes(&entry.to_string());
            if bytes > MAX_TITLE_BYTES && !shown.is_empty() {
                break;
            }
            shown.push(entry);
        }
        let left_out = total - shown.len();
        Ok(Self { shown, left_out })
    }

    /// `In it: Stoneware mug and 2 more articles.` after the words `lead`; nothing for an empty list.
    pub fn summary(&self, lead: &str) -> String
    where
        T: HasTitle,
    {
        let Some(first) = self.shown.first() else { return String::new() };
        let title = first.title().shortened(60);
        match self.shown.len() - 1 + self.left_out {
            0 => format!("{lead}{title}."),
            1 => format!("{lead}{title} and 1 more article."),
            more => format!("{lead}{title} and {more} more articles."),
        }
    }

    /// `and 450 more articles`, or nothing.
    pub fn rest(&self) -> Option<String> {
        match self.left_out {
            0 => None,
            1 => Some("and 1 more article".to_owned()),
            more => Some(format!("and {more} more articles")),
        }
    }
}

/// An entry whose title can stand in a sentence.
pub trait HasTitle {
    /// The title.
    fn title(&self) -> &UserText<'_>;
}

// The template engine writes each of these characters as five bytes (`&#60;`), and Gmail counts bytes as sent.
fn escaped_bytes(text: &str) -> usize {
    text.chars().map(|c| if "<>&\"'".contains(c) { 5 } else { c.len_utf8() }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeated(title: &str, count: usize) -> Listing<&str> {
        let entries = vec![title; count];
        Listing::fill(entries.into_iter().map(Ok::<_, fmt::Error>)).expect("no error")
    }

    #[test]
    fn a_short_list_is_shown_whole() {
        let listing = repeated("Mug", 50);
        assert_eq!((listing.shown.len(), listing.rest()), (50, None));
    }

    #[test]
    fn the_rest_of_a_long_list_is_counted() {
        let listing = repeated("Mug", 500);
        assert_eq!(listing.rest().as_deref(), Some("and 450 more articles"));
        assert_eq!(repeated("Mug", 51).rest().as_deref(), Some("and 1 more article"));
    }

    #[test]
    fn fewer_entries_with_long_titles_are_shown() {
        let title = "<".repeat(500);
        let listing = repeated(&title, 50);
        assert_eq!((listing.shown.len(), listing.left_out), (8, 42));
    }
}
