//! Shortens long lists, so that Gmail shows the whole mail.

use super::localizer::{END, ISOLATE, Localizer};
use super::user_text::UserText;

/// The maximum number of articles shown of one list.
const MAX_ARTICLES: usize = 50;
/// The maximum size of the titles shown of one list, escaped. With [`MAX_ARTICLES`], two full lists and the
/// page around them stay below 102 KB, where Gmail truncates a mail.
const MAX_TITLE_BYTES: usize = 20_000;

/// The maximum size of what is named of the others in one paragraph, escaped.
const MAX_NAMED_BYTES: usize = 12_000;

/// What a list may take, so that two full ones and the page around them stay below 102 KB.
const MAX_LIST_BYTES: usize = 43_000;
/// The maximum size of the links and pictures of one list, as they are written.
const MAX_LOOKS_BYTES: usize = 12_000;
/// What an entry takes beside its text, about.
const ENTRY_MARKUP_BYTES: usize = 300;

/// The entries that a mail shows, those that it only names, and the number of further ones.
#[derive(Debug)]
pub struct Listing<T> {
    /// The entries shown: at least one, if there are any.
    pub shown: Vec<T>,
    /// The next ones in few words, so that every line of an order of 250 can be found.
    pub named: Vec<String>,
    /// The number of entries neither shown nor named.
    pub left_out: usize,
}

/// An entry of a list.
pub trait Entry {
    /// Its title, which can stand in a sentence.
    fn title(&self) -> &UserText<'_>;
    /// Its quantity and title.
    fn short(&self, say: &Localizer) -> String;
    /// What it shows that a shop or a customer wrote.
    fn text(&self) -> String;
    /// Leaves out its link and its picture where they do not fit into `room`, of which it takes the rest.
    fn fit_looks(&mut self, room: &mut usize);
}

impl<T: Entry> Listing<T> {
    /// Takes as many of `entries` as fit.
    pub fn fill(mut entries: impl ExactSizeIterator<Item = T>, say: &Localizer) -> Self {
        let total = entries.len();
        let mut listing =
            Self { shown: Vec::with_capacity(total.min(MAX_ARTICLES)), named: vec![], left_out: 0 };
        let mut room = MAX_TITLE_BYTES;
        let mut next = None;
        for entry in entries.by_ref() {
            let bytes = escaped_bytes(&entry.text());
            let is_full = listing.shown.len() == MAX_ARTICLES || bytes > room;
            if is_full && !listing.shown.is_empty() {
                next = Some(entry);
                break;
            }
            room = room.saturating_sub(bytes);
            listing.shown.push(entry);
        }
        let titles = MAX_TITLE_BYTES - room;
        let mut room = MAX_NAMED_BYTES;
        for entry in next.into_iter().chain(entries) {
            let name = entry.short(say);
            let bytes = escaped_bytes(&name) + 2;
            if bytes > room {
                break;
            }
            room -= bytes;
            listing.named.push(name);
        }
        listing.left_out = total - listing.shown.len() - listing.named.len();
        listing.fit_looks(titles + MAX_NAMED_BYTES - room);
        listing
    }

    /// Leaves out the links and pictures for which the list, whose texts take so many bytes, has no room.
    fn fit_looks(&mut self, text_bytes: usize) {
        let taken = text_bytes + self.shown.len() * ENTRY_MARKUP_BYTES;
        let mut room = MAX_LIST_BYTES.saturating_sub(taken).min(MAX_LOOKS_BYTES);
        self.shown.iter_mut().for_each(|entry| entry.fit_looks(&mut room));
    }

    /// The title of the first entry, to stand in a sentence, and the number of the others.
    pub fn summary(&self) -> Option<(UserText<'_>, usize)> {
        let first = self.shown.first()?;
        let others = self.shown.len() - 1 + self.named.len() + self.left_out;
        Some((first.title().shortened(60), others))
    }

    /// `2 × Mug; 1 × Pot`, the entries that are only named.
    pub fn also(&self, say: &Localizer) -> Option<String> {
        // What stands between two of them, in this language.
        let between = say.articles_in_a_row("", "");
        (!self.named.is_empty()).then(|| self.named.join(&between))
    }

    /// `… and 450 more items`, or nothing.
    pub fn rest(&self, say: &Localizer) -> Option<String> {
        (self.left_out > 0).then(|| say.more_in_list(self.left_out))
    }
}

/// How many bytes `text` takes in HTML. The template engine writes each of these characters as five bytes (`&#60;`), and
/// Gmail counts bytes as sent. Isolates are not counted: hardly any stays.
pub fn escaped_bytes(text: &str) -> usize {
    let bytes = |c| match c {
        '<' | '>' | '&' | '"' | '\'' => 5,
        ISOLATE | END => 0,
        c => c.len_utf8(),
    };
    text.chars().map(bytes).sum()
}

#[cfg(test)]
mod tests {
    use super::super::looks::Looks;
    use super::*;

    #[derive(Debug)]
    struct Named(UserText<'static>, Looks<'static>);

    impl Entry for Named {
        fn title(&self) -> &UserText<'_> {
            &self.0
        }

        fn short(&self, _: &Localizer) -> String {
            self.0.to_string()
        }

        fn text(&self) -> String {
            self.0.to_string()
        }

        fn fit_looks(&mut self, room: &mut usize) {
            self.1.fit(room);
        }
    }

    fn english() -> Localizer {
        Localizer::new(None, &<_>::default(), jiff::Timestamp::UNIX_EPOCH)
    }

    fn repeated(title: &str, count: usize) -> Listing<Named> {
        let entries = vec![UserText::of_shop(title.to_owned()); count];
        let looks = Looks { picture: Some("https://shop.example/mug.jpg"), page: None };
        Listing::fill(entries.into_iter().map(|title| Named(title, looks.clone())), &english())
    }

    #[test]
    fn no_article_is_left_out_for_the_sake_of_pictures() {
        let pictures = |listing: &Listing<Named>| {
            let pictures = listing.shown.iter().filter(|entry| entry.1.picture.is_some());
            (listing.shown.len(), pictures.count())
        };
        assert_eq!(pictures(&repeated("Mug", 30)), (30, 30));
        let (shown, with_picture) = pictures(&repeated("Mug", 50));
        assert!(shown == 50 && (30..50).contains(&with_picture), "{with_picture}");
        assert_eq!(pictures(&repeated(&"x".repeat(400), 500)), (50, 0), "the texts take it all");
    }

    #[test]
    fn a_short_list_is_shown_whole() {
        let listing = repeated("Mug", 50);
        assert_eq!(
            (listing.shown.len(), listing.also(&english()), listing.rest(&english())),
            (50, None, None)
        );
    }

    #[test]
    fn every_line_of_an_order_of_250_is_shown_or_named() {
        let listing = repeated("Stoneware mug, moss green, with a large handle", 250);
        assert_eq!((listing.shown.len(), listing.named.len(), listing.left_out), (50, 200, 0));
        assert_eq!(listing.summary(), Some((listing.shown[0].0.clone(), 249)));
    }

    #[test]
    fn the_rest_of_a_longer_list_is_counted() {
        let title = "x".repeat(118);
        for (count, rest) in [(500, "… and 350 more items"), (151, "… and 1 more item")] {
            assert_eq!(repeated(&title, count).rest(&english()).as_deref(), Some(rest));
        }
    }

    #[test]
    fn fewer_entries_with_long_titles_are_shown() {
        let title = "<".repeat(500);
        let listing = repeated(&title, 50);
        assert_eq!((listing.shown.len(), listing.named.len(), listing.left_out), (8, 4, 38));
    }
}
