//! Renders the mail for an event: subject, HTML and plain text.
//!
//! Pure: the same event, accepted at the same time, and brand always give the same mail. Nothing here reads a clock, a file or the
//! network; templates are compiled in.
//!
//! Promises:
//! - Text that a customer or a shop wrote never becomes markup. The template engine escapes HTML, and each
//!   such text is a `UserText`, which keeps right-to-left text from reordering the text around it.
//! - What a customer typed never becomes a link in the recipient's mail client (`autolink`); `user_text`
//!   says which fields those are.
//! - A tracking link is the event's own, or else the page of the parcel's carrier, where that is known beyond doubt
//!   (`carriers`).
//! - What a program reads in the HTML (`structured_data`) says no more than the event, and never ends its element.
//! - A picture of an article and the link to its page are https, or not there; what of them does not fit is left out, and
//!   no article for their sake.
//! - The logo is one picture in light and in dark, and where pictures are blocked, the shop's name fits into its place (`logo`).
//! - A subject is short, and one line without control characters.
//! - HTML and plain text have the same content. Both stay below the 102 KB at which Gmail truncates a mail:
//!   of a long list, only the first articles are shown, with the number of the others (`listing`).

mod address;
mod article;
mod autolink;
mod bill;
mod cancelled;
mod carriers;
mod changes;
mod confirmed;
mod delayed;
mod delivered;
mod delivery_attempted;
mod footer;
mod layout;
mod listing;
mod localizer;
mod logo;
mod looks;
mod mail;
mod order_updated;
mod out_for_delivery;
mod page;
mod parcel;
mod payment_failed;
mod pickup;
mod plain;
mod ready_for_pickup;
mod refunded;
mod returned;
mod shipped;
mod structured_data;
mod updated;
mod user_text;
mod withdrawal_received;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;
use shared::Event;
use shared::contract::changes::OrderChanges;
use shared::contract::event::EventPayload;
use shared::notification::MoneyNews;
use shared::shop_settings::Voice;

pub use localizer::{wording_faults, wording_links};
pub use mail::{Mail, RenderError};
pub use shared::shop_settings::{Accent, Brand, BrandError};

use localizer::Localizer;
use page::Page;

/// Reads the messages of the language that a shop's customers mostly have, while a function starts.
pub fn warm_up(voice: &Voice) {
    Localizer::warm_up(voice);
}

/// What a mail depends on beside its event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailContext {
    /// What it says of money, beside the other mails of its order.
    pub money: MoneyNews,
    /// What changed of the order since its recipient was last told of it.
    pub changes: OrderChanges,
    /// The language, the form of address and the words of its shop.
    pub voice: Arc<Voice>,
    /// Whether its recipient is not the customer. It is the same mail, but it says so: in its subject, and in its last
    /// line, which tells others why they get it.
    pub is_copy: bool,
}

/// Renders the mail that `event`, accepted at `accepted_at`, asks for, in the name of the shop `brand`, if nothing else
/// is known of its order. A day of another year than that of the acceptance names its year.
///
/// # Errors
/// [`RenderError`], which depends on the event alone.
pub fn render(event: &Event, accepted_at: Timestamp, brand: &Brand) -> Result<Mail, RenderError> {
    render_in_context(event, accepted_at, &MailContext::default(), brand)
}

/// As [`render`], given what else is known.
///
/// # Errors
/// [`RenderError`], which depends on the event alone.
pub fn render_in_context(
    event: &Event,
    accepted_at: Timestamp,
    context: &MailContext,
    brand: &Brand,
) -> Result<Mail, RenderError> {
    // Not in a copy: the order is not its reader's.
    let json_ld = if context.is_copy { None } else { structured_data::json_ld(event, brand) };
    let page = Page {
        is_copy: context.is_copy,
        json_ld,
        ..Page::new(event, accepted_at, &context.voice, brand)
    };
    let order = &event.order;
    match &event.payload {
        EventPayload::Confirmed => confirmed::compose(page, order),
        EventPayload::OrderUpdated(update) => {
            order_updated::compose(page, order, update, &context.changes)
        }
        EventPayload::PaymentFailed(payment) => payment_failed::compose(page, order, payment),
        EventPayload::Cancelled(cancellation) => {
            cancelled::compose(page, order, cancellation, context.money.refund_told)
        }
        EventPayload::Refunded(refund) => refunded::compose(page, order, refund, context.money),
        EventPayload::WithdrawalReceived(withdrawal) => {
            withdrawal_received::compose(page, order, withdrawal)
        }
        EventPayload::Shipped(shipment) => shipped::compose(page, order, shipment),
        EventPayload::Updated(shipment) => updated::compose(page, order, shipment),
        EventPayload::Delayed(shipment) => delayed::compose(page, order, shipment),
        EventPayload::OutForDelivery(shipment) => out_for_delivery::compose(page, order, shipment),
        EventPayload::DeliveryAttempted(shipment) => {
            delivery_attempted::compose(page, order, shipment)
        }
        EventPayload::ReadyForPickup(shipment) => ready_for_pickup::compose(page, order, shipment),
        EventPayload::Delivered(shipment) => delivered::compose(page, order, shipment),
        EventPayload::Returned(shipment) => returned::compose(page, order, shipment),
    }
}
