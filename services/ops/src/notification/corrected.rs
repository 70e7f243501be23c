//! `waybill resend --to`: the same news to the customer's corrected address, where it did not reach the customer.

use jiff::Timestamp;
use kit::ledger::{Change, Deliveries, Item, Readdressing, RecordOutcome, told_at_address};
use shared::ledger::State;
use shared::notification::{AddressHash, Recipient};
use shared::{EmailAddress, NotificationKey};

use super::further::{Further, send_further};
use super::report::Changed;
use super::request::{Addressee, request_to, requeue};
use super::selector::{
    NotificationArgs, command_args, customers_args, customers_key, find_in_order, other_recipient,
};
use super::unsent::check_unsent;
use crate::audit::ChangeArgs;
use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::order_name::OrderName;
use crate::output::format_time;
use crate::suppressed::SuppressionList;

/// Marks the delivery that did not reach the customer, plans the one to `to`, and queues it: once for each address. If
/// it is interrupted in between, the same command continues.
pub async fn run(
    stack: &Stack,
    args: &NotificationArgs,
    to: EmailAddress,
) -> Result<(Changed, ExitStatus), CliError> {
    let now = Timestamp::now();
    let (items, first) = find_in_order(stack, args).await?;
    let key = customers_key(&first)?;
    let recipient = Recipient::corrected_to(&key.shop, &to);
    let address = AddressHash::new(&key.shop, &to);
    let Some(deliveries) = Deliveries::new(&items, &key) else {
        return Err(CliError::service("The record has gone meanwhile. Nothing was queued."));
    };
    if is_unsent_there(&first, address) {
        return again(stack, &first, now, &args.change, to).await;
    }
    let (last, is_marked) = match deliveries.readdress(address, now.as_millisecond()) {
        Readdressing::Decided(item) => return again(stack, item, now, &args.change, to).await,
        Readdressing::Marked(last) => (last, true),
        Readdressing::Possible(last) => (last, false),
        Readdressing::Open(last) => return Err(CliError::input(while_open(last, now))),
        Readdressing::Closed(last) => return Err(CliError::input(once_closed(last))),
        Readdressing::Taken(last) => return Err(CliError::input(taken(last))),
    };
    refuse_told(&items, &key, recipient, now)?;
    refuse_suppressed(stack, last, &to).await?;
    refuse_bounced(&items, &key, address)?;
    let shown = to.masked();
    let request = request_to(stack, last, now, Addressee { recipient, address: to }).await?;
    let mark = async { if is_marked { Ok(()) } else { mark(stack, last, now, address).await } };
    let further =
        Further { from: last, recipient, request, action: "resend to a corrected address" };
    send_further(stack, further, &args.change, mark).await?;
    Ok(queued(last, now, recipient, shown))
}

fn queued(
    last: &Item,
    now: Timestamp,
    recipient: Recipient,
    address: String,
) -> (Changed, ExitStatus) {
    let changed = Changed::new(last.clone(), "queued", now.as_millisecond());
    (Changed { recipient: Some(recipient), address: Some(address), ..changed }, ExitStatus::Healthy)
}

/// What was decided about this address before: it is sent if it certainly was not.
async fn again(
    stack: &Stack,
    item: &Item,
    now: Timestamp,
    change: &ChangeArgs,
    to: EmailAddress,
) -> Result<(Changed, ExitStatus), CliError> {
    check_unsent(item, now.as_millisecond())?;
    let (shown, recipient) = (to.masked(), other_recipient(item));
    requeue(stack, item, now, "resend", change, Some(to)).await?;
    Ok(queued(item, now, recipient.unwrap_or(Recipient::Customer), shown))
}

/// From here on its mail can't be sent to the old address, and no other address can take its place.
async fn mark(
    stack: &Stack,
    last: &Item,
    now: Timestamp,
    address: AddressHash,
) -> Result<(), CliError> {
    let change = Change::readdressed_to(address, now.as_millisecond());
    match stack.ledger().record(&last.order_key, &last.notification, change).await {
        Ok(RecordOutcome::Recorded(_)) => Ok(()),
        // An event with the same address was faster, or this very write, whose answer was lost.
        Ok(RecordOutcome::Refused(item)) if item.further_delivery() == Some(address) => Ok(()),
        Ok(RecordOutcome::Refused(item)) => Err(CliError::service(format!(
            "The record has changed meanwhile: it is {} now. Nothing was queued. `waybill order {}` shows it.",
            item.state,
            OrderName::from_key(&last.order_key).args()
        ))),
        Ok(RecordOutcome::Absent) => {
            Err(CliError::service("The record has gone meanwhile. Nothing was queued."))
        }
        Err(error) => Err(CliError::ledger_write(error)),
    }
}

/// Whether it is to go to this very address, and was certainly not sent: then it is the same mail, and not another delivery.
fn is_unsent_there(first: &Item, address: AddressHash) -> bool {
    let is_unsent = matches!(first.state(), Some(State::Failed | State::Planned | State::Skipped));
    is_unsent
        && first.readdressed_to.is_none()
        && first.address_hash.as_deref() == Some(&*address.to_string())
}

/// One address gets one notification once, in whatever role: whoever had a copy of it needs no second mail.
fn refuse_told(
    items: &[Item],
    key: &NotificationKey,
    recipient: Recipient,
    now: Timestamp,
) -> Result<(), CliError> {
    let own = NotificationKey { recipient, ..key.clone() };
    let told = recipient
        .address_hash()
        .and_then(|address| told_at_address(items, &own, address, now.as_millisecond()));
    // The same mail at the same address, once more, where the customer's own did not arrive there.
    let told = told.filter(|item| item.key().is_some_and(|its| its.recipient != key.recipient));
    let Some(told) = told else { return Ok(()) };
    let order = OrderName::from_key(&told.order_key).args();
    Err(CliError::input(format!(
        "That address gets this mail as {}, and that is {}: Waybill sends none twice to one address. `waybill preview {} \
         --order {order} --out DIR` writes the mail to a file that customer service can send on.",
        other_recipient(told).unwrap_or(Recipient::Customer),
        told.state,
        key.kind
    )))
}

/// SES would accept the mail and not deliver it, and the address could have no other. Who may not ask SES is not kept
/// from sending.
async fn refuse_suppressed(stack: &Stack, last: &Item, to: &EmailAddress) -> Result<(), CliError> {
    let call = stack.ses().get_suppressed_destination().email_address(to.expose()).send();
    // An error, mostly that the address is not on the list, says nothing against it.
    if call.await.is_err() {
        return Ok(());
    }
    Err(CliError::input(format!(
        "{} is on the account's suppression list: SES would accept the mail and not deliver it. Nothing was queued. \
         Once the address is right, `waybill suppression remove ADDRESS --reason \"...\"` takes it off the list; then \
         `waybill resend {} --to ADDRESS --reason \"...\"` again.",
        to.masked(),
        customers_args(last)
    )))
}

/// Where it bounced, it would bounce again, unless it was SES that suppressed it.
fn refuse_bounced(items: &[Item], key: &NotificationKey, at: AddressHash) -> Result<(), CliError> {
    let at = at.to_string();
    let bounced_there = |item: &&Item| {
        item.state() == Some(State::Bounced)
            && item.address_hash.as_deref() == Some(&*at)
            && item.key().is_some_and(|its| its.is_same_news_as(key))
            && SuppressionList::from_item(item).is_none()
            // It was its files that kept it from going there.
            && !item.was_rejected_with_files()
    };
    let Some(bounced) = items.iter().find(bounced_there) else { return Ok(()) };
    Err(CliError::input(format!(
        "That is an address at which it bounced ({}): it would bounce again. Nothing was queued. Name another one; or \
         `waybill preview {} --order {} --out DIR` writes the mail to a file that customer service can send on.",
        bounced.reason.as_deref().unwrap_or("without a reason"),
        key.kind,
        OrderName::from_key(&bounced.order_key).args()
    )))
}

/// Why a mail that may arrive goes to no other address yet.
fn while_open(last: &Item, now: Timestamp) -> String {
    let order = OrderName::from_key(&last.order_key).args();
    let then = format!("`waybill order {order}` shows what becomes of it");
    match last.state() {
        Some(State::Planned) if last.doubts == 0 => format!(
            "It is planned, and not sent yet: it goes to the address before. Once it has bounced or failed, it may go \
             to another one; {then}."
        ),
        Some(State::Sending) if last.lease_until >= now.as_millisecond() => {
            format!("It is being sent right now to the address before; {then}.")
        }
        Some(State::Bounced) => format!(
            "It bounced, but for a reason that passes ({}), and an automatic reply to a mail that arrived looks the same. \
             Unless its delivery is reported, it may go to another address from {} on. `--copy-to ADDRESS` sends a copy \
             now.",
            last.reason.as_deref().unwrap_or("which SES does not say"),
            format_time(last.not_before)
        ),
        Some(State::Sent) => format!(
            "SES has accepted it, and it may arrive at the address before. Once it has bounced, it may go to another \
             one; {then}. `--copy-to ADDRESS` sends a copy all the same."
        ),
        Some(_) => format!(
            "It is in doubt: SES may have accepted it for the address before. An SES event settles that, or \
             `waybill settle {} sent --reason \"...\"` (`not-sent` sends it to that address). Once it has bounced or \
             failed, it may go to another one.",
            command_args(last)
        ),
        None => "Its state is from a newer version. Use the `waybill` of that version.".to_owned(),
    }
}

/// Why a mail that arrived, or is not told on purpose, goes to no other address.
fn once_closed(last: &Item) -> String {
    let args = command_args(last);
    match last.state() {
        Some(State::Complained) => {
            "It arrived, and the recipient marked it as spam: it goes to no other address."
                .to_owned()
        }
        Some(State::Skipped) => format!(
            "It was skipped on purpose ({}), and sent to nobody. `waybill resend {args} --reason \"...\"` sends it to \
             the address that its event names.",
            last.reason.as_deref().unwrap_or("without a reason")
        ),
        _ => format!(
            "It was delivered. `waybill resend {} --copy-to ADDRESS --reason \"...\"` sends a copy to another \
             address.",
            customers_args(last)
        ),
    }
}

fn taken(last: &Item) -> String {
    format!(
        "Its news goes to another corrected address, whose delivery is not planned yet: whoever began that has to \
         complete it. An event does so by itself; a command that was interrupted is repeated. `waybill order {}` \
         shows it.",
        OrderName::from_key(&last.order_key).args()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(state: State) -> Item {
        Item {
            order_key: "default/1001".to_owned(),
            notification: "order.confirmed##customer".to_owned(),
            state: state.to_string(),
            lease_until: 1_763_900_000_000,
            not_before: 1_763_900_000_000,
            reason: Some("stale".to_owned()),
            address_hash: Some("AAAAAAAA".to_owned()),
            ..Item::default()
        }
    }

    fn hash(text: &str) -> AddressHash {
        AddressHash::parse(text).unwrap()
    }

    #[test]
    fn each_refusal_says_why_and_what_to_do() {
        let now = Timestamp::UNIX_EPOCH;
        let open = [State::Planned, State::Sending, State::Sent, State::InDoubt, State::Bounced];
        let closed = [State::Delivered, State::Complained, State::Skipped];
        let mut said: Vec<String> = open.map(|state| while_open(&item(state), now)).into();
        said.extend(closed.map(|state| once_closed(&item(state))));
        said.push(taken(&item(State::Bounced)));
        let bounced = item(State::Bounced);
        let key = bounced.key().unwrap();
        let again = refuse_bounced(&[bounced], &key, hash("AAAAAAAA"));
        said.push(again.unwrap_err().to_string());
        insta::assert_snapshot!(said.join("\n"));
    }

    #[test]
    fn an_address_that_had_the_news_as_a_copy_gets_it_no_second_time() {
        let key = item(State::Bounced).key().unwrap();
        let recipient = Recipient::Corrected(hash("BBBBBBBB"));
        let copy = |state| Item {
            notification: "order.confirmed##copy-BBBBBBBB".to_owned(),
            address_hash: Some("BBBBBBBB".to_owned()),
            ..item(state)
        };
        let refused = |items: &[Item]| refuse_told(items, &key, recipient, Timestamp::now());
        let said = refused(&[item(State::Bounced), copy(State::Delivered)]).unwrap_err();
        insta::assert_snapshot!(said.to_string());
        assert!(refused(&[item(State::Bounced), copy(State::Failed)]).is_ok());
        let same = Item { address_hash: Some("BBBBBBBB".to_owned()), ..item(State::Bounced) };
        assert!(refused(&[same]).is_ok(), "there it bounced");
    }

    #[test]
    fn to_the_address_that_it_did_not_leave_for_it_is_the_same_mail_again() {
        let a = hash("AAAAAAAA");
        for state in State::ALL {
            let is_same = matches!(state, State::Failed | State::Planned | State::Skipped);
            assert_eq!(is_unsent_there(&item(state), a), is_same, "{state}");
            assert!(!is_unsent_there(&item(state), hash("BBBBBBBB")), "{state}");
        }
        let readdressed_to = Some("BBBBBBBB".to_owned());
        assert!(!is_unsent_there(&Item { readdressed_to, ..item(State::Failed) }, a));
    }

    #[test]
    fn where_it_bounced_it_is_not_sent_again_unless_ses_suppressed_it() {
        let key = item(State::Bounced).key().unwrap();
        let at = |state, reason: &str, address| {
            let item = Item { reason: Some(reason.to_owned()), ..item(state) };
            refuse_bounced(&[item], &key, hash(address)).is_ok()
        };
        assert!(!at(State::Bounced, "Permanent/General", "AAAAAAAA"));
        assert!(at(State::Bounced, "Permanent/General", "BBBBBBBB"));
        assert!(at(State::Bounced, "Permanent/OnAccountSuppressionList", "AAAAAAAA"));
        assert!(at(State::Failed, "refused: MessageRejected", "AAAAAAAA"));
    }
}
