//! Which notification a command is about, and how a command names it.

use kit::ledger::Item;
use shared::{Kind, NotificationKey};

use crate::args::{kind, order_id};
use crate::audit::ChangeArgs;
use crate::aws::Stack;
use crate::error::CliError;
use crate::store::records_of_order;

/// The flags of `resend`, which name one notification; `settle` has them too.
#[derive(Debug, Clone, clap::Args)]
pub struct NotificationArgs {
    /// The order's id
    pub order: String,
    /// The kind of mail, such as order.confirmed
    pub kind: String,
    /// The parcel, refund, tracking number or day, if the order has several mails of the kind
    #[arg(long, value_name = "SCOPE")]
    pub scope: Option<String>,
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// The one ledger record that the arguments name.
pub async fn find(stack: &Stack, args: &NotificationArgs) -> Result<Item, CliError> {
    let order = order_id(&args.order)?;
    let kind = kind(&args.kind)?;
    let mut found: Vec<(NotificationKey, Item)> = records_of_order(stack, &order)
        .await?
        .into_iter()
        // The record of a muted event has no key, and nothing to send.
        .filter_map(|item| Some((item.key()?, item)))
        .filter(|(key, _)| key.kind == kind)
        .filter(|(key, _)| args.scope.as_ref().is_none_or(|scope| key.scope == *scope))
        .collect();
    match found.len() {
        1 => Ok(found.remove(0).1),
        0 => Err(not_found(&order, kind, args.scope.as_deref())),
        count => {
            // Never the first of several: that would be a guess about a customer's mail.
            let scopes: Vec<&str> = found.iter().map(|(key, _)| key.scope.as_str()).collect();
            Err(CliError::input(format!(
                "The order {order} has {count} mails of the kind {kind}. Choose one with --scope: {}.",
                scopes.join(", ")
            )))
        }
    }
}

fn not_found(order: &str, kind: Kind, scope: Option<&str>) -> CliError {
    let about = scope.map(|scope| format!(" about {scope}")).unwrap_or_default();
    CliError::input(format!(
        "The ledger has no {kind} mail{about} of the order {order}. `waybill order {order}` shows \
         what it has; `waybill sweep --since 24h` queues an event again that was accepted and never \
         decided."
    ))
}

/// Kind and scope of a ledger record. The key of a muted event names its kind too.
pub fn kind_and_scope(item: &Item) -> (String, String) {
    match item.key() {
        Some(key) => (key.kind.to_string(), key.scope),
        None => {
            let kind = item.notification.split('#').nth(1).unwrap_or(&item.notification);
            (kind.to_owned(), String::new())
        }
    }
}

/// The record's notification as command-line arguments: `1001 order.refunded --scope 'R-1'`.
pub fn command_args(item: &Item) -> String {
    let (kind, scope) = kind_and_scope(item);
    let scope = if scope.is_empty() { scope } else { format!(" --scope '{scope}'") };
    format!("{} {kind}{scope}", item.order_id)
}
