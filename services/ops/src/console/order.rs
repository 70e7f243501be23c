//! Orders: looking one up, and what became of its mails.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;
use shared::OrderKey;

use super::command::CommandLine;
use super::deed::Deed;
use super::delivered::{Answer, answer as delivered};
use super::link::link;
use super::place::Place;
use super::request::{Change, Fields, Form};
use super::respond::{Chrome, failure, html, see};
use super::session::Visitor;
use super::state::Console;
use super::wording::{Sentence, StateWords, capitalised, mail_name, reason_words, state_words};
use crate::audit::{self, Audit, Intent};
use crate::aws::Stack;
use crate::error::CliError;
use crate::find::{OrderList, OrderRow, UnknownOrder, Wanted};
use crate::order::{Notification, OrderAnswer, OrderReport, answer};
use crate::output::format_time;
use crate::pii::PiiMode;

/// The link of an order's page.
pub fn order_link(order: &OrderKey) -> String {
    link("/order", [("shop", order.shop.as_str()), ("id", order.order_id.as_str())])
}

/// The stack, as the command has it for an order of this shop.
pub fn stack_of(stack: &Stack, order: &OrderKey) -> Stack {
    match order.shop == stack.shop_or_default() {
        true => stack.clone(),
        false => stack.clone().of_shop(Some(order.shop.clone())),
    }
}

#[derive(Template)]
#[template(path = "console/search.html")]
struct SearchPage {
    chrome: Chrome,
}

/// `GET /orders`: the form alone.
pub async fn search(State(console): State<Console>, visitor: Visitor) -> Response {
    let command = CommandLine::new(console.stack(), ["order", "ORDER"]);
    let chrome = Chrome::new(&console, &visitor, Place::Orders, &command);
    html(StatusCode::OK, &SearchPage { chrome })
}

#[derive(Template)]
#[template(path = "console/found.html")]
struct FoundPage {
    chrome: Chrome,
    title: String,
    /// Each order's link, what tells it from the others, and when its latest event was accepted.
    orders: Vec<(String, OrderRow, String)>,
    has_more: bool,
    /// Dead letters about an order that no table knows: each one's link, queue, time and reason.
    letters: Vec<(String, String, String, String)>,
}

/// `POST /orders`: finds by number, id or address. A form, so that no address is in the browser's history.
pub async fn find(State(console): State<Console>, form: Form) -> Response {
    let Form { visitor, fields } = form;
    let found = async {
        let wanted = Wanted::parse(fields.get("q"), fields.shop(&console)?)?;
        let shown = wanted.shown(PiiMode::Masked);
        let answer = look_up(&console, wanted, PiiMode::Masked).await?;
        Ok::<_, CliError>((shown, answer))
    };
    let (shown, answer) = match found.await {
        Ok(found) => found,
        Err(error) => return failure(chrome(&console, &visitor, "ORDER"), &error),
    };
    let chrome = chrome(&console, &visitor, &shown);
    match answer {
        OrderAnswer::One(report) => {
            see(&link("/order", [("shop", report.shop.as_str()), ("id", &report.order_id)]))
        }
        OrderAnswer::Several(list) => html(StatusCode::OK, &FoundPage::several(chrome, list)),
        OrderAnswer::Unknown(unknown) => {
            html(StatusCode::NOT_FOUND, &FoundPage::unknown(chrome, &unknown))
        }
    }
}

impl FoundPage {
    fn several(chrome: Chrome, list: OrderList) -> Self {
        let has_more = list.has_more;
        let title = format!("{} orders", list.orders.len());
        let orders = list.orders.into_iter().map(|row| {
            let link = link("/order", [("shop", row.shop.as_str()), ("id", row.order_id.as_str())]);
            let accepted = format_time(row.accepted_at);
            (link, row, accepted)
        });
        Self { chrome, title, orders: orders.collect(), has_more, letters: Vec::new() }
    }

    fn unknown(chrome: Chrome, unknown: &UnknownOrder) -> Self {
        let letters = unknown.letters.iter().map(|letter| {
            let (queue, id) = (letter.queue.to_string(), letter.summary.message_id.as_str());
            let link = link("/dead-letters/message", [("queue", queue.as_str()), ("id", id)]);
            (link, queue, format_time(letter.summary.failed_at), letter.summary.reason.clone())
        });
        Self {
            chrome,
            title: format!("{}: no mail yet", unknown.wanted),
            orders: Vec::new(),
            has_more: false,
            letters: letters.collect(),
        }
    }
}

/// What the command answers about it.
async fn look_up(console: &Console, wanted: Wanted, pii: PiiMode) -> Result<OrderAnswer, CliError> {
    let command = CommandLine::new(console.stack(), ["order"]);
    let interrupt = console.interrupt();
    console
        .perform(&command, async move |stack| answer(&stack, &wanted, pii, || interrupt).await)
        .await
}

fn chrome(console: &Console, visitor: &Visitor, order: &str) -> Chrome {
    let command = CommandLine::new(console.stack(), ["order", order]);
    Chrome::new(console, visitor, Place::Orders, &command)
}

/// `GET /order?shop=&id=`: the answer first, then each mail, then what happened when.
pub async fn page(State(console): State<Console>, visitor: Visitor, fields: Fields) -> Response {
    let found = async {
        let order = fields.order(&console)?;
        let pii = console.pii(&visitor, &order);
        let wanted = Wanted::parse(order.order_id.as_str(), order.shop.clone())?;
        let answer = look_up(&console, wanted, pii).await?;
        Ok::<_, CliError>((order, pii, answer))
    };
    let (order, pii, answer) = match found.await {
        Ok(found) => found,
        Err(error) => return failure(chrome(&console, &visitor, fields.get("id")), &error),
    };
    let chrome = order_chrome(&console, &visitor, &order, pii);
    match answer {
        // What was meant as a number has a page of its own, which is unmasked by itself.
        OrderAnswer::One(report) if report.order_id != order.order_id.as_str() => {
            see(&link("/order", [("shop", report.shop.as_str()), ("id", &report.order_id)]))
        }
        OrderAnswer::One(report) => {
            html(StatusCode::OK, &OrderPage::new(chrome, &order, pii, &report))
        }
        OrderAnswer::Several(list) => html(StatusCode::OK, &FoundPage::several(chrome, list)),
        OrderAnswer::Unknown(unknown) => {
            html(StatusCode::NOT_FOUND, &FoundPage::unknown(chrome, &unknown))
        }
    }
}

fn order_chrome(console: &Console, visitor: &Visitor, order: &OrderKey, pii: PiiMode) -> Chrome {
    let stack = stack_of(console.stack(), order);
    let command = CommandLine::new(&stack, ["order", order.order_id.as_str()])
        .with_flag("--show-pii", pii == PiiMode::Shown);
    Chrome::new(console, visitor, Place::Orders, &command).of_shop(&order.shop)
}

#[derive(Template)]
#[template(path = "console/order.html")]
struct OrderPage {
    chrome: Chrome,
    title: String,
    /// Where the number says something that the id does not.
    number: Option<String>,
    customer: Option<String>,
    is_masked: bool,
    shop: String,
    id: String,
    answer: Answer,
    warnings: Vec<Sentence>,
    mails: Vec<MailView>,
    /// What an event waits for, of which no mail tells.
    waiting: Vec<String>,
    moments: Vec<MomentView>,
}

struct MailView {
    name: String,
    scope: String,
    /// Who gets it, where that is not the customer.
    to: String,
    state: StateWords,
    since: String,
    attempts: u32,
    /// Why, in words, and as the ledger has it.
    reason: Option<(Option<&'static str>, String)>,
    left_out: Option<String>,
    superseded_by: Option<String>,
    asked: Option<String>,
    next: Sentence,
    /// Each button's label and link.
    deeds: Vec<(&'static str, String)>,
    /// Where it is shown.
    own: String,
}

struct MomentView {
    at: String,
    what: String,
    about: String,
    detail: String,
}

impl OrderPage {
    fn new(chrome: Chrome, order: &OrderKey, pii: PiiMode, report: &OrderReport) -> Self {
        let of_shop = match chrome.shops.len() {
            1 => String::new(),
            _ => format!(" of {}", order.shop),
        };
        // The latest news first: it is what the customer asks about.
        let mut mails: Vec<&Notification> = report.notifications.iter().collect();
        mails.sort_by_key(|mail| std::cmp::Reverse(mail.since));
        let waiting = report.events.iter().filter(|event| event.waits());
        let may_act = !chrome.is_read_only;
        Self {
            chrome,
            title: format!("Order {}{of_shop}", order.order_id),
            number: report.number.clone().filter(|_| report.shows_number),
            customer: report.customer.clone(),
            is_masked: pii == PiiMode::Masked,
            shop: order.shop.to_string(),
            id: order.order_id.to_string(),
            answer: delivered(report),
            warnings: report.warnings.iter().map(|warning| Sentence::new(warning)).collect(),
            mails: mails.iter().map(|mail| MailView::new(order, mail, may_act)).collect(),
            waiting: waiting.map(|row| format!("{} {}.", row.event.kind, row.next)).collect(),
            moments: report
                .timeline
                .iter()
                .map(|moment| MomentView {
                    at: format_time(moment.at),
                    what: moment.what.to_owned(),
                    about: moment.about.clone(),
                    detail: moment.detail.clone(),
                })
                .collect(),
        }
    }
}

impl MailView {
    fn new(order: &OrderKey, mail: &Notification, may_act: bool) -> Self {
        let parameters = |first: (&'static str, &'static str)| {
            [
                first,
                ("shop", order.shop.as_str()),
                ("id", order.order_id.as_str()),
                ("kind", mail.kind.as_str()),
                ("scope", mail.scope.as_str()),
                ("recipient", mail.recipient.as_str()),
            ]
        };
        let deed =
            |deed: Deed| (deed.label(), link("/order/act", parameters(("deed", deed.name()))));
        let deeds = Deed::of(mail).into_iter().filter(|_| may_act);
        let asked = mail.asked_by.as_ref().zip(mail.asked_because.as_ref());
        Self {
            name: capitalised(&mail_name(&mail.kind)),
            scope: mail.scope.clone(),
            to: match &mail.address {
                _ if mail.recipient == "customer" => String::new(),
                Some(address) => address.clone(),
                None => mail.shown_recipient(),
            },
            state: state_words(&mail.state),
            since: format_time(mail.since),
            attempts: mail.attempts,
            reason: mail.reason.clone().map(|reason| (reason_words(&reason), reason)),
            left_out: mail.left_out.clone(),
            superseded_by: mail.superseded_by.clone(),
            asked: asked.map(|(operator, why)| asked_for(operator, why)),
            next: Sentence::new(&capitalised(&mail.next)),
            deeds: deeds.map(deed).collect(),
            own: link(
                "/order/mail",
                parameters(("event", "")).into_iter().chain([("event", mail.event.as_str())]),
            ),
        }
    }
}

fn asked_for(operator: &str, why: &str) -> String {
    match operator {
        "unknown" => format!("An operator asked for it: {why}"),
        operator => format!("{operator} asked for it: {why}"),
    }
}

/// `POST /order/unmask`: shows the order's personal data for a while, which an audit item keeps.
pub async fn unmask(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { visitor, fields } = form;
    let unmasked = async {
        let order = fields.order(&console)?;
        let reason = audit::reason(fields.get("reason")).map_err(|expected| {
            CliError::input(format!("Nothing was shown: a reason is needed, {expected}."))
        })?;
        record_unmasking(&console, &order, reason).await?;
        Ok::<_, CliError>(order)
    };
    match unmasked.await {
        Ok(order) => {
            let link = order_link(&order);
            console.sessions().unmask(&visitor, order);
            see(&link)
        }
        Err(error) => failure(chrome(&console, &visitor, fields.get("id")), &error),
    }
}

/// Before anything is shown: who may not write this down is not shown it here.
async fn record_unmasking(
    console: &Console,
    order: &OrderKey,
    reason: String,
) -> Result<(), CliError> {
    let (order, operator) = (order.clone(), console.operator());
    let command =
        CommandLine::new(&stack_of(console.stack(), &order), ["order", order.order_id.as_str()])
            .with_flag("--show-pii", true);
    let record = async move |stack: Stack| {
        let stack = stack_of(&stack, &order);
        let intent = Intent {
            action: format!("show {}", order.order_id),
            reason: Some(&reason),
            plan: json!({ "order_key": order.to_string() }),
        };
        let audit = Audit::begin(&stack, &operator, intent).await?;
        audit.complete(Ok(()), &json!({ "shown": 1 })).await
    };
    console.perform_change(&command, record).await
}
