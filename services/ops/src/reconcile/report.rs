//! What is missing, for people and for scripts.

use connector::System;
use serde::Serialize;
use shared::NotificationKey;

use super::account::{Place, display_name};
use super::facts::{OrderRead, ReadOutcome};
use super::missing::{Fate, MissingFact};
use crate::output::{
    ColorMode, Column, Report, Style, as_optional_rfc3339, counted, format_time, is_or_are, number,
    readable_time, rfc3339, table,
};
use crate::pii::without_addresses;

const MAX_LISTED: usize = 40;

/// From how many facts on it is suspicious that none of them is known.
const MANY: usize = 20;

/// A fact that is missing.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// When it happened; absent where the system does not say.
    #[serde(serialize_with = "as_optional_rfc3339")]
    pub at: Option<i64>,
    pub order_id: String,
    pub number: String,
    pub kind: String,
    pub scope: String,
    pub fate: Fate,
    /// Why nobody is mailed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Source, a space, id.
    pub event: String,
}

/// An order of which nothing is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOrder {
    pub order_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Why, where it is not the same for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A shop's orders compared with what the stack knows. JSON keeps the names and meaning of its members.
#[derive(Debug, Serialize)]
pub struct Reconciliation {
    pub shop: String,
    pub system: String,
    /// Where the system's API is.
    pub api: String,
    /// The orders changed since then were read.
    pub since: String,
    /// What happened before then was compared.
    pub until: String,
    /// How many orders were read.
    pub orders: usize,
    /// How many facts they show.
    pub facts: usize,
    /// How many of the facts are known.
    pub known: usize,
    /// The facts that are not, the earliest first.
    pub missing: Vec<Row>,
    pub without_address: Vec<LeftOrder>,
    pub ignored: Vec<LeftOrder>,
    /// Those that were not understood.
    pub unreadable: Vec<LeftOrder>,
    /// How many facts were published; absent if none were to be.
    pub published: Option<usize>,
    /// Those of the unreadable ones that only publishing showed to be so.
    #[serde(skip)]
    refused: Vec<LeftOrder>,
}

impl Reconciliation {
    /// `since` and `until` in milliseconds since 1970.
    pub fn new(place: &Place, since: i64, until: i64) -> Self {
        Self {
            shop: place.shop.to_string(),
            system: place.system.to_string(),
            api: place.api.clone(),
            since: rfc3339(since),
            until: rfc3339(until),
            orders: 0,
            facts: 0,
            known: 0,
            missing: Vec::new(),
            without_address: Vec::new(),
            ignored: Vec::new(),
            unreadable: Vec::new(),
            published: None,
            refused: Vec::new(),
        }
    }

    /// Notes an order of which there are no facts.
    pub fn leave(&mut self, order: &OrderRead) {
        let (list, reason) = match &order.outcome {
            ReadOutcome::Facts(_) => return,
            ReadOutcome::WithoutAddress => (&mut self.without_address, None),
            ReadOutcome::Ignored(why) => (&mut self.ignored, Some((*why).to_owned())),
            ReadOutcome::Unreadable(why) => (&mut self.unreadable, Some(without_addresses(why))),
        };
        let left = LeftOrder {
            order_id: without_addresses(&order.id),
            number: order.number.as_deref().map(without_addresses),
            reason,
        };
        // It may have come twice.
        if !list.contains(&left) {
            list.push(left);
        }
    }

    /// Notes an order that was to be published, and that no queue takes.
    pub fn refuse(&mut self, order: &OrderRead) {
        self.leave(order);
        self.refused.extend(self.unreadable.last().cloned());
    }

    /// Notes what is missing of `compared` facts.
    pub fn compare(&mut self, compared: usize, missing: &[MissingFact]) {
        self.facts = compared;
        self.known = compared - missing.len();
        self.missing = missing.iter().map(Row::new).collect();
        self.missing
            .sort_by(|a, b| (a.at, &a.order_id, &a.kind).cmp(&(b.at, &b.order_id, &b.kind)));
    }

    fn count(&self, fate: Fate) -> usize {
        self.missing.iter().filter(|row| row.fate == fate).count()
    }

    /// What was read and found, without what was published.
    pub fn found(&self, colors: ColorMode) -> String {
        let mut text = self.table(colors);
        for sentence in self.sentences() {
            text.push_str(&colors.wrap(&sentence, ""));
        }
        text
    }

    fn table(&self, colors: ColorMode) -> String {
        if self.missing.is_empty() {
            return String::new();
        }
        let columns = [
            Column::text("happened", |row: &Row| row.at.map(format_time).unwrap_or_default()),
            Column::text("order", |row: &Row| row.order_id.clone()),
            Column::text("number", |row: &Row| row.number.clone()),
            Column::text("kind", |row: &Row| row.kind.clone()),
            Column::text("scope", |row: &Row| row.scope.clone()),
            Column::text("when published", |row: &Row| row.fate.describe().to_owned())
                .styled(|row| Some(row.fate.style())),
            Column::text("because", |row: &Row| row.detail.clone().unwrap_or_default()),
        ];
        let shown = &self.missing[..self.missing.len().min(MAX_LISTED)];
        let mut text = table(colors, &columns, shown);
        if self.missing.len() > shown.len() {
            let rest = number(self.missing.len() - shown.len());
            text.push_str(&format!(" … and {rest} more: `--output json` has all\n"));
        }
        text.push('\n');
        text
    }

    fn sentences(&self) -> Vec<String> {
        let system = if self.system == System::Shopify.as_str() {
            System::Shopify
        } else {
            System::WooCommerce
        };
        let mut sentences = vec![format!(
            "{} changed since {}, read from {} at {}: {} before {}, of which {} {} known and {} missing.",
            counted(self.orders, "order"),
            readable_time(&self.since),
            display_name(system),
            self.api,
            counted(self.facts, "fact"),
            readable_time(&self.until),
            number(self.known),
            is_or_are(self.known),
            number(self.missing.len()),
        )];
        // Credentials of another shop's system would have its customers mailed in this shop's name.
        if self.known == 0 && self.facts >= MANY {
            sentences.push(format!(
                "None of the facts is known to the shop {}. Is {} its system?",
                self.shop, self.api
            ));
        }
        if !self.missing.is_empty() {
            sentences.push(self.consequence());
        }
        if !self.without_address.is_empty() {
            // Shopify hides addresses from an app that may not see them, as if there were none.
            let hint = match self.without_address.len() == self.orders && self.orders > 1 {
                true => " No order has one: may the app or the key see customers' data?",
                false => "",
            };
            sentences.push(format!(
                "Without an e-mail address, so that nobody is mailed: {}.{hint}",
                listed(&self.without_address)
            ));
        }
        if !self.ignored.is_empty() {
            sentences.push(format!("Left out: {}.", listed(&self.ignored)));
        }
        if !self.unreadable.is_empty() {
            sentences.push(format!(
                "Not understood, so that nothing of them is published: {}.",
                listed(&self.unreadable)
            ));
        }
        sentences
    }

    /// What publishing would do.
    fn consequence(&self) -> String {
        let silent = self.missing.len() - self.count(Fate::Mailed);
        let mails = format!("at most {}", counted(self.count(Fate::Mailed), "mail"));
        let mut text = match silent {
            0 => format!("Published, they lead to {mails}."),
            silent => format!(
                "Published, they lead to {mails}; {} {} recorded and mail nobody.",
                counted(silent, "fact"),
                is_or_are(silent)
            ),
        };
        if self.count(Fate::Stale) > 0 {
            text.push_str(" `waybill resend ORDER KIND` sends one that is stale all the same.");
        }
        text
    }

    /// What was published, or how it would be; empty where there is nothing to publish.
    pub fn done(&self, colors: ColorMode) -> String {
        let Some(count) = self.published else {
            return match self.missing.is_empty() {
                true => String::new(),
                false => colors.wrap("Nothing was published; --publish publishes them.", ""),
            };
        };
        let mut text = format!(
            "{} published. What becomes of each: `waybill order ID`. In a few minutes, the same command without --publish \
             shows what is still missing.",
            counted(count, "fact")
        );
        if !self.refused.is_empty() {
            text.push_str(&format!(" Not published: {}.", listed(&self.refused)));
        }
        colors.wrap(&text, "")
    }
}

/// The first few orders, with their reasons.
fn listed(orders: &[LeftOrder]) -> String {
    const MAX: usize = 10;
    let one = |order: &LeftOrder| {
        let reason = order.reason.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        format!("{}{reason}", order.order_id)
    };
    let mut text = orders.iter().take(MAX).map(one).collect::<Vec<_>>().join(", ");
    if orders.len() > MAX {
        text.push_str(&format!(" and {} more", number(orders.len() - MAX)));
    }
    format!("{} ({text})", counted(orders.len(), "order"))
}

impl Fate {
    const fn describe(self) -> &'static str {
        match self {
            Self::Mailed => "mailed",
            Self::Stale => "recorded: stale",
            Self::Superseded => "recorded: superseded",
            Self::Off => "recorded: no mail",
        }
    }

    const fn style(self) -> Style {
        if matches!(self, Self::Mailed) { Style::Warning } else { Style::Dim }
    }
}

impl Row {
    fn new(missing: &MissingFact) -> Self {
        let event = &missing.fact.event;
        let key = NotificationKey::for_event(event);
        Self {
            at: missing.fact.at(),
            order_id: without_addresses(event.order.id.as_str()),
            number: without_addresses(event.order.number.as_str()),
            kind: key.kind.to_string(),
            scope: without_addresses(&key.shown_scope()),
            fate: missing.fate,
            detail: missing.detail.clone(),
            event: without_addresses(&event.reference.sort_key()),
        }
    }
}

impl Report for Reconciliation {
    fn text(&self, colors: ColorMode) -> String {
        self.found(colors) + &self.done(colors)
    }
}
