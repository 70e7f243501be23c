//! Writes the e-mail of an event: subject, HTML and plain text.
//!
//! Pure: the same event and brand give the same mail; nothing here reads a clock, a file or the
//! network. Templates are compiled in.
//!
//! Promises:
//! - What a customer or a shop wrote is never markup: HTML is escaped by the template engine, and
//!   every such text is a `UserText`, which keeps right-to-left text from reordering the
//!   text around it.
//! - A subject is one line without control characters, and short.
//! - HTML and text say the same. Both stay below the 102 KB at which Gmail cuts a mail off: of a
//!   long list the first articles are shown, the rest is counted (`listing`).

mod accent;
mod address;
mod brand;
mod cancelled;
mod confirmed;
mod day;
mod delayed;
mod delivered;
mod listing;
mod money;
mod out_for_delivery;
mod page;
mod parcel;
mod plain;
mod refunded;
mod shipped;
mod updated;
mod user_text;

#[cfg(test)]
mod tests;

use shared::Event;
use shared::contract::event::EventPayload;

pub use accent::Accent;
pub use brand::{Brand, BrandError};

use page::Page;

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

/// Writes the mail that `event` asks for, as the shop `brand`.
///
/// # Errors
/// [`RenderError`]; never because of anything but the event itself.
pub fn render(event: &Event, brand: &Brand) -> Result<Mail, RenderError> {
    let page = Page::new(event, brand);
    match &event.payload {
        EventPayload::Confirmed => confirmed::compose(page, &event.order),
        EventPayload::Cancelled(cancellation) => {
            cancelled::compose(page, &event.order, cancellation)
        }
        EventPayload::Refunded(refund) => refunded::compose(page, &event.order, refund),
        EventPayload::Shipped(shipment) => shipped::compose(page, &event.order, shipment),
        EventPayload::Updated(shipment, number) => {
            updated::compose(page, &event.order, shipment, number)
        }
        EventPayload::Delayed(shipment, day) => {
            delayed::compose(page, &event.order, shipment, *day)
        }
        EventPayload::OutForDelivery(shipment) => {
            out_for_delivery::compose(page, &event.order, shipment)
        }
        EventPayload::Delivered(shipment) => delivered::compose(page, &event.order, shipment),
    }
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
            ) -> Result<crate::render::Mail, crate::render::RenderError> {
                use askama::Template as _;
                let html = Html { page: &page, mail: self }.render()?;
                let text = Text { page: &page, mail: self }.render()?;
                let text = crate::render::plain::tidy(&text);
                Ok(crate::render::Mail { subject: page.subject, html, text })
            }
        }
    };
}
use templates;
