//! Renders the mail for an event: subject, HTML and plain text.
//!
//! Pure: the same event and brand always give the same mail. Nothing here reads a clock, a file or the
//! network; templates are compiled in.
//!
//! Promises:
//! - Text that a customer or a shop wrote never becomes markup. The template engine escapes HTML, and each
//!   such text is a `UserText`, which keeps right-to-left text from reordering the text around it.
//! - What a customer typed never becomes a link in the recipient's mail client (`autolink`); `user_text`
//!   says which fields those are.
//! - A subject is short, and one line without control characters.
//! - HTML and plain text have the same content. Both stay below the 102 KB at which Gmail truncates a mail:
//!   of a long list, only the first articles are shown, with the number of the others (`listing`).

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
use shared::notification::MoneyNews;

pub use accent::Accent;
pub use brand::{Brand, BrandError};
pub use mail::{Mail, RenderError};

use page::Page;

/// Renders the mail that `event` asks for, in the name of the shop `brand`, if nothing else is known of its order.
///
/// # Errors
/// [`RenderError`], which depends on the event alone.
pub fn render(event: &Event, brand: &Brand) -> Result<Mail, RenderError> {
    render_beside(event, MoneyNews::default(), brand)
}

/// Renders the mail for `event` as it stands beside the other mails of its order, which `money` tells.
///
/// # Errors
/// [`RenderError`], which depends on the event alone.
pub fn render_beside(event: &Event, money: MoneyNews, brand: &Brand) -> Result<Mail, RenderError> {
    let MoneyNews { completes_refund, refund_told, .. } = money;
    let page = Page::new(event, brand);
    match &event.payload {
        EventPayload::Confirmed => confirmed::compose(page, &event.order),
        EventPayload::Cancelled(cancellation) => {
            cancelled::compose(page, &event.order, cancellation, refund_told)
        }
        EventPayload::Refunded(refund) => {
            refunded::compose(page, &event.order, refund, completes_refund)
        }
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
