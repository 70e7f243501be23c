//! Which notification a command is about, and how a command names it.

use kit::ledger::Item;
use shared::notification::Recipient;
use shared::{Kind, NotificationKey, ShopId};

use crate::args::{kind, order};
use crate::audit::ChangeArgs;
use crate::aws::Stack;
use crate::error::CliError;
use crate::order_name::OrderName;
use crate::store::records_of_order;

/// The flags of `resend`, which name one notification; `settle` has them too.
#[derive(Debug, Clone, clap::Args)]
pub struct NotificationArgs {
    /// The order's id
    pub order: String,
    /// The kind of mail, such as order.confirmed
    pub kind: String,
    /// The parcel or refund, and which of several, if the order has several mails of the kind
    #[arg(long, value_name = "SCOPE")]
    pub scope: Option<String>,
    /// Who gets it: customer, or a copy as `waybill order` shows it, such as copy-IsKbxIjX
    #[arg(long, value_name = "RECIPIENT", default_value = "customer", value_parser = Recipient::parse)]
    pub recipient: Recipient,
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// The one ledger record that the arguments name.
pub async fn find(stack: &Stack, args: &NotificationArgs) -> Result<Item, CliError> {
    find_in_order(stack, args).await.map(|(_, item)| item)
}

/// The one ledger record that the arguments name, with all records of its order.
pub async fn find_in_order(
    stack: &Stack,
    args: &NotificationArgs,
) -> Result<(Vec<Item>, Item), CliError> {
    let order = order(stack, &args.order)?;
    let kind = kind(&args.kind)?;
    let all = records_of_order(stack, &order.to_string()).await?;
    let items = all.iter().filter(|item| is_to(item, args.recipient)).cloned();
    let items: Vec<Item> = items.collect();
    let found = one_of(&items, &OrderName::from(&order), kind, args.scope.as_deref()).cloned();
    let found = found.map(|item| (all, item));
    // What it says of the customer's mails is wrong of a copy's.
    found.map_err(|error| match args.recipient {
        Recipient::Customer => error,
        other => CliError::input(format!("To {other}: {error}")),
    })
}

/// The key of the customer's notification: other addresses are named for that one.
pub fn customers_key(item: &Item) -> Result<NotificationKey, CliError> {
    match item.key() {
        Some(key) if key.recipient == Recipient::Customer => Ok(key),
        Some(key) => Err(CliError::input(format!(
            "{} is not the customer: --to and --copy-to name another address for the customer's mail, without \
             --recipient.",
            key.recipient
        ))),
        None => Err(CliError::input(
            "Its key is from a newer version. Use the `waybill` of that version.",
        )),
    }
}

/// Whether it is to this recipient. The record of a muted event has no key, and nobody but the customer would have got
/// its mail.
fn is_to(item: &Item, recipient: Recipient) -> bool {
    item.key().map_or(Recipient::Customer, |key| key.recipient) == recipient
}

fn one_of<'i>(
    items: &'i [Item],
    order: &OrderName,
    kind: Kind,
    scope: Option<&str>,
) -> Result<&'i Item, CliError> {
    let of_kind: Vec<&Item> =
        items.iter().filter(|item| kind_and_scope(item).0 == kind.as_str()).collect();
    // The record of a muted event has no key, and nothing to send.
    let mails: Vec<(&Item, NotificationKey)> =
        of_kind.iter().filter_map(|item| Some((*item, item.key()?))).collect();
    let found: Vec<&Item> = mails
        .iter()
        .filter(|(_, key)| scope.is_none_or(|scope| key.shown_scope() == scope))
        .map(|(item, _)| *item)
        .collect();
    let scopes = || mails.iter().map(|(_, key)| key.shown_scope()).collect::<Vec<_>>().join(", ");
    match (found.as_slice(), mails.len()) {
        ([one], _) => Ok(one),
        ([], 0) if !of_kind.is_empty() => Err(muted(order, kind)),
        ([], 0) => Err(not_found(order, kind)),
        ([], _) => Err(CliError::input(format!(
            "The order {order} has no {kind} mail about {}. Those it has are about: {}.",
            scope.unwrap_or_default(),
            scopes()
        ))),
        // Never the first of several: that would be a guess about a customer's mail.
        (several, _) => Err(CliError::input(format!(
            "The order {order} has {} mails of the kind {kind}. Choose one with --scope: {}.",
            several.len(),
            scopes()
        ))),
    }
}

fn not_found(order: &OrderName, kind: Kind) -> CliError {
    let args = order.args();
    CliError::input(format!(
        "The ledger has no {kind} mail of the order {order}. `waybill order {args}` shows what it \
         has; `waybill sweep --since 24h` queues an event again that was accepted and never decided."
    ))
}

fn muted(order: &OrderName, kind: Kind) -> CliError {
    CliError::input(format!(
        "The {kind} event of the order {order} asks for no mail (notify is false), so there is none \
         to send. To mail the customer after all, publish the event again under a new id and without \
         notify."
    ))
}

/// Kind and scope of a ledger record. The key of a muted event names its kind too.
pub fn kind_and_scope(item: &Item) -> (String, String) {
    match item.key() {
        Some(key) => (key.kind.to_string(), key.shown_scope()),
        None => {
            let kind = item.notification.split('#').nth(1).unwrap_or(&item.notification);
            (kind.to_owned(), String::new())
        }
    }
}

/// Who gets it, where that is not the customer.
pub fn other_recipient(item: &Item) -> Option<Recipient> {
    item.key().map(|key| key.recipient).filter(|recipient| *recipient != Recipient::Customer)
}

/// The record's notification as people name it: `order.refunded R-1`, `order.confirmed to copy-IsKbxIjX`.
pub fn name(item: &Item) -> String {
    let (kind, scope) = kind_and_scope(item);
    let name = if scope.is_empty() { kind } else { format!("{kind} {scope}") };
    match other_recipient(item) {
        Some(other) => format!("{name} to {other}"),
        None => name,
    }
}

/// The record's notification as command-line arguments: `1001 order.refunded --scope 'R-1'`.
pub fn command_args(item: &Item) -> String {
    let to = other_recipient(item).map(|to| format!(" --recipient {to}"));
    format!("{}{}", customers_args(item), to.unwrap_or_default())
}

/// As [`command_args`], of the customer's notification with the same news.
pub fn customers_args(item: &Item) -> String {
    let (kind, scope) = kind_and_scope(item);
    let scope = match scope.as_str() {
        "" => scope,
        text => format!(" --scope '{}'", text.replace('\'', r"'\''")),
    };
    let OrderName { id, shop } = OrderName::from_key(&item.order_key);
    let order = OrderName { id, shop: ShopId::default().to_string() }.args();
    let shop =
        if shop == ShopId::default().as_str() { String::new() } else { format!(" --shop {shop}") };
    format!("{order} {kind}{scope}{shop}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(notification: &str) -> Item {
        Item {
            order_key: "default/1001".to_owned(),
            notification: notification.to_owned(),
            ..Item::default()
        }
    }

    #[test]
    fn a_copy_is_named_apart_from_the_mail_of_the_customer() {
        let customers = item("shipment.shipped#S-1#customer");
        let copy = item("shipment.shipped#S-1#copy-IsKbxIjX");
        let recipient = Recipient::parse("copy-IsKbxIjX").unwrap();
        assert!(is_to(&copy, recipient) && !is_to(&customers, recipient));
        assert!(is_to(&customers, Recipient::Customer) && !is_to(&copy, Recipient::Customer));
        assert!(is_to(&item("muted#order.confirmed#s e-1"), Recipient::Customer));
        assert_eq!(name(&copy), "shipment.shipped S-1 to copy-IsKbxIjX");
        let args = command_args(&copy);
        assert_eq!(args, "1001 shipment.shipped --scope 'S-1' --recipient copy-IsKbxIjX");
    }

    #[test]
    fn a_mail_that_is_not_found_is_told_from_one_that_is_muted_or_has_another_scope() {
        let items = [
            item("muted#order.confirmed#https://shop.example/orders e-1"),
            item("shipment.shipped#S-1#customer"),
        ];
        let refusal = |kind, scope| {
            one_of(&items, &OrderName::from_key("default/1001"), kind, scope)
                .unwrap_err()
                .to_string()
        };
        insta::assert_snapshot!(
            [
                refusal(Kind::OrderConfirmed, None),
                refusal(Kind::ShipmentShipped, Some("S-2")),
                refusal(Kind::OrderRefunded, None),
            ]
            .join("\n")
        );
    }
}
