//! Showing an order's personal data for a while, and hiding it again.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use shared::OrderKey;

use super::command::CommandLine;
use super::link::order_link;
use super::named_order::stack_for;
use super::request::{Change, Form};
use super::respond::{error_page, redirect};
use super::search::search_frame;
use super::state::Console;
use crate::audit::{self, Audit, Intent};
use crate::aws::Stack;
use crate::error::CliError;
use crate::find::{Wanted, find as find_stored};

/// `POST /order/unmask`: shows the order's personal data for a while, which an audit item keeps.
pub async fn unmask(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { session, fields } = form;
    let unmasked = async {
        let order = fields.order(&console)?;
        let reason = audit::reason(fields.get("reason")).map_err(|expected| {
            CliError::input(format!("Nothing was shown: a reason is needed, {expected}."))
        })?;
        check_is_stored(&console, &order).await?;
        record_unmasking(&console, &order, reason).await?;
        Ok::<_, CliError>(order)
    };
    match unmasked.await {
        Ok(order) => {
            let link = order_link(&order);
            console.sessions().unmask(&session, order);
            redirect(&link)
        }
        Err(error) => error_page(search_frame(&console, &session, &fields, "id"), &error),
    }
}

/// `POST /order/mask`: hides the order's personal data again.
pub async fn mask(State(console): State<Console>, form: Form) -> Response {
    let Form { session, fields } = form;
    match fields.order(&console) {
        Ok(order) => {
            console.sessions().mask(&session, &order);
            redirect(&order_link(&order))
        }
        Err(error) => error_page(search_frame(&console, &session, &fields, "id"), &error),
    }
}

/// # Errors
/// [`CliError::Input`] when nothing is stored of the order: its id is perhaps an address that somebody has typed, and would be
/// kept in an audit item that shows nobody anything.
async fn check_is_stored(console: &Console, order: &OrderKey) -> Result<(), CliError> {
    let wanted = Wanted::parse(order.order_id.as_str(), order.shop.clone())?;
    let command = CommandLine::new(console.stack(), ["order"]);
    let found =
        console.read(&command, async move |stack, _| find_stored(&stack, &wanted).await).await?;
    if found.orders.iter().any(|stored| stored.order == *order) {
        return Ok(());
    }
    Err(CliError::input("Nothing is stored of an order with this id, so there is nothing to show."))
}

/// Before anything is shown: who may not write this down is not shown it here.
async fn record_unmasking(
    console: &Console,
    order: &OrderKey,
    reason: String,
) -> Result<(), CliError> {
    let (order, operator) = (order.clone(), console.operator());
    let command =
        CommandLine::new(&stack_for(console.stack(), &order), ["order", order.order_id.as_str()])
            .with_flag("--show-pii", true);
    let record = async move |stack: Stack| {
        let stack = stack_for(&stack, &order);
        let intent = Intent {
            action: format!("show {}", order.order_id),
            reason: Some(&reason),
            plan: json!({ "order_key": order.to_string() }),
        };
        let audit = Audit::begin(&stack, &operator, intent).await?;
        audit.complete(Ok(()), &json!({ "shown": 1 })).await
    };
    console.change(&command, record).await
}
