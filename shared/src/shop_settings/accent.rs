//! A shop's accent colour, with readable text and visible borders.

use crate::contract::error::InvalidValue;

/// The colour of buttons and bars, `#rrggbb`, and colours derived from it: readable text on it, and a border
/// that is visible even if the colour itself hardly differs from the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accent {
    /// On a light page.
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
    /// Its border, and thin bars: contrast of at least 3 to whatever it lies on (1.4.11).
    pub edge: String,
}

const WHITE: Rgb = Rgb([255, 255, 255]);
const BLACK: Rgb = Rgb([0, 0, 0]);
/// Of what `base.html` paints, the ground that a dark colour stands out from the least: the light page around the card.
const LIGHT_GROUND: Rgb = Rgb([0xf4, 0xf2, 0xed]);
/// And the one that a light colour stands out from the least: the dark panel, on which buttons lie.
const DARK_GROUND: Rgb = Rgb([0x2d, 0x2b, 0x28]);

impl Accent {
    /// Parses `#rrggbb`.
    ///
    /// # Errors
    /// [`InvalidValue`] for any other form, also `#rgb` and colour names.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let colour = Rgb::parse(text)
            .ok_or_else(|| InvalidValue::expected("a colour as #rrggbb, such as #0b6e5f"))?;
        // Lightened for a dark page: with many brand colours the button would hardly be visible there.
        let on_dark = colour.nearest_visible(WHITE, DARK_GROUND);
        Ok(Self {
            light: SurfaceColors::new(colour, colour.nearest_visible(BLACK, LIGHT_GROUND)),
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

    /// The first colour on the way to `end` that is visible on `ground`.
    fn nearest_visible(self, end: Self, ground: Self) -> Self {
        (0..=20).map(|step| self.mix(end, step)).find(|c| c.contrast(ground) >= 3.0).unwrap_or(end)
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
    use std::collections::BTreeSet;

    use super::*;

    fn colour(text: &str) -> Rgb {
        Rgb::parse(text).expect("a colour")
    }

    /// What a mail paints that is not the accent, in light and in dark: page, card, panel.
    const GROUNDS: [[&str; 3]; 2] =
        [["#f4f2ed", "#ffffff", "#f7f5f0"], ["#161614", "#22211f", "#2d2b28"]];

    /// The worst contrasts of an accent, in light and in dark: of its text, and of its edge on any ground.
    fn contrasts(code: &str) -> [(f64, f64); 2] {
        let accent = Accent::parse(code).expect("a colour");
        [(&accent.light, GROUNDS[0]), (&accent.dark, GROUNDS[1])].map(|(paint, grounds)| {
            let edge = colour(&paint.edge);
            let on_grounds = grounds.map(|ground| edge.contrast(colour(ground)));
            let text = colour(&paint.fill).contrast(colour(paint.text));
            (text, on_grounds.into_iter().fold(f64::MAX, f64::min))
        })
    }

    #[test]
    fn text_can_be_read_on_every_accent_and_the_edge_stands_out_from_the_page() {
        let every = (0..0x0100_0000).step_by(65_521).map(|code| format!("#{code:06x}"));
        // Those that leave the least room: yellow, black, white, and greys around the middle.
        let hard = ["#ffd400", "#ffff00", "#000000", "#ffffff", "#777777", "#767676", "#808080"];
        for code in every.chain(hard.map(str::to_owned)) {
            for (text, edge) in contrasts(&code) {
                assert!(text >= 4.5 && edge >= 3.0, "{code}: {text}, {edge}");
            }
        }
    }

    #[test]
    fn the_grounds_that_are_counted_with_are_those_that_are_painted() {
        let base = include_str!("../../../services/mailer/templates/base.html");
        let parts = include_str!("../../../services/mailer/templates/parts.html");
        let painted = |html: &str| {
            let colours = html.split("background-color:").skip(1).filter_map(|it| it.get(..7));
            colours.filter(|it| it.starts_with('#')).map(str::to_owned).collect::<BTreeSet<_>>()
        };
        let painted = &painted(base) | &painted(parts);
        assert_eq!(painted, GROUNDS.concat().into_iter().map(str::to_owned).collect());
    }

    #[test]
    fn black_white_and_grey_change_where_they_would_not_be_seen() {
        let colours = |code| {
            let Accent { light, dark } = Accent::parse(code).expect("a colour");
            [light.fill, light.text.to_owned(), dark.fill, dark.text.to_owned()]
        };
        assert_eq!(colours("#000000"), ["#000000", "#ffffff", "#7f7f7f", "#000000"]);
        assert_eq!(colours("#ffffff"), ["#ffffff", "#000000", "#ffffff", "#000000"]);
        assert_eq!(colours("#777777"), ["#777777", "#000000", "#777777", "#000000"]);
        assert_eq!(colours("#ffd400"), ["#ffd400", "#000000", "#ffd400", "#000000"]);
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
