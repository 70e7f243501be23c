//! Which way a page runs, and in what type.

use std::fmt;

use super::localizer::Direction;
use super::page::Page;

impl Page<'_> {
    /// The value of the attribute `lang`.
    pub fn lang(&self) -> &'static str {
        self.say.language.code
    }

    /// The value of the attribute `dir`.
    pub fn dir(&self) -> &'static str {
        match self.say.language.direction() {
            Direction::LeftToRight => "ltr",
            Direction::RightToLeft => "rtl",
        }
    }

    /// The side on which a line starts, as `text-align` and `align` name it. Mail clients do not know the words that
    /// follow the direction by themselves.
    pub fn start(&self) -> &'static str {
        match self.say.language.direction() {
            Direction::LeftToRight => "left",
            Direction::RightToLeft => "right",
        }
    }

    /// The side on which a line ends.
    pub fn end(&self) -> &'static str {
        match self.say.language.direction() {
            Direction::LeftToRight => "right",
            Direction::RightToLeft => "left",
        }
    }

    /// A `margin` or `padding` of so many pixels.
    pub fn sides(&self, top: u8, end: u8, bottom: u8, start: u8) -> Sides {
        let (right, left) = match self.say.language.direction() {
            Direction::LeftToRight => (end, start),
            Direction::RightToLeft => (start, end),
        };
        Sides([top, right, bottom, left])
    }

    /// The fonts, those of the system first: a mail loads none.
    pub fn fonts(&self) -> &'static str {
        match self.script() {
            Script::Arabic => {
                "-apple-system,BlinkMacSystemFont,'Segoe UI','Geeza Pro','Noto Naskh Arabic UI',Tahoma,Arial,sans-serif"
            }
            Script::Japanese => {
                "-apple-system,BlinkMacSystemFont,'Hiragino Sans','Hiragino Kaku Gothic ProN','Yu Gothic',Meiryo,'Noto Sans JP','Noto Sans CJK JP',sans-serif"
            }
            Script::SimplifiedChinese => {
                "-apple-system,BlinkMacSystemFont,'PingFang SC','Hiragino Sans GB','Microsoft YaHei','Noto Sans SC','Noto Sans CJK SC',sans-serif"
            }
            Script::Other => {
                "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
            }
        }
    }

    /// The fonts of Outlook for Windows, which takes the first one alone.
    pub fn outlook_fonts(&self) -> &'static str {
        match self.script() {
            Script::Arabic => "Tahoma,Arial,sans-serif",
            Script::Japanese => "Meiryo,sans-serif",
            Script::SimplifiedChinese => "'Microsoft YaHei',sans-serif",
            Script::Other => "Arial,sans-serif",
        }
    }

    /// Whether large type is set a little tighter. It would tear the joined letters of Arabic apart.
    pub fn is_tightened(&self) -> bool {
        self.script() == Script::Other
    }

    fn script(&self) -> Script {
        match self.lang() {
            _ if self.say.language.direction() == Direction::RightToLeft => Script::Arabic,
            "ja" => Script::Japanese,
            "zh-Hans" => Script::SimplifiedChinese,
            _ => Script::Other,
        }
    }
}

/// Pixels at the top, right, bottom and left, as CSS writes them: `13px 16px 13px 0`.
#[derive(Debug, Clone, Copy)]
pub struct Sides([u8; 4]);

impl fmt::Display for Sides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, side) in self.0.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { " " })?;
            side.fmt(f)?;
            f.write_str(if *side == 0 { "" } else { "px" })?;
        }
        Ok(())
    }
}

/// The scripts that have fonts of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Arabic,
    Japanese,
    SimplifiedChinese,
    /// Those that every system's first font has: Latin, Greek, Cyrillic.
    Other,
}
