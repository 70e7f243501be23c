//! Shortens long lists, so that Gmail shows the whole mail.

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
    fn short(&self) -> String;
    /// What it shows that a shop or a customer wrote.
    fn text(&self) -> String;
    /// Leaves out its link and its picture where they do not fit into `room`, of which it takes the rest.
    fn fit_looks(&mut self, room: &mut usize);
}

impl<T: Entry> Listing<T> {
    /// Takes as many of `entries` as fit.
    pub fn fill(mut entries: impl ExactSizeIterator<Item = T>) -> Self {
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
            let name = entry.short();
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

    /// How many entries are not shown.
    fn more(&self) -> usize {
        self.named.len() + self.left_out
    }

    /// `In it: Stoneware mug and 2 more articles.` after the words `lead`; nothing for an empty list.
    pub fn summary(&self, lead: &str) -> String {
        let Some(first) = self.shown.first() else { return String::new() };
        let title = first.title().shortened(60);
        match self.shown.len() - 1 + self.more() {
            0 => format!("{lead}{title}."),
            1 => format!("{lead}{title} and 1 more article."),
            more => format!("{lead}{title} and {more} more articles."),
        }
    }

    /// `2 × Mug; 1 × Pot`, the entries that are only named.
    pub fn also(&self) -> Option<String> {
        (!self.named.is_empty()).then(|| self.named.join("; "))
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

// The template engine writes each of these characters as five bytes (`&#60;`), and Gmail counts bytes as sent.
pub fn escaped_bytes(text: &str) -> usize {
    text.chars().map(|c| if "<>&\"'".contains(c) { 5 } else { c.len_utf8() }).sum()
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

        fn short(&self) -> String {
            self.0.to_string()
        }

        fn text(&self) -> String {
            self.0.to_string()
        }

        fn fit_looks(&mut self, room: &mut usize) {
            self.1.fit(room);
        }
    }

    fn repeated(title: &str, count: usize) -> Listing<Named> {
        let entries = vec![UserText::of_shop(title.to_owned()); count];
        let looks = Looks { picture: Some("https://shop.example/mug.jpg"), page: None };
        Listing::fill(entries.into_iter().map(|title| Named(title, looks.clone())))
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
        assert_eq!((listing.shown.len(), listing.also(), listing.rest()), (50, None, None));
    }

    #[test]
    fn every_line_of_an_order_of_250_is_shown_or_named() {
        let listing = repeated("Stoneware mug, moss green, with a large handle", 250);
        assert_eq!((listing.shown.len(), listing.named.len(), listing.left_out), (50, 200, 0));
        assert_eq!(listing.summary(""), format!("{} and 249 more articles.", listing.shown[0].0));
    }

    #[test]
    fn the_rest_of_a_longer_list_is_counted() {
        let title = "x".repeat(118);
        assert_eq!(repeated(&title, 500).rest().as_deref(), Some("and 350 more articles"));
        assert_eq!(repeated(&title, 151).rest().as_deref(), Some("and 1 more article"));
    }

    #[test]
    fn fewer_entries_with_long_titles_are_shown() {
        let title = "<".repeat(500);
        let listing = repeated(&title, 50);
        assert_eq!((listing.shown.len(), listing.named.len(), listing.left_out), (8, 4, 38));
    }
}
