//! Searching an order: by its number, its id or its customer's e-mail address, in one shop or in all of them.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use indicatif::ProgressBar;
use shared::ShopId;
use shared::lookup::number_unlike_id;

use super::command::CommandLine;
use super::link::{link, order_link};
use super::named_order::{order_name, stack_for_shop};
use super::navigation::Section;
use super::not_found::order_error_page;
use super::request::{Fields, Form};
use super::respond::{PageFrame, html, redirect};
use super::scans::Queues;
use super::session::Session;
use super::state::Console;
use super::wording::{Sentence, capitalised, day_and_time};
use crate::error::CliError;
use crate::find::{Found, UnknownOrder, Wanted, find_in_each, look_in_dead_letters};
use crate::output::counted;
use crate::pii::{PiiMode, without_addresses};
use crate::progress::RunControl;
use crate::store::StoredOrder;

#[derive(Template)]
#[template(path = "console/search.html")]
struct SearchPage {
    frame: PageFrame,
}

/// `GET /orders`: the form alone.
pub async fn form(State(console): State<Console>, session: Session) -> Response {
    let command = CommandLine::new(console.stack(), ["order", "ORDER"]);
    let frame = PageFrame::new(&console, &session, Section::Orders, &command);
    html(StatusCode::OK, &SearchPage { frame })
}

/// What somebody looks for: first in some shops, then in the others that this console is about.
#[derive(Debug, Clone)]
pub struct OrderSearch {
    first: Vec<Wanted>,
    then: Vec<Wanted>,
}

impl OrderSearch {
    /// Of the fields `q` and `shop`; without a shop, in all.
    fn parse(console: &Console, fields: &Fields) -> Result<Self, CliError> {
        let chosen = chosen_shop(console, fields)?;
        let shop = chosen.clone().unwrap_or_default();
        let search = Self::new(console, Wanted::parse(fields.get("q"), shop)?);
        Ok(match chosen {
            Some(_) => search,
            None => Self { first: [search.first, search.then].concat(), then: Vec::new() },
        })
    }

    /// For what is wanted, first in its own shop.
    pub fn new(console: &Console, wanted: Wanted) -> Self {
        let in_other = |shop: &String| {
            let shop = ShopId::parse(shop).ok().filter(|shop| shop != wanted.shop())?;
            Some(wanted.in_shop(shop))
        };
        let then = console.shops().iter().filter_map(in_other).collect();
        Self { first: vec![wanted], then }
    }

    /// The orders that the tables have, in the shops that come first.
    ///
    /// # Errors
    /// As of [`find_in_each`].
    pub async fn find(&self, console: &Console) -> Result<Found, CliError> {
        find_stored(console, self.first.clone()).await
    }
}

/// The shop of a search; none for all of them.
fn chosen_shop(console: &Console, fields: &Fields) -> Result<Option<ShopId>, CliError> {
    let is_chosen = !fields.get("shop").is_empty() || console.shops().len() == 1;
    is_chosen.then(|| fields.shop(console)).transpose()
}

async fn find_stored(console: &Console, wanted: Vec<Wanted>) -> Result<Found, CliError> {
    let command = CommandLine::new(console.stack(), ["order"]);
    console.read(&command, async move |stack, _| find_in_each(&stack, &wanted).await).await
}

/// The frame of a search's answer. `name` is the field that has what was looked for.
pub fn search_frame(
    console: &Console,
    session: &Session,
    fields: &Fields,
    name: &str,
) -> PageFrame {
    // An address is masked there; what is no shop's name is refused elsewhere.
    let shop = chosen_shop(console, fields).ok().flatten();
    let stack = stack_for_shop(console.stack(), &shop.clone().unwrap_or_default());
    let command = CommandLine::new(&stack, ["order", fields.get(name)]);
    let frame = PageFrame::new(console, session, Section::Orders, &command);
    match shop {
        Some(shop) => frame.for_shop(&shop),
        None => frame,
    }
}

/// `POST /orders`: finds by number, id or address. A form, so that no address is in the browser's history.
pub async fn find(State(console): State<Console>, form: Form) -> Response {
    let Form { session, fields } = form;
    let frame = search_frame(&console, &session, &fields, "q");
    let found = async {
        let search = OrderSearch::parse(&console, &fields)?;
        let found = search.find(&console).await?;
        Ok::<_, CliError>((search, found))
    };
    match found.await {
        Ok((search, found)) => match found.orders.as_slice() {
            [] => match found.check_complete() {
                Ok(()) => not_in_tables(&console, frame, search).await,
                Err(error) => order_error_page(frame, &error),
            },
            [only] if found.failed.is_empty() => redirect(&order_link(&only.order)),
            _ => several(&console, frame, &found),
        },
        Err(error) => order_error_page(frame, &error),
    }
}

#[derive(Template)]
#[template(path = "console/found.html")]
struct FoundPage {
    frame: PageFrame,
    title: String,
    orders: Vec<OrderChoice>,
    /// What is not among them: of a shop that has more, and of one that could not be searched.
    missing: Vec<Sentence>,
    /// Whether they are of other shops than the one that was chosen.
    is_elsewhere: bool,
    /// Those about an order that no table knows.
    dead_letters: Vec<DeadLetterLink>,
}

/// One of several orders, with what tells it from the others.
struct OrderChoice {
    link: String,
    name: String,
    number: Option<String>,
    /// Masked.
    customer: String,
    since: String,
}

struct DeadLetterLink {
    link: String,
    queue: String,
    /// What it is called; empty where there is one alone, or nobody knows it.
    shop: String,
    failed: String,
    reason: String,
}

/// The page on which somebody chooses one of several orders.
pub fn several(console: &Console, frame: PageFrame, found: &Found) -> Response {
    let title = counted(found.orders.len(), "order");
    html(StatusCode::OK, &FoundPage::new(console, frame, title, found))
}

/// The page for what no table has in the shops that were looked in first: other shops' orders, dead letters, or nothing.
pub async fn not_in_tables(console: &Console, frame: PageFrame, search: OrderSearch) -> Response {
    match look_further(console, search).await {
        Ok(Further::Elsewhere(wanted, found)) => {
            let (shown, shop) = (wanted.shown(PiiMode::Masked), wanted.shop().as_str());
            let title = format!("No order {shown} in {}", console.shop_names().label(shop));
            let page = FoundPage::new(console, frame, title, &found);
            html(StatusCode::NOT_FOUND, &FoundPage { is_elsewhere: true, ..page })
        }
        Ok(Further::DeadLetters(unknown)) => {
            html(StatusCode::NOT_FOUND, &FoundPage::unknown(console, frame, &unknown))
        }
        Err(error) => order_error_page(frame, &error),
    }
}

/// What is known of an order that is not where it was looked for.
enum Further {
    Elsewhere(Wanted, Found),
    DeadLetters(UnknownOrder),
}

/// Only where the tables of all shops have nothing are messages received, and nobody else here receives any then.
async fn look_further(console: &Console, search: OrderSearch) -> Result<Further, CliError> {
    let OrderSearch { mut first, then } = search;
    let wanted = first.remove(0);
    if !then.is_empty() {
        let found = find_stored(console, then.clone()).await?;
        if !found.orders.is_empty() {
            return Ok(Further::Elsewhere(wanted, found));
        }
        found.check_complete()?;
    }
    let others = [first, then].concat();
    let look = async move |stack, interrupt| {
        let control = RunControl { interrupt: &interrupt, progress: &ProgressBar::hidden() };
        look_in_dead_letters(&stack, &wanted, &others, PiiMode::Masked, control).await
    };
    let command = CommandLine::new(console.stack(), ["order"]);
    console.read_messages(&command, Queues::All, look).await.map(Further::DeadLetters)
}

impl FoundPage {
    fn new(console: &Console, frame: PageFrame, title: String, found: &Found) -> Self {
        let orders = found.orders.iter().map(|order| OrderChoice::new(console, order));
        Self {
            orders: orders.collect(),
            missing: missing(console, found),
            is_elsewhere: false,
            dead_letters: Vec::new(),
            title,
            frame,
        }
    }

    fn unknown(console: &Console, frame: PageFrame, unknown: &UnknownOrder) -> Self {
        let dead_letters = unknown.dead_letters.iter().map(|found| {
            let (queue, id) = (found.queue.to_string(), found.summary.message_id.as_str());
            let shop = found.summary.shop.as_ref().filter(|_| frame.has_several_shops());
            DeadLetterLink {
                link: link("/dead-letters/message", [("queue", queue.as_str()), ("id", id)]),
                shop: shop.map(|shop| console.shop_names().label(shop)).unwrap_or_default(),
                queue,
                failed: day_and_time(found.summary.failed_at),
                reason: found.summary.reason.clone(),
            }
        });
        Self {
            title: format!("Order {}: no mail yet", unknown.wanted),
            orders: Vec::new(),
            missing: Vec::new(),
            is_elsewhere: false,
            dead_letters: dead_letters.collect(),
            frame,
        }
    }
}

impl OrderChoice {
    fn new(console: &Console, stored: &StoredOrder) -> Self {
        let StoredOrder { order, events, records } = stored;
        let latest = stored.latest();
        let placed = latest.as_ref().and_then(|latest| latest.placed_at);
        // An order of which only the ledger knows: its mails have outlived its events.
        let accepted = events.iter().map(|event| event.accepted_at);
        let first = accepted.chain(records.iter().map(|record| record.accepted_at)).min();
        Self {
            link: order_link(order),
            name: order_name(console, order, PiiMode::Masked),
            number: latest.as_ref().and_then(number_unlike_id).map(without_addresses),
            customer: latest
                .map(|latest| PiiMode::Masked.address(latest.customer.email.expose()))
                .unwrap_or_default(),
            since: match placed {
                Some(placed) => {
                    format!("placed {}", day_and_time(placed.timestamp().as_millisecond()))
                }
                None => format!("first news {}", day_and_time(first.unwrap_or_default())),
            },
        }
    }
}

/// What is not among the orders that were found, a sentence for each shop.
fn missing(console: &Console, found: &Found) -> Vec<Sentence> {
    let label = |shop: &ShopId| console.shop_names().label(shop.as_str());
    let more = found.more_in.iter().map(|shop| match console.shops().len() {
        1 => "There are more: these are the latest.".to_owned(),
        _ => format!("The shop {} has more: these are its latest.", label(shop)),
    });
    let failed =
        found.failed.iter().map(|failed| capitalised(&failed.sentence(&label(&failed.shop))));
    more.chain(failed).map(|sentence| Sentence::new(&sentence)).collect()
}
