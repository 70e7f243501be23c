//! The page of an order: what became of its mails.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shared::OrderKey;

use super::command::CommandLine;
use super::delivery_answer::{DeliveryAnswer, delivery_answer};
use super::link::{erase_link, link};
use super::mail_view::MailView;
use super::named_order::{order_name, stack_for};
use super::navigation::Section;
use super::not_found::order_error_page;
use super::order_steps::{MomentView, missing, steps};
use super::request::Fields;
use super::respond::{PageFrame, html, redirect};
use super::search::{OrderSearch, not_in_tables, search_frame, several};
use super::session::Session;
use super::state::Console;
use super::wording::{Sentence, capitalised, mail_name};
use crate::audit::{OrderAudit, of_order};
use crate::aws::Stack;
use crate::error::CliError;
use crate::find::{Found, Wanted};
use crate::order::{Notification, OrderAnswer, OrderReport, answer_from_tables};
use crate::pii::PiiMode;

/// An event that intake refused is accepted after its dead letter was repaired: so long at most, but for a large replay.
const BEFORE_ACCEPTANCE_MS: i64 = 24 * 60 * 60 * 1000;

/// `GET /order?shop=&id=`: the answer first, then each mail, then what happened when.
pub async fn page(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let read = async {
        let order = fields.order(&console)?;
        let pii = console.pii(&session, &order);
        let wanted = Wanted::parse(order.order_id.as_str(), order.shop.clone())?;
        let command = CommandLine::new(console.stack(), ["order"]);
        let search = OrderSearch::new(&console, wanted.clone());
        let known = async move |stack, _| answer_from_tables(&stack, &wanted, pii).await;
        let answer = match console.read(&command, known).await? {
            Some(OrderAnswer::One(report)) => {
                let audited = audited(&console, &command, &order, &report).await;
                Answer::One(report, audited)
            }
            Some(_) => Answer::Several(search.find(&console).await?),
            None => Answer::Unknown(search),
        };
        Ok::<_, CliError>((order, pii, answer))
    };
    let (order, pii, answer) = match read.await {
        Ok(read) => read,
        Err(error) => {
            return order_error_page(search_frame(&console, &session, &fields, "id"), &error);
        }
    };
    let frame = order_frame(&console, &session, &order, pii);
    match answer {
        // What was meant as a number has a page of its own, which is unmasked by itself.
        Answer::One(report, _) if report.order_id != order.order_id.as_str() => {
            redirect(&link("/order", [("shop", report.shop.as_str()), ("id", &report.order_id)]))
        }
        Answer::One(report, audited) => {
            let page = OrderPage::new(&console, frame, (&order, pii), (&report, &audited));
            html(StatusCode::OK, &page)
        }
        Answer::Several(found) => several(&console, frame, &found),
        Answer::Unknown(search) => not_in_tables(&console, frame, search).await,
    }
}

/// What the tables have of the order of a link.
enum Answer {
    /// With the audit items about it.
    One(Box<OrderReport>, OrderAudit),
    Several(Found),
    Unknown(OrderSearch),
}

/// What operators did that was about this order alone. Whatever fails, the ledger's steps are shown all the same.
async fn audited(
    console: &Console,
    command: &CommandLine,
    order: &OrderKey,
    report: &OrderReport,
) -> OrderAudit {
    let Some(first) = report.timeline.first() else { return OrderAudit::default() };
    let (order, since) = (order.clone(), first.at - BEFORE_ACCEPTANCE_MS);
    let read =
        async move |stack: Stack, _| Ok::<_, CliError>(of_order(&stack, &order, since).await);
    console.read(command, read).await.unwrap_or_else(|error| {
        let sentence = "Replays of dead letters may be missing here: the audit log was not read.";
        OrderAudit::unread(CliError::service(sentence).caused_by(error))
    })
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
    /// Why steps may be missing.
    missing: Option<Sentence>,
    /// Whether its personal data may be shown: that changes an audit item alone.
    may_unmask: bool,
    /// Where it is erased.
    erase: String,
}

impl OrderPage {
    fn new(
        console: &Console,
        frame: PageFrame,
        (order, pii): (&OrderKey, PiiMode),
        (report, audited): (&OrderReport, &OrderAudit),
    ) -> Self {
        // As the order went on, the confirmation first.
        let mut mails: Vec<&Notification> = report.notifications.iter().collect();
        mails.sort_by_key(|mail| (mail.accepted_at, mail.since));
        let waiting = report.events.iter().filter(|event| event.waits());
        let may_act = !frame.is_read_only;
        Self {
            frame,
            title: format!("Order {}", order_name(console, order, pii)),
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
            moments: steps(report, &audited.items),
            missing: missing(audited).map(|sentence| Sentence::new(&sentence)),
            may_unmask: console.refusal().is_none(),
            erase: erase_link(order),
        }
    }
}
