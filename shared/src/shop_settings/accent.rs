//! A shop's accent colour, with readable text and visible borders.

use crate::contract::error::InvalidValue;

/// The colour of buttons and bars, `#rrggbb`, and colours derived from it: readable text on it, and a border
/// that is visible even if the colour itself hardly differs from the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accent {
    /// On a white page.
    pub light: SurfaceColors,
    /// On a dark page.
    pub dark: SurfaceColors,
}

/// The colours of one surface, each `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurfaceColors {
    /// The surface.
    pub fill: String,
    /// Text on it: contrast of at least 4.5 (WCAG 2.2 AA, 1.4.3).
    pub text: &'static str,
    /// Its border, and thin bars: contrast of at least 3 to the page (1.4.11).
    pub edge: String,
}

const WHITE: Rgb = Rgb([255, 255, 255]);
const BLACK: Rgb = Rgb([0, 0, 0]);
/// The dark page's card, as `base.html` paints it.
const DARK_CARD: Rgb = Rgb([0x22, 0x21, 0x1f]);

impl Accent {
    /// Parses `#rrggbb`.
    ///
    /// # Errors
    /// [`InvalidValue`] for any other form, also `#rgb` and colour names.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let colour = Rgb::parse(text)
            .ok_or_else(|| InvalidValue::expected("a colour as #rrggbb, such as #0b6e5f"))?;
        // Lightened for a dark page: with many brand colours the button would hardly be visible there.
        let on_dark = colour.nearest_visible(WHITE, DARK_CARD);
        Ok(Self {
            light: SurfaceColors::new(colour, colour.nearest_visible(BLACK, WHITE)),
            dark: SurfaceColors::new(on_dark, on_dark),
        })
    }
}

impl SurfaceColors {
    fn new(fill: Rgb, edge: Rgb) -> Self {
        let text = if fill.contrast(WHITE) >= 4.5 { "#ffffff" } else { "#000000" };
        Self { fill: fill.to_string(), text, edge: edge.to_string() }
    }
}

#[derive(Clone, Copy)]
struct Rgb([u8; 3]);

impl Rgb {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6)?;
        let value =
            digits.bytes().try_fold(0_u32, |n, b| Some(n * 16 + char::from(b).to_digit(16)?))?;
        let [_, red, green, blue] = value.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// The first colour on the way to `end` that is visible on `page`.
    fn nearest_visible(self, end: Self, page: Self) -> Self {
        (0..=20).map(|step| self.mix(end, step)).find(|c| c.contrast(page) >= 3.0).unwrap_or(end)
    }

    /// `step` twentieths of the way to `end`.
    fn mix(self, end: Self, step: u16) -> Self {
        let channel = |i: usize| {
            let mixed = u16::from(self.0[i]) * (20 - step) + u16::from(end.0[i]) * step;
            u8::try_from(mixed / 20).unwrap_or(u8::MAX)
        };
        Self([channel(0), channel(1), channel(2)])
    }

    /// WCAG's contrast ratio, 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl std::fmt::Display for Rgb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Rgb {
        Rgb::parse(text).expect("a colour")
    }

    #[test]
    fn text_can_be_read_on_every_accent_and_the_edge_stands_out_from_the_page() {
        for code in (0..0x0100_0000).step_by(65_521) {
            let accent = Accent::parse(&format!("#{code:06x}")).expect("a colour");
            for (paint, page) in [(&accent.light, WHITE), (&accent.dark, DARK_CARD)] {
                let contrast = colour(&paint.fill).contrast(colour(paint.text));
                assert!(contrast >= 4.5, "{paint:?}: {contrast}");
                assert!(colour(&paint.edge).contrast(page) >= 3.0, "{paint:?}");
            }
        }
    }

    #[test]
    fn a_colour_that_stands_out_is_left_as_it_is() {
        let accent = Accent::parse("#0B6E5F").expect("a colour");
        assert_eq!((accent.light.fill.as_str(), accent.light.text), ("#0b6e5f", "#ffffff"));
        assert_eq!(accent.light.edge, "#0b6e5f");
        let yellow = Accent::parse("#ffd400").expect("a colour");
        assert_eq!((yellow.light.fill.as_str(), yellow.light.text), ("#ffd400", "#000000"));
        assert_ne!(yellow.light.edge, "#ffd400");
    }

    #[test]
    fn a_malformed_colour_is_refused() {
        for bad in ["", "#fff", "red", "0b6e5f", "#0b6e5g", "#0b6e5f;", "#+12345", "#0b6e5\u{e9}"] {
            assert!(Accent::parse(bad).is_err(), "{bad:?} was taken");
        }
    }
}
