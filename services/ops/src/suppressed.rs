//! Mails that SES did not deliver because the address is on a suppression list
//! (<https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html>).

use kit::ledger::Item;
use shared::ledger::State;

use crate::notification::customers_args;

/// A list of addresses that SES accepts mails for but does not deliver to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuppressionList {
    /// The account's own.
    Account,
    /// SES's, of all accounts. It holds only for an account without a list of its own.
    Global,
}

impl SuppressionList {
    /// The list that kept the mail from being delivered, by the reason that feedback recorded: SES's bounce type and
    /// subtype
    /// (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html#event-publishing-retrieving-sns-contents-bounce-object>).
    pub fn from_item(item: &Item) -> Option<Self> {
        if item.state() != Some(State::Bounced) {
            return None;
        }
        match item.reason.as_deref()?.split_once('/')?.1 {
            "OnAccountSuppressionList" => Some(Self::Account),
            "Suppressed" => Some(Self::Global),
            _ => None,
        }
    }

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "the account's suppression list",
            Self::Global => "SES's own suppression list, of all accounts",
        }
    }

    /// How an address is taken off it. Without the address: it is masked elsewhere.
    const fn how_to_lift(self) -> &'static str {
        match self {
            Self::Account => {
                "Once the address is right, `aws sesv2 delete-suppressed-destination --email-address ADDRESS` or \
                 `waybill suppression remove ADDRESS` takes it off the list"
            }
            Self::Global => {
                "That one does not hold for an account with a list of its own, which `aws sesv2 \
                 put-account-suppression-attributes --suppressed-reasons BOUNCE COMPLAINT` turns on"
            }
        }
    }
}

/// A sentence that says of an order that its customer's address is suppressed, how to lift that, and how to send again;
/// `None` where no mail is left undelivered because of that.
pub fn suppressed(items: &[Item]) -> Option<String> {
    let of_item = |item: &Item| Some((SuppressionList::from_item(item)?, customers_args(item)));
    let open = items.iter().filter(|item| item.readdressed_to.is_none());
    let (list, args) = open.filter_map(of_item).next_back()?;
    Some(format!(
        "SES does not deliver to the customer's address: it is on {}. {}. Then `waybill resend {args} --to ADDRESS \
         --reason \"...\"` sends the mail there again.",
        list.name(),
        list.how_to_lift()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(state: State, reason: &str) -> Item {
        Item {
            order_key: "default/1001".to_owned(),
            notification: "order.confirmed##customer".to_owned(),
            state: state.to_string(),
            reason: Some(reason.to_owned()),
            ..Item::default()
        }
    }

    #[test]
    fn an_order_says_whose_list_its_address_is_on_how_to_lift_that_and_how_to_send_again() {
        let said = ["OnAccountSuppressionList", "Suppressed"].map(|subtype| {
            suppressed(&[item(State::Bounced, &format!("Permanent/{subtype}"))]).unwrap()
        });
        insta::assert_snapshot!(said.join("\n"));
    }

    #[test]
    fn another_bounce_and_one_whose_news_goes_to_another_address_are_no_suppression_to_lift() {
        let listed = item(State::Bounced, "Permanent/OnAccountSuppressionList");
        let elsewhere = Item { readdressed_to: Some("AAAAAAAA".to_owned()), ..listed };
        assert_eq!(suppressed(&[item(State::Bounced, "Permanent/General"), elsewhere]), None);
        assert_eq!(suppressed(&[item(State::Failed, "Permanent/Suppressed")]), None);
    }
}
