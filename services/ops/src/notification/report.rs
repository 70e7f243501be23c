//! What `resend` and `settle` report.

use kit::ledger::Item;
use serde::Serialize;

use super::selector::kind_and_scope;
use crate::output::{ColorMode, Report, Style};

/// What a command did to one notification.
#[derive(Debug, Serialize)]
pub struct Changed {
    pub order_id: String,
    pub kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// The state that it was in.
    pub was: String,
    /// `queued`, or `sent` for what is recorded as sent.
    pub result: &'static str,
}

impl Changed {
    pub fn new(item: Item, result: &'static str) -> Self {
        let (kind, scope) = kind_and_scope(&item);
        Self { order_id: item.order_id, kind, scope, was: item.state, result }
    }
}

impl Report for Changed {
    fn text(&self, colors: ColorMode) -> String {
        let result = if self.result == "sent" { "Recorded as sent:" } else { "Queued" };
        let scope = if self.scope.is_empty() { String::new() } else { format!(" {}", self.scope) };
        format!(
            "{} {}{scope} of order {order} (was {}). `waybill order {order}` shows its progress.\n",
            colors.apply(Style::Success, result),
            self.kind,
            self.was,
            order = self.order_id,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_as_people_and_scripts_read_it() {
        let changed = |state: &str, result| {
            let item = Item {
                order_id: "1001".to_owned(),
                notification: "shipment.shipped#S-1#customer".to_owned(),
                state: state.to_owned(),
                ..Item::default()
            };
            Changed::new(item, result)
        };
        let changes = [changed("failed", "queued"), changed("in_doubt", "sent")];
        insta::assert_snapshot!(changes.each_ref().map(|c| c.text(ColorMode::Plain)).concat());
        insta::assert_json_snapshot!(changes);
    }
}
