//! The picture of an article and its page in the shop.

use shared::HttpUrl;
use shared::contract::order_line::OrderLine;

use super::listing::escaped_bytes;

/// What a picture or a link is written with, beside its address: about so many bytes, with what a picture shows.
const MARKUP_BYTES: usize = 300;

/// The longest text in place of a picture, in characters.
pub const MAX_ALT_LEN: usize = 60;

/// Where an article can be seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looks<'a> {
    /// A picture.
    pub picture: Option<&'a str>,
    /// Its page.
    pub page: Option<&'a str>,
}

impl<'a> Looks<'a> {
    /// Those of a line. Only https: most mail programs show no other picture, and a reader would be warned of another
    /// link.
    pub fn new(line: &'a OrderLine) -> Self {
        let https = |url: &'a Option<HttpUrl>| {
            url.as_ref().map(HttpUrl::as_str).filter(|url| url.starts_with("https:"))
        };
        Self { picture: https(&line.image_url), page: https(&line.url) }
    }

    /// Leaves out what takes more than the room that is left, and takes from it what is shown.
    pub fn fit(&mut self, room: &mut usize) {
        for address in [&mut self.page, &mut self.picture] {
            let bytes = address.map_or(0, |address| escaped_bytes(address) + MARKUP_BYTES);
            match room.checked_sub(bytes) {
                Some(left) => *room = left,
                None => *address = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shared::Event;

    fn line(picture: &str, page: &str) -> OrderLine {
        let event = json!({
            "id": "e", "type": "order.confirmed",
            "data": { "order": {
                "id": "1", "customer": { "email": "jo@example.com" },
                "lines": [{ "title": "Mug", "quantity": 1, "image_url": picture, "url": page }],
            }},
        });
        Event::parse(&event).expect("valid").order.lines.remove(0)
    }

    #[test]
    fn only_https_is_shown() {
        let line = line("http://shop.example/mug.jpg", "https://shop.example/mug");
        let looks = Looks { picture: None, page: Some("https://shop.example/mug") };
        assert_eq!(Looks::new(&line), looks);
    }

    #[test]
    fn what_takes_more_than_the_room_is_left_out() {
        let line = line("https://shop.example/mug.jpg", "https://shop.example/mug");
        let fitted = |mut room: usize| {
            let mut looks = Looks::new(&line);
            looks.fit(&mut room);
            (looks.page.is_some(), looks.picture.is_some(), room)
        };
        assert_eq!(fitted(652), (true, true, 0));
        assert_eq!(fitted(651), (true, false, 327));
        assert_eq!(fitted(323), (false, false, 323));
    }
}
