//! Orders: looking one up, and what became of its mails.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use indicatif::ProgressBar;
use shared::OrderKey;

use super::command::CommandLine;
use super::delivery_answer::{DeliveryAnswer, delivery_answer};
use super::link::{erase_link, link};
use super::mail_view::MailView;
use super::navigation::Section;
use super::not_found::order_error_page;
use super::request::{Fields, Form};
use super::respond::{PageFrame, html, redirect};
use super::scans::Queues;
use super::session::Session;
use super::state::Console;
use super::wording::{Sentence, capitalised, day_and_time, mail_name, mail_name_of};
use crate::aws::Stack;
use crate::error::CliError;
use crate::find::{OrderList, OrderRow, UnknownOrder, Wanted, look_in_dead_letters};
use crate::order::{Notification, OrderAnswer, OrderReport, answer_from_tables};
use crate::output::format_time;
use crate::pii::{PiiMode, without_addresses};
use crate::progress::RunControl;

/// The link of an order's page.
pub fn order_link(order: &OrderKey) -> String {
    link("/order", [("shop", order.shop.as_str()), ("id", order.order_id.as_str())])
}

/// The stack, as the command has it for an order of this shop.
pub fn stack_for(stack: &Stack, order: &OrderKey) -> Stack {
    match order.shop == stack.shop_or_default() {
        true => stack.clone(),
        false => stack.clone().of_shop(Some(order.shop.clone())),
    }
}

#[derive(Template)]
#[template(path = "console/search.html")]
struct SearchPage {
    frame: PageFrame,
}

/// `GET /orders`: the form alone.
pub async fn search(State(console): State<Console>, session: Session) -> Response {
    let command = CommandLine::new(console.stack(), ["order", "ORDER"]);
    let frame = PageFrame::new(&console, &session, Section::Orders, &command);
    html(StatusCode::OK, &SearchPage { frame })
}

#[derive(Template)]
#[template(path = "console/found.html")]
struct FoundPage {
    frame: PageFrame,
    title: String,
    orders: Vec<OrderChoice>,
    has_more: bool,
    /// Those about an order that no table knows.
    dead_letters: Vec<DeadLetterLink>,
}

/// One of several orders.
struct OrderChoice {
    link: String,
    shown_id: String,
    /// What tells it from the others.
    row: OrderRow,
    /// When its latest event was accepted.
    accepted: String,
}

struct DeadLetterLink {
    link: String,
    queue: String,
    failed: String,
    reason: String,
}

/// `POST /orders`: finds by number, id or address. A form, so that no address is in the browser's history.
pub async fn find(State(console): State<Console>, form: Form) -> Response {
    let Form { session, fields } = form;
    let found = async {
        let wanted = Wanted::parse(fields.get("q"), fields.shop(&console)?)?;
        let shown = wanted.shown(PiiMode::Masked);
        let answer = look_up(&console, wanted, PiiMode::Masked).await?;
        Ok::<_, CliError>((shown, answer))
    };
    let (shown, answer) = match found.await {
        Ok(found) => found,
        Err(error) => return order_error_page(search_frame(&console, &session, "ORDER"), &error),
    };
    let frame = search_frame(&console, &session, &shown);
    match answer {
        OrderAnswer::One(report) => {
            redirect(&link("/order", [("shop", report.shop.as_str()), ("id", &report.order_id)]))
        }
        OrderAnswer::Several(list) => html(StatusCode::OK, &FoundPage::several(frame, list)),
        OrderAnswer::Unknown(unknown) => {
            html(StatusCode::NOT_FOUND, &FoundPage::unknown(frame, &unknown))
        }
    }
}

impl FoundPage {
    fn several(frame: PageFrame, list: OrderList) -> Self {
        let has_more = list.has_more;
        let title = format!("{} orders", list.orders.len());
        let orders = list.orders.into_iter().map(|row| {
            let link = link("/order", [("shop", row.shop.as_str()), ("id", row.order_id.as_str())]);
            let accepted = day_and_time(row.accepted_at);
            let shown_id = without_addresses(&row.order_id);
            OrderChoice { link, shown_id, row, accepted }
        });
        Self { frame, title, orders: orders.collect(), has_more, dead_letters: Vec::new() }
    }

    fn unknown(frame: PageFrame, unknown: &UnknownOrder) -> Self {
        let dead_letters = unknown.dead_letters.iter().map(|found| {
            let (queue, id) = (found.queue.to_string(), found.summary.message_id.as_str());
            DeadLetterLink {
                link: link("/dead-letters/message", [("queue", queue.as_str()), ("id", id)]),
                queue,
                failed: day_and_time(found.summary.failed_at),
                reason: found.summary.reason.clone(),
            }
        });
        Self {
            frame,
            title: format!("Order {}: no mail yet", unknown.wanted),
            orders: Vec::new(),
            has_more: false,
            dead_letters: dead_letters.collect(),
        }
    }
}

/// What the command answers about it. Only where the tables have nothing are messages received, and nobody else here receives
/// any then.
async fn look_up(console: &Console, wanted: Wanted, pii: PiiMode) -> Result<OrderAnswer, CliError> {
    let command = CommandLine::new(console.stack(), ["order"]);
    let of_read = wanted.clone();
    let known = async move |stack, _| answer_from_tables(&stack, &of_read, pii).await;
    if let Some(known) = console.read(&command, known).await? {
        return Ok(known);
    }
    let search = async move |stack, interrupt| {
        let control = RunControl { interrupt: &interrupt, progress: &ProgressBar::hidden() };
        look_in_dead_letters(&stack, &wanted, pii, control).await
    };
    console.read_messages(&command, Queues::All, search).await.map(OrderAnswer::Unknown)
}

pub fn search_frame(console: &Console, session: &Session, order: &str) -> PageFrame {
    let command = CommandLine::new(console.stack(), ["order", order]);
    PageFrame::new(console, session, Section::Orders, &command)
}

/// `GET /order?shop=&id=`: the answer first, then each mail, then what happened when.
pub async fn page(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let found = async {
        let order = fields.order(&console)?;
        let pii = console.pii(&session, &order);
        let wanted = Wanted::parse(order.order_id.as_str(), order.shop.clone())?;
        let answer = look_up(&console, wanted, pii).await?;
        Ok::<_, CliError>((order, pii, answer))
    };
    let (order, pii, answer) = match found.await {
        Ok(found) => found,
        Err(error) => {
            return order_error_page(search_frame(&console, &session, fields.get("id")), &error);
        }
    };
    let frame = order_frame(&console, &session, &order, pii);
    match answer {
        // What was meant as a number has a page of its own, which is unmasked by itself.
        OrderAnswer::One(report) if report.order_id != order.order_id.as_str() => {
            redirect(&link("/order", [("shop", report.shop.as_str()), ("id", &report.order_id)]))
        }
        OrderAnswer::One(report) => {
            let may_unmask = console.refusal().is_none();
            let page = OrderPage { may_unmask, ..OrderPage::new(frame, &order, pii, &report) };
            html(StatusCode::OK, &page)
        }
        OrderAnswer::Several(list) => html(StatusCode::OK, &FoundPage::several(frame, list)),
        OrderAnswer::Unknown(unknown) => {
            html(StatusCode::NOT_FOUND, &FoundPage::unknown(frame, &unknown))
        }
    }
}

fn order_frame(console: &Console, session: &Session, order: &OrderKey, pii: PiiMode) -> PageFrame {
    let stack = stack_for(console.stack(), order);
    let command = CommandLine::new(&stack, ["order", order.order_id.as_str()])
        .with_flag("--show-pii", pii == PiiMode::Shown);
    PageFrame::new(console, session, Section::Orders, &command).for_shop(&order.shop)
}

#[derive(Template)]
#[template(path = "console/order.html")]
struct OrderPage {
    frame: PageFrame,
    title: String,
    /// Where the number says something that the id does not.
    number: Option<String>,
    customer: Option<String>,
    is_masked: bool,
    shop: String,
    id: String,
    answer: DeliveryAnswer,
    warnings: Vec<Sentence>,
    mails: Vec<MailView>,
    /// What an event waits for, of which no mail tells.
    waiting: Vec<String>,
    moments: Vec<MomentView>,
    /// Whether its personal data may be shown: that changes an audit item alone.
    may_unmask: bool,
    /// Where it is erased.
    erase: String,
}

struct MomentView {
    at: String,
    what: String,
    about: String,
    detail: String,
}

impl OrderPage {
    fn new(frame: PageFrame, order: &OrderKey, pii: PiiMode, report: &OrderReport) -> Self {
        let of_shop = match frame.shops.len() {
            1 => String::new(),
            _ => format!(" of {}", order.shop),
        };
        // As the order went on, the confirmation first.
        let mut mails: Vec<&Notification> = report.notifications.iter().collect();
        mails.sort_by_key(|mail| (mail.accepted_at, mail.since));
        let waiting = report.events.iter().filter(|event| event.waits());
        let may_act = !frame.is_read_only;
        Self {
            frame,
            title: format!("Order {}{of_shop}", pii.text(order.order_id.as_str())),
            number: report.number.clone().filter(|_| report.shows_number),
            customer: report.customer.clone(),
            is_masked: pii == PiiMode::Masked,
            shop: order.shop.to_string(),
            id: order.order_id.to_string(),
            answer: delivery_answer(report),
            warnings: report.warnings.iter().map(|warning| Sentence::new(warning)).collect(),
            mails: mails.iter().map(|mail| MailView::new(order, mail, may_act)).collect(),
            waiting: waiting
                .map(|row| format!("{}: {}.", capitalised(&mail_name(&row.event.kind)), row.next))
                .collect(),
            moments: report
                .timeline
                .iter()
                .map(|moment| MomentView {
                    at: format_time(moment.at),
                    what: moment.what.to_owned(),
                    about: mail_name_of(&moment.about),
                    detail: moment.detail.clone(),
                })
                .collect(),
            may_unmask: false,
            erase: erase_link(order),
        }
    }
}
