//! Whether a mail went to an address of which only the hash is kept: an operator typed it, and no event names it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shared::notification::{AddressHash, Recipient};
use shared::{EmailAddress, OrderKey};

use super::command::CommandLine;
use super::link::order_link;
use super::named_order::{order_name, stack_for};
use super::request::{Fields, Form};
use super::respond::{PageFrame, error_page, html};
use super::search::search_frame;
use super::state::Console;
use crate::error::CliError;
use crate::notification::other_recipient;
use crate::pii::PiiMode;
use crate::store::records_of_order;

#[derive(Template)]
#[template(path = "console/address_check.html")]
struct AddressCheckPage {
    frame: PageFrame,
    /// The order, as a title names it.
    order: String,
    shop: String,
    id: String,
    recipient: String,
    is_it: bool,
    back: String,
}

/// `POST /order/address`: compares an address with the hash in the role of a mail's recipient. A form, so that the address is
/// in no link; the page does not repeat it, and nothing is logged. It tells of a guess whether it is right, so the order's
/// personal data has to be shown already.
pub async fn check(State(console): State<Console>, form: Form) -> Response {
    let Form { session, fields } = form;
    let frame = search_frame(&console, &session, &fields, "id");
    let checked = async {
        let order = fields.order(&console)?;
        if console.pii(&session, &order) == PiiMode::Masked {
            return Err(CliError::input(
                "Whether it is this address is personal data. Show the order's on its page first.",
            ));
        }
        let is_it = is_address_of(&order, &fields)?;
        check_recipient(&console, &order, fields.get("recipient")).await?;
        Ok((order, is_it))
    };
    match checked.await {
        Ok((order, is_it)) => {
            let page = AddressCheckPage {
                order: order_name(&console, &order, PiiMode::Shown),
                shop: order.shop.to_string(),
                id: order.order_id.to_string(),
                recipient: fields.get("recipient").to_owned(),
                is_it,
                back: order_link(&order),
                frame: frame.for_shop(&order.shop),
            };
            html(StatusCode::OK, &page)
        }
        Err(error) => error_page(frame, &error),
    }
}

/// Whether a mail of the order itself has this recipient: what is shown of one order tells nothing of another one's.
async fn check_recipient(
    console: &Console,
    order: &OrderKey,
    recipient: &str,
) -> Result<(), CliError> {
    let command = CommandLine::new(&stack_for(console.stack(), order), ["order"]);
    let key = order.to_string();
    // By its key, and not as somebody who searches: an id that is an address would be looked for as one.
    let records = async move |stack, _| records_of_order(&stack, &key).await;
    let records = console.read(&command, records).await?;
    let is_to = |record| other_recipient(record).is_some_and(|own| own.to_string() == recipient);
    match records.iter().any(is_to) {
        true => Ok(()),
        false => Err(CliError::input("No mail of this order went to that recipient.")),
    }
}

/// # Errors
/// [`CliError::Input`] for what is no address, and for a recipient without a hash.
fn is_address_of(order: &OrderKey, fields: &Fields) -> Result<bool, CliError> {
    let recipient = Recipient::parse(fields.get("recipient")).ok();
    let hash = recipient.and_then(|recipient| recipient.address_hash());
    let hash = hash.ok_or_else(|| CliError::input("The form names no recipient of a mail."))?;
    // The parser's sentence might quote what was typed.
    let address = EmailAddress::parse(fields.get("address")).map_err(|invalid| {
        let expected = "expected a name, an at sign and a domain such as example.com";
        CliError::input(format!("That is not an e-mail address: {expected}.")).caused_by(invalid)
    })?;
    Ok(AddressHash::new(&order.shop, &address) == hash)
}
