//! A rendered mail, and how templates are rendered to it.

use super::localizer::settle;
use super::page::Page;
use super::plain;

/// One e-mail, ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// One line without control characters, not yet encoded for a header.
    pub subject: String,
    /// The HTML part, a complete document.
    pub html: String,
    /// The plain text part with the same facts. Lines end with `\n`; prose is folded at 72 columns.
    pub text: String,
}

impl Mail {
    /// Of what the templates made.
    pub(super) fn new(page: Page<'_>, html: &str, text: &str) -> Self {
        let direction = page.say.language.direction();
        // A subject has one line, and without other characters than ASCII it needs no encoding.
        let subject = page.subject.replace(['\u{a0}', '\u{202f}'], " ");
        Self {
            subject: settle(&subject, direction),
            html: settle(html, direction),
            text: plain::tidy(&settle(text, direction)),
        }
    }
}

/// Why an event cannot be rendered. A retry fails again.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template failed.
    #[error("the template could not be written: {0}")]
    Template(#[from] askama::Error),
}

/// Implements `write` for a mail with its two templates. Both templates have `page` (what all mails share) and
/// `mail` (this mail's own data).
macro_rules! templates {
    ($mail:ident, $html:literal, $text:literal) => {
        #[derive(askama::Template)]
        #[template(path = $html, whitespace = "minimize")]
        struct Html<'a> {
            page: &'a crate::render::page::Page<'a>,
            mail: &'a $mail<'a>,
        }

        #[derive(askama::Template)]
        // Plain text must not be escaped: a mail client would show `&amp;` as it is.
        #[template(path = $text, escape = "none")]
        struct Text<'a> {
            page: &'a crate::render::page::Page<'a>,
            mail: &'a $mail<'a>,
        }

        impl $mail<'_> {
            fn write(
                &self,
                page: crate::render::page::Page<'_>,
            ) -> Result<crate::render::mail::Mail, crate::render::mail::RenderError> {
                use askama::Template as _;
                let html = Html { page: &page, mail: self }.render()?;
                let text = Text { page: &page, mail: self }.render()?;
                Ok(crate::render::mail::Mail::new(page, &html, &text))
            }
        }
    };
}
pub(super) use templates;
