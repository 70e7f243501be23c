//! The shop's logo, and its name where pictures are blocked.

use shared::shop_settings::Logo;
use unicode_width::UnicodeWidthStr;

use super::page::Page;

/// How large the name is set without a logo, in pixels.
const NAME_SIZE: u16 = 22;
/// The smallest that can be read.
const MIN_SIZE: u16 = 12;
/// How wide a column of bold letters is at most, as a share of their size: 3/5.
const COLUMN: (usize, usize) = (3, 5);
/// What a browser draws before the text in place of a picture.
const ICON_WIDTH: usize = 18;

/// The type of the name in place of a logo, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AltType {
    /// The letters' size.
    pub size: u16,
    /// The line's height.
    pub line: u16,
}

impl Page<'_> {
    /// Whether dark pages have a logo of their own.
    pub fn has_dark_logo(&self) -> bool {
        self.brand.logo.as_ref().is_some_and(|logo| logo.dark_url.is_some())
    }

    /// The type of the shop's name in place of its logo: the largest of which the whole name fits into the logo's box.
    /// Apple Mail and Outlook show nothing beyond the box, and Apple Mail nothing at all of a name that does not fit.
    pub fn alt_type(&self, logo: &Logo) -> AltType {
        let name = self.brand.name.as_str();
        let sizes = (MIN_SIZE..=NAME_SIZE).rev().map(AltType::new);
        sizes.into_iter().find(|alt| alt.fits(name, logo)).unwrap_or(AltType::new(MIN_SIZE))
    }
}

impl AltType {
    const fn new(size: u16) -> Self {
        Self { size, line: size * 5 / 4 }
    }

    fn fits(self, name: &str, logo: &Logo) -> bool {
        let room = usize::from(logo.width).saturating_sub(ICON_WIDTH);
        let column = usize::from(self.size) * COLUMN.0 / COLUMN.1;
        let columns = room / column;
        let lines = usize::from(logo.height / self.line);
        lines_of(name, columns).is_some_and(|needed| needed <= lines)
    }
}

/// How many lines of so many columns a text takes; `None` where a word is longer than a line.
fn lines_of(text: &str, columns: usize) -> Option<usize> {
    let (mut lines, mut used) = (1, 0);
    for word in text.split(' ').map(UnicodeWidthStr::width) {
        if word > columns {
            return None;
        }
        // With the space before it.
        if used > 0 && used + 1 + word > columns {
            (lines, used) = (lines + 1, word);
        } else {
            used += word + usize::from(used > 0);
        }
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Brand;
    use crate::render::tests::{NOW, sample};
    use shared::Event;

    fn alt_type(name: &str, width: u16, height: u16) -> AltType {
        let brand = Brand::parse(&format!(
            r#"{{"name":"{name}","url":"https://s.example","support_email":"a@s.example",
                "logo":{{"url":"https://s.example/l.png","width":{width},"height":{height}}}}}"#
        ))
        .expect("a brand");
        let event = Event::parse(&sample("delivered")).expect("an event");
        let page = Page::new(&event, NOW, &<_>::default(), &brand);
        page.alt_type(brand.logo.as_ref().expect("a logo"))
    }

    #[test]
    fn a_name_is_as_large_as_its_logo_s_box_allows() {
        for (name, width, height, size) in [
            ("Kiosk", 160, 32, 22),
            ("Nordlicht", 110, 32, 18),
            ("Norden & Søn", 150, 36, 19),
            ("Nordlicht Manufaktur", 110, 32, 13),
            ("東京茶舗", 110, 32, 19),
            ("K", 40, 16, 13),
            // It goes beyond the box, and can still be read where that grows.
            ("A name that is much too long for its logo", 40, 16, 12),
        ] {
            assert_eq!(alt_type(name, width, height).size, size, "{name}");
        }
    }

    #[test]
    fn a_name_is_broken_between_its_words_alone() {
        assert_eq!(lines_of("Norden & Søn", 12), Some(1));
        assert_eq!(lines_of("Norden & Søn", 8), Some(2));
        assert_eq!(lines_of("Norden & Søn", 6), Some(2));
        assert_eq!(lines_of("Norden & Søn", 5), None);
    }
}
