//! What `resend` and `settle` report.

use kit::ledger::Item;
use serde::Serialize;
use shared::notification::Recipient;

use super::request::waits;
use super::selector::{kind_and_scope, other_recipient};
use crate::order_name::OrderName;
use crate::output::{ColorMode, Report, Style, as_optional_rfc3339, format_time};

/// What a command did to one notification.
#[derive(Debug, Serialize)]
pub struct Changed {
    pub shop: String,
    pub order_id: String,
    pub kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Who gets it, where that is not the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Recipient>,
    /// That one's address, masked, if an operator named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The state that it was in.
    pub was: String,
    /// Until when it was to wait, in milliseconds since 1970; it is due now instead.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_optional_rfc3339")]
    pub waited_until: Option<i64>,
    /// `queued`, or `sent` for what is recorded as sent.
    pub result: &'static str,
}

impl Changed {
    /// `item` as it was before the change; `now` in milliseconds since 1970.
    pub fn new(item: Item, result: &'static str, now: i64) -> Self {
        let (kind, scope) = kind_and_scope(&item);
        let waited_until = waits(&item, now).then_some(item.not_before);
        let OrderName { shop, id } = OrderName::from_key(&item.order_key);
        let recipient = other_recipient(&item);
        let was = item.state;
        Self {
            shop,
            order_id: id,
            kind,
            scope,
            recipient,
            address: None,
            was,
            waited_until,
            result,
        }
    }

    /// What it was before.
    fn before(&self) -> String {
        match (self.waited_until, self.was.as_str()) {
            (Some(until), _) => {
                format!("it was to wait until {} and is due now", format_time(until))
            }
            (None, "planned") => {
                "it was to be sent anyway, and is mailed once all the same".to_owned()
            }
            (None, state) => format!("it was {}", state.replace('_', " ")),
        }
    }
}

impl Report for Changed {
    fn text(&self, colors: ColorMode) -> String {
        let result = if self.result == "sent" { "Recorded as sent:" } else { "Queued" };
        let scope = if self.scope.is_empty() { String::new() } else { format!(" {}", self.scope) };
        let to = match (&self.address, self.recipient) {
            (Some(address), _) => format!(" to {address}"),
            (None, Some(recipient)) => format!(" to {recipient}"),
            (None, None) => String::new(),
        };
        let order = OrderName { shop: self.shop.clone(), id: self.order_id.clone() };
        let sentence = format!(
            "{} {}{scope}{to} of order {order}; {}. `waybill order {}` shows its progress.",
            colors.apply(Style::Success, result),
            self.kind,
            self.before(),
            order.args(),
        );
        colors.wrap(&sentence, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_as_people_and_scripts_read_it() {
        let changed = |state: &str, not_before, result| {
            let item = Item {
                order_key: "default/1001".to_owned(),
                notification: "shipment.shipped#S-1#customer".to_owned(),
                state: state.to_owned(),
                not_before,
                ..Item::default()
            };
            Changed::new(item, result, 1_763_900_000_000)
        };
        let changes = [
            changed("failed", 0, "queued"),
            changed("in_doubt", 0, "sent"),
            changed("planned", 1_763_900_300_000, "queued"),
            changed("planned", 1_763_899_700_000, "queued"),
        ];
        insta::assert_snapshot!(changes.each_ref().map(|c| c.text(ColorMode::Plain)).concat());
        insta::assert_json_snapshot!(changes);
    }
}
