//! How things are: what needs a person first, then the queues, the last day's mails and SES.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use shared::ledger;

use super::command::CommandLine;
use super::link::{Link, link};
use super::navigation::Section;
use super::request::{Fields, reload_link};
use super::respond::{PageFrame, error_page, html};
use super::session::Session;
use super::state::Console;
use super::today_chart::Chart;
use super::today_figures::{Alarms, Figure, figures, watched_hour};
use super::wording::{Sentence, StateWords, capitalised, state_words};
use crate::aws::{Queue, Stack};
use crate::order_name::OrderName;
use crate::output::{counted, number};
use crate::pii::without_addresses;
use crate::status::{Args, LastDay, QueueRow, Ses, Status, run};

/// How many of the last day's events are counted: enough to see what goes wrong, and few enough for a page that is looked
/// at often.
const MAX_EVENTS: usize = 2_000;

/// How many are counted when a person asks for more, as by the command.
const MORE_EVENTS: usize = 20_000;

/// How many orders a state names.
const MAX_ORDERS: usize = 8;

#[derive(Template)]
#[template(path = "console/today.html")]
struct TodayPage {
    frame: PageFrame,
    attention: Vec<Sentence>,
    /// That not all of the day's events were looked at, and where more are, if more may be.
    omission: Option<Omission>,
    /// Customers whose mails bounced, and who have no other address yet.
    unreached: Option<Unreached>,
    queues: Option<Vec<QueueView>>,
    /// How many dead-letter queues are left out of them.
    empty_dlqs: usize,
    /// Whether any is not.
    lists_dlqs: bool,
    ages_are_known: bool,
    day: Option<DayView>,
    ses: Option<String>,
    figures: Vec<Figure>,
    alarms: Alarms,
    /// What it costs to keep the page open.
    watched_hour: String,
    /// Where it loads itself again, if it does.
    reload: Option<String>,
    names: String,
}

struct QueueView {
    name: String,
    /// Where its messages are listed, if it is a dead-letter queue.
    link: Option<String>,
    is_bad: bool,
    messages: String,
    in_flight: String,
    delayed: String,
    oldest: String,
}

/// Events that were not looked at.
struct Omission {
    /// A sentence.
    what: String,
    /// Where more of them are looked at, and how many.
    more: Option<Link>,
}

impl Omission {
    fn new(day: &LastDay) -> Option<Self> {
        let what = format!("{}.", capitalised(&day.omission()?));
        let more = (day.events < MORE_EVENTS).then(|| Link {
            label: format!("Look at {}", number(MORE_EVENTS)),
            href: link("/", [("more", "1")]),
        });
        Some(Self { what, more })
    }
}

/// The orders of mails that bounced.
struct Unreached {
    /// Such as `2 orders`.
    count: String,
    is_one: bool,
    orders: Vec<Link>,
    more: usize,
}

struct DayView {
    /// Of which time its mails are, as a heading.
    span: String,
    events: String,
    states: Vec<StateBar>,
    chart: Option<Chart>,
}

/// The mails of one state.
struct StateBar {
    state: StateWords,
    count: String,
    /// How long its bar is, in hundredths of the longest.
    share: usize,
    /// The first of the orders about which somebody may have to do something.
    orders: Vec<Link>,
    more_orders: usize,
}

/// `GET /`. With `more=1` it counts more of the day's events. With `watch=1` the page loads itself again every minute, by
/// [`reload_link`], which is told from what a person asks for: the session still ends when nobody uses it.
pub async fn page(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let most = if fields.get("more").is_empty() { MAX_EVENTS } else { MORE_EVENTS };
    let command = CommandLine::new(console.stack(), ["status"]).with("--most", &most.to_string());
    let read = async move |stack: Stack, _| {
        let args = Args { most };
        let (status, alarms) = tokio::join!(run(&stack, &args), Alarms::read(&stack));
        Ok((status?.0, alarms))
    };
    let read = console.read(&command, read).await;
    let frame = PageFrame::new(&console, &session, Section::Today, &command);
    match read {
        Ok((status, alarms)) => {
            let is_watched = !fields.get("watch").is_empty();
            let reload = is_watched.then(|| reload_link("/", [("watch", "1")]));
            let page = TodayPage { reload, ..TodayPage::new(frame, &status, alarms) };
            html(StatusCode::OK, &page)
        }
        Err(error) => error_page(frame, &error),
    }
}

impl TodayPage {
    fn new(frame: PageFrame, status: &Status, alarms: Alarms) -> Self {
        let now = Timestamp::now().as_millisecond();
        let queues = status.queues.as_ref().ok();
        let knows_age = |rows: &Vec<QueueRow>| rows.iter().any(|row| row.oldest_seconds.is_some());
        let sentence = |finding: &String| Sentence::new(&format!("{}.", capitalised(finding)));
        Self {
            frame,
            attention: status.attention.iter().map(sentence).collect(),
            omission: status.ledger.as_ref().ok().and_then(Omission::new),
            unreached: status.ledger.as_ref().ok().and_then(Unreached::new),
            ages_are_known: queues.is_some_and(knows_age),
            queues: queues.map(|rows| {
                rows.iter().filter(|row| !is_empty_dlq(row)).map(QueueView::new).collect()
            }),
            lists_dlqs: queues
                .into_iter()
                .flatten()
                .any(|row| matches!(row.queue, Queue::Dead(_)) && !is_empty_dlq(row)),
            empty_dlqs: queues
                .map_or(0, |rows| rows.iter().filter(|row| is_empty_dlq(row)).count()),
            day: status.ledger.as_ref().ok().map(|day| DayView::new(day, now)),
            ses: status.ses.as_ref().ok().map(Ses::sentences),
            figures: figures(status),
            alarms,
            watched_hour: watched_hour(status),
            reload: None,
            names: status.names.clone(),
        }
    }
}

impl DayView {
    /// `now` in milliseconds since 1970.
    fn new(day: &LastDay, now: i64) -> Self {
        let events = counted(day.events, "event");
        Self {
            span: match day.cut_at {
                Some(_) => format!("Mails {}", day.span()),
                None => "Mails of the last 24 hours".to_owned(),
            },
            events: match day.cut_at {
                Some(_) => format!("the latest {events}"),
                None => events,
            },
            states: bars(day),
            // Earlier hours than were counted would look as if nothing had happened.
            chart: Chart::new(&day.hours, now, day.cut_at),
        }
    }
}

impl Unreached {
    fn new(day: &LastDay) -> Option<Self> {
        let orders = day.orders.get(ledger::State::Bounced.as_str())?;
        Some(Self {
            count: counted(orders.len(), "order"),
            is_one: orders.len() == 1,
            orders: orders.iter().take(MAX_ORDERS).map(order).collect(),
            more: orders.len().saturating_sub(MAX_ORDERS),
        })
    }
}

fn order(name: &OrderName) -> Link {
    Link {
        label: without_addresses(&name.to_string()),
        href: link("/order", [("shop", name.shop.as_str()), ("id", &name.id)]),
    }
}

/// The most frequent state first.
fn bars(day: &LastDay) -> Vec<StateBar> {
    let mut states: Vec<(&String, usize)> =
        day.states.iter().map(|(state, count)| (state, *count)).collect();
    states.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let longest = states.first().map_or(1, |(_, count)| (*count).max(1));
    let bar = |(state, count): (&String, usize)| StateBar {
        state: state_words(state),
        count: number(count),
        share: (count * 100).div_ceil(longest),
        orders: day.orders.get(state).into_iter().flatten().take(MAX_ORDERS).map(order).collect(),
        more_orders: day.orders.get(state).map_or(0, |all| all.len().saturating_sub(MAX_ORDERS)),
    };
    states.into_iter().map(bar).collect()
}

fn is_empty_dlq(row: &QueueRow) -> bool {
    matches!(row.queue, Queue::Dead(_)) && row.depth.total() == 0
}

impl QueueView {
    fn new(row: &QueueRow) -> Self {
        let dead = match row.queue {
            Queue::Dead(dlq) => Some(dlq.to_string()),
            _ => None,
        };
        Self {
            name: row.queue.suffix().to_owned(),
            is_bad: dead.is_some() && row.depth.total() > 0,
            link: dead.map(|queue| link("/dead-letters/queue", [("queue", queue.as_str())])),
            messages: number(row.depth.visible),
            in_flight: number(row.depth.in_flight),
            delayed: number(row.depth.delayed),
            oldest: row.oldest().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;
    use crate::status::Hours;

    /// The page of a stack without any problem, whose day's events were counted from `cut_at` on.
    fn page(cut_at: Option<i64>) -> String {
        let mut hours = Hours::default();
        let accepted_at = cut_at.unwrap_or_else(|| Timestamp::now().as_millisecond());
        hours.add(accepted_at, "delivered");
        let day =
            LastDay { events: 2_000, more: cut_at.is_some(), cut_at, hours, ..LastDay::default() };
        let status = Status {
            stack: "shop".to_owned(),
            names: String::new(),
            queues: Ok(Vec::new()),
            sweep: Ok(None),
            ledger: Ok(day),
            reputation: Default::default(),
            ses: Ok(Ses::default()),
            sending_paused: Ok(None),
            send_lines: Vec::new(),
            cloudwatch_is_silent: false,
            attention: Vec::new(),
        };
        let console = Console::unreachable(SocketAddr::from(([127, 0, 0, 1], 7000)));
        let session = Session::with_cookie("kim", "kim".to_owned());
        let command = CommandLine::new(console.stack(), ["status"]);
        let frame = PageFrame::new(&console, &session, Section::Today, &command);
        TodayPage::new(frame, &status, Alarms::Ringing(Vec::new())).render().unwrap()
    }

    #[tokio::test]
    async fn a_day_of_which_only_a_part_was_looked_at_is_never_green_and_keeps_its_chart() {
        const GREEN: &str = "Nothing needs a person now.";
        assert!(page(None).contains(GREEN));
        let cut = page(Some(Timestamp::now().as_millisecond()));
        assert!(!cut.contains(GREEN), "{cut}");
        for shown in [
            "Only the latest 2,000 events (since ",
            "older problems may be missing.",
            "<a href=\"/?more=1\">Look at 20,000</a>",
            "<h2>Mails since ",
            "Of the latest 2,000 events.",
            "role=\"img\"",
        ] {
            assert!(cut.contains(shown), "{shown}: {cut}");
        }
    }
}
