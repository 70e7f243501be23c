//! Which event a change of a ledger item is, if any. Pure: of the two images alone.

use std::borrow::Cow;

use jiff::Timestamp;
use kit::ledger::Item;
use kit::mask::without_addresses;
use shared::ledger::{MAX_DOUBTS, Record};
use shared::mail_event::{
    MailChange, MailData, MailEvent, MailId, MailOrigin, MailOutcome, MailedOrder, RecipientRole,
};
use shared::notification::{DoubtPolicy, MUTED, Recipient};
use shared::{Kind, NotificationKey, OrderKey};

/// What is told of a notification. An event is published when it differs from what was told before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    outcome: MailOutcome,
    /// Of a bounce that passes: until when its mail may yet be reported as delivered.
    open_until: Option<i64>,
    /// Of a doubt: whether it is resolved by another attempt.
    will_resend: Option<bool>,
}

/// Which mail an item is about.
struct Mail {
    order: OrderKey,
    kind: Kind,
    scope: Option<String>,
    recipient: Recipient,
}

/// The event about a change of a ledger item from `old` (`None`: there was none, or it is not known) to `new`, in the stack
/// of this name. `None` where nothing is told of it; also for an item that is no notification of this
/// version.
#[must_use]
pub fn mail_event(old: Option<&Item>, new: &Item, stack: &str) -> Option<MailEvent> {
    let mail = Mail::of(new)?;
    let told = mail.told(new)?;
    let is_told_already = old.and_then(|old| mail.told(old)) == Some(told);
    (!is_told_already).then(|| event(&mail, &told, new, stack)).flatten()
}

/// Whether an item is a notification that this version can tell of: it knows its keys and its state.
pub fn is_notification(item: &Item) -> bool {
    Mail::of(item).is_some() && item.to_record().is_some()
}

impl Mail {
    /// `None` for keys that this version does not know.
    fn of(item: &Item) -> Option<Self> {
        let order = item.order()?;
        if let Some(key) = item.key() {
            let scope = (!key.scope.is_empty()).then(|| key.shown_scope());
            let NotificationKey { kind, recipient, .. } = key;
            return Some(Self { order, kind, scope, recipient });
        }
        // A muted event's key has the event in the place of a parcel, which says nothing to whoever is told.
        let rest = item.notification.strip_prefix(MUTED)?.strip_prefix('#')?;
        let kind = Kind::parse(rest.split_once('#')?.0).ok()?;
        Some(Self { order, kind, scope: None, recipient: Recipient::Customer })
    }

    fn told(&self, item: &Item) -> Option<Told> {
        let record = item.to_record()?;
        let outcome = MailOutcome::of(record.state)?;
        let is_open = outcome == MailOutcome::Bounced && record.not_before > record.since;
        let is_doubt = outcome == MailOutcome::InDoubt;
        Some(Told {
            outcome,
            open_until: is_open.then_some(record.not_before),
            will_resend: is_doubt.then(|| self.will_resend(&record)),
        })
    }

    fn will_resend(&self, record: &Record) -> bool {
        self.kind.doubt_policy() == DoubtPolicy::Resend && record.doubts < MAX_DOUBTS
    }
}

/// `None` for a time that no clock has.
fn event(mail: &Mail, told: &Told, item: &Item, stack: &str) -> Option<MailEvent> {
    let OrderKey { shop, order_id } = &mail.order;
    let origin = MailOrigin { stack, shop: shop.as_str(), correlation_id: &item.correlation_id };
    let change = MailChange {
        mail: MailId::new(&item.order_key, &item.notification),
        outcome: told.outcome,
        at: Timestamp::from_millisecond(item.since).ok()?,
    };
    let open_until = told.open_until.map(Timestamp::from_millisecond).transpose().ok()?;
    let data = MailData {
        order: MailedOrder {
            id: order_id.to_string(),
            number: masked(item.order_number.as_deref()),
        },
        kind: mail.kind,
        scope: mail.scope.clone(),
        recipient: match mail.recipient {
            Recipient::Customer | Recipient::Corrected(_) => RecipientRole::Customer,
            Recipient::Copy(_) => RecipientRole::Copy,
        },
        corrected_address: matches!(mail.recipient, Recipient::Corrected(_)),
        attempt: item.attempt,
        // Only words of our own and codes of SES's are written there.
        reason: masked(item.reason.as_deref()),
        open_until,
        will_resend: told.will_resend,
    };
    Some(MailEvent::new(change, &origin, data))
}

/// A text for people, which leaves the account. Ids stay as they are: the shop finds its own by them.
fn masked(text: Option<&str>) -> Option<String> {
    text.map(without_addresses).map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ledger::State;

    const AT: i64 = 1_795_767_316_123;

    fn item(state: State) -> Item {
        Item {
            order_key: "north/1001".to_owned(),
            notification: "shipment.shipped#1001-A#customer".to_owned(),
            state: state.to_string(),
            attempt: 1,
            since: AT,
            correlation_id: "c-1".to_owned(),
            ..Item::default()
        }
    }

    fn told(old: Option<&Item>, new: &Item) -> Option<String> {
        let event = mail_event(old, new, "test")?;
        let event = serde_json::to_value(event).expect("JSON");
        Some(event["type"].as_str().expect("a type").to_owned())
    }

    #[test]
    fn each_change_to_a_state_that_a_shop_acts_on_is_told_and_none_to_another() {
        for from in State::ALL {
            for to in State::ALL {
                let expected = MailOutcome::of(to).filter(|_| from != to);
                let expected = expected.map(|outcome| outcome.to_string());
                assert_eq!(told(Some(&item(from)), &item(to)), expected, "{from} to {to}");
            }
        }
        assert_eq!(told(None, &item(State::Skipped)).as_deref(), Some("mail.skipped"));
        assert_eq!(told(None, &item(State::Planned)), None);
    }

    #[test]
    fn what_changes_beside_the_state_is_not_told() {
        let bounced = item(State::Bounced);
        let marked = Item { readdressed_to: Some("IsKbxIjX".to_owned()), ..bounced.clone() };
        assert_eq!(told(Some(&bounced), &marked), None);
        let sent = item(State::Sent);
        let noted = Item { left_out: Some(String::new()), ..sent.clone() };
        assert_eq!(told(Some(&sent), &noted), None);
    }

    #[test]
    fn a_bounce_that_passes_says_until_when_and_is_told_again_once_it_is_final() {
        let passes = Item { not_before: AT + 1_000, ..item(State::Bounced) };
        let event = mail_event(Some(&item(State::Sent)), &passes, "test").expect("told");
        let event = serde_json::to_value(event).expect("JSON");
        assert_eq!(event["data"]["open_until"], "2026-11-27T08:15:17.123Z");
        let last = Item { since: AT + 500, not_before: 0, ..passes.clone() };
        let event = mail_event(Some(&passes), &last, "test").expect("told");
        let event = serde_json::to_value(event).expect("JSON");
        assert_eq!(event["data"].get("open_until"), None);
    }

    #[test]
    fn a_doubt_says_whether_it_is_sent_again_and_is_told_again_when_it_is_not() {
        let resend = |old: Option<&Item>, new: &Item| {
            let event = mail_event(old, new, "test")?;
            serde_json::to_value(event).expect("JSON")["data"]["will_resend"].as_bool()
        };
        let doubt = Item { doubts: 1, ..item(State::InDoubt) };
        assert_eq!(resend(None, &doubt), Some(true));
        let held = Item { doubts: MAX_DOUBTS, since: AT + 1, ..doubt.clone() };
        assert_eq!(resend(Some(&doubt), &held), Some(false));
        assert_eq!(resend(Some(&held), &held), None);
        let refund = Item { notification: "order.refunded#R-1#customer".to_owned(), ..doubt };
        assert_eq!(resend(None, &refund), Some(false), "the policy is to hold");
    }

    #[test]
    fn the_same_state_in_the_same_attempt_at_another_time_is_another_change() {
        let id = |since| {
            let skipped = Item { since, attempt: 0, ..item(State::Skipped) };
            let event = mail_event(None, &skipped, "test").expect("told");
            serde_json::to_value(event).expect("JSON")["id"].clone()
        };
        assert_eq!(id(AT), id(AT));
        // An operator reopened it in between.
        assert_ne!(id(AT), id(AT + 1));
    }

    #[test]
    fn an_event_names_order_kind_scope_and_role_and_nothing_of_the_address() {
        let new = Item {
            notification: "shipment.shipped#S%231#corrected-IsKbxIjX".to_owned(),
            address_hash: Some("IsKbxIjX".to_owned()),
            order_number: Some("N-7/jo@customers.example".to_owned()),
            reason: Some("refused for jo@customers.example".to_owned()),
            ..item(State::Failed)
        };
        let event = mail_event(None, &new, "test").expect("told");
        let json = serde_json::to_value(&event).expect("JSON");
        let mail = json["subject"].as_str().expect("a mail");
        let expected = serde_json::json!({
            "specversion": "1.0",
            "id": format!("{mail}.failed.1.{AT}"),
            "source": "/waybill/test",
            "type": "mail.failed",
            "subject": mail,
            "time": "2026-11-27T08:15:16.123Z",
            "datacontenttype": "application/json",
            "shop": "north",
            "correlationid": "c-1",
            "data": {
                "order": { "id": "1001", "number": "N-7/j***@***.example" },
                "kind": "shipment.shipped",
                "scope": "S#1",
                "recipient": "customer",
                "corrected_address": true,
                "attempt": 1,
                "reason": "refused for j***@***.example",
            },
        });
        assert_eq!(json, expected);
        let text = event.to_json();
        assert!(!text.contains("IsKbxIjX") && !text.contains("customers"), "{text}");
    }

    #[test]
    fn the_mails_of_a_notification_to_each_recipient_have_names_of_their_own() {
        let subject = |recipient: &str| {
            let notification = format!("shipment.shipped#1001-A#{recipient}");
            let new = Item { notification, ..item(State::Sent) };
            let event = mail_event(None, &new, "test").expect("told");
            serde_json::to_value(event).expect("JSON")["subject"].clone()
        };
        let all = ["customer", "copy-IsKbxIjX", "copy-AAAAAAAA", "corrected-IsKbxIjX"].map(subject);
        assert!(all.iter().enumerate().all(|(n, one)| !all[..n].contains(one)), "{all:?}");
    }

    #[test]
    fn a_muted_event_is_told_as_skipped_without_its_own_name() {
        let muted = Item {
            notification: "muted#order.confirmed#shop e-1".to_owned(),
            reason: Some("muted".to_owned()),
            ..item(State::Skipped)
        };
        let event = mail_event(None, &muted, "test").expect("told");
        let json = serde_json::to_value(event).expect("JSON");
        assert_eq!(json["data"]["kind"], "order.confirmed");
        assert_eq!(
            (json["data"].get("scope"), json["data"]["reason"].as_str()),
            (None, Some("muted"))
        );
    }

    #[test]
    fn an_item_of_another_version_is_no_notification() {
        assert!(is_notification(&item(State::Planned)));
        for other in [
            Item { state: "posted".to_owned(), ..item(State::Sent) },
            Item { order_key: "1001".to_owned(), ..item(State::Sent) },
            Item { notification: "order.gifted##customer".to_owned(), ..item(State::Sent) },
            Item { notification: "order.confirmed##neighbour".to_owned(), ..item(State::Sent) },
            Item { notification: "muted#order.gifted#shop e-1".to_owned(), ..item(State::Sent) },
        ] {
            assert!(!is_notification(&other), "{other:?}");
            assert_eq!(mail_event(None, &other, "test"), None);
        }
    }
}
