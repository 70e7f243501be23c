//! Renders the e-mail of an event: subject, HTML and plain text.
//!
//! Pure: the same event and brand give the same mail; nothing here reads a clock, a file or the
//! network. Templates are compiled in.
//!
//! Promises:
//! - What a customer or a shop wrote is never markup: HTML is escaped by the template engine, and
//!   every such text is a `UserText`, which keeps right-to-left text from reordering the
//!   text around it.
//! - What a customer typed is never a link at the reader (`autolink`); `user_text` says which fields
//!   those are.
//! - A subject is one line without control characters, and short.
//! - HTML and text say the same. Both stay below the 102 KB at which Gmail cuts a mail off: of a
//!   long list the first articles are shown, the rest is counted (`listing`).

mod accent;
mod address;
mod autolink;
mod brand;
mod cancelled;
mod confirmed;
mod day;
mod delayed;
mod delivered;
mod listing;
mod mail;
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
pub use mail::{Mail, RenderError};

use page::Page;

/// Renders the mail that `event` asks for, in the name of the shop `brand`.
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
