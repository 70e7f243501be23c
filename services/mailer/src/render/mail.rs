//! A rendered mail, and how one is made of its templates.

/// One e-mail, ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// One line, no control character; not yet encoded for a header.
    pub subject: String,
    /// The HTML part, a whole document.
    pub html: String,
    /// The plain text part: the same facts, lines ended by `\n`, prose folded at 72 columns.
    pub text: String,
}

/// Why an event gives no mail. Trying again gives the same answer.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Price times quantity of a line is beyond what money can hold.
    #[error("line {line} of the order costs more than can be written")]
    LineTotal {
        /// Which line of the order, from 0.
        line: usize,
    },
    /// The parcel holds what was not ordered.
    #[error("the parcel holds an article that the order does not have")]
    UnknownArticle,
    /// A template failed.
    #[error("the template could not be written: {0}")]
    Template(#[from] askama::Error),
}

/// Gives a mail its two templates. Both see `page` (what every mail has) and `mail` (its own).
macro_rules! templates {
    ($mail:ident, $html:literal, $text:literal) => {
        #[derive(askama::Template)]
        #[template(path = $html, whitespace = "minimize")]
        struct Html<'a> {
            page: &'a crate::render::page::Page<'a>,
            mail: &'a $mail<'a>,
        }

        #[derive(askama::Template)]
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
                let text = crate::render::plain::tidy(&text);
                Ok(crate::render::mail::Mail { subject: page.subject, html, text })
            }
        }
    };
}
pub(super) use templates;
