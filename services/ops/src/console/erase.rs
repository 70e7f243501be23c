//! Erasing an order: what there is of it first, then the form, then what was removed and what was not.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shared::OrderKey;

use super::background;
use super::command::CommandLine;
use super::jobs::{Job, JobResult, NewJob};
use super::link::{Link, link, order_link};
use super::named_order::{order_name, stack_for, stack_for_shop};
use super::navigation::Section;
use super::request::{Change, Fields, Form};
use super::respond::{PageFrame, error_page, html, redirect};
use super::scans::Queues;
use super::session::Session;
use super::severity::Severity;
use super::state::Console;
use super::wording::{Sentence, capitalised, error_sentence, without_flags};
use crate::audit;
use crate::erase::{self, Args, Erasure, Place, Removal};
use crate::error::CliError;
use crate::output::number;
use crate::pii::{PiiMode, without_addresses};

/// Which order, and whether with the ledger's records.
#[derive(Debug, Clone)]
struct EraseRequest {
    order: OrderKey,
    ledger_too: bool,
}

impl EraseRequest {
    fn parse(console: &Console, fields: &Fields) -> Result<Self, CliError> {
        let ledger_too = !fields.get("ledger").is_empty();
        Ok(Self { order: fields.order(console)?, ledger_too })
    }

    /// The command that does the same, its reason left out.
    fn command(&self, console: &Console, removes: bool) -> CommandLine {
        let stack = stack_for(console.stack(), &self.order);
        CommandLine::new(&stack, ["erase", self.order.order_id.as_str()])
            .with_flag("--ledger-too", self.ledger_too)
            .with_flag("--yes", removes)
    }

    fn args(&self, console: &Console, reason: &str) -> Args {
        Args {
            order: self.order.order_id.to_string(),
            yes: true,
            ledger_too: self.ledger_too,
            change: console.change_args(reason),
        }
    }

    /// The order's id, as pages show it: an id that is an address is masked.
    fn shown_id(&self) -> String {
        without_addresses(self.order.order_id.as_str())
    }

    fn frame(&self, console: &Console, session: &Session) -> PageFrame {
        let command = self.command(console, false);
        PageFrame::new(console, session, Section::Orders, &command).for_shop(&self.order.shop)
    }
}

#[derive(Template)]
#[template(path = "console/erase.html")]
struct ErasePage {
    frame: PageFrame,
    shop: String,
    id: String,
    /// Its id, as it is shown.
    name: String,
    ledger_too: bool,
    /// The same page with the ledger's records, or without them.
    other: String,
    /// Where there is anything.
    places: Vec<PlaceView>,
    notes: Vec<Sentence>,
    not_reached: Vec<Sentence>,
    back: String,
}

struct PlaceView {
    place: String,
    what: String,
    found: String,
    /// Dead letters that somebody has received, perhaps of this order.
    hidden: String,
    /// Messages that are perhaps about it.
    perhaps: String,
    not_looked_at: String,
}

impl ErasePage {
    fn new(frame: PageFrame, request: &EraseRequest, erasure: &Erasure) -> Self {
        let EraseRequest { order, ledger_too } = request;
        let ledger = if *ledger_too { "" } else { "1" };
        let parameters =
            [("shop", order.shop.as_str()), ("id", order.order_id.as_str()), ("ledger", ledger)];
        Self {
            frame,
            shop: order.shop.to_string(),
            id: order.order_id.to_string(),
            name: request.shown_id(),
            ledger_too: *ledger_too,
            other: link("/order/erase", parameters),
            places: erasure.places.iter().filter_map(PlaceView::new).collect(),
            notes: notes(erasure).iter().map(|note| Sentence::new(note)).collect(),
            not_reached: erasure
                .not_reached
                .iter()
                .map(|what| Sentence::new(&format!("{}.", capitalised(&without_flags(what)))))
                .collect(),
            back: order_link(order),
        }
    }
}

impl PlaceView {
    fn new(place: &Place) -> Option<Self> {
        let is_told = place.found > 0 || place.not_looked_at > 0 || place.needs_attention();
        is_told.then(|| Self {
            place: capitalised(&place.place),
            what: place.what.clone(),
            found: number(place.found),
            hidden: number(place.hidden),
            perhaps: number(place.perhaps.len()),
            not_looked_at: number(place.not_looked_at),
        })
    }
}

/// What the counts mean, and which messages a person has to look at.
fn notes(erasure: &Erasure) -> Vec<String> {
    let shown = erasure.commands().into_iter().map(|command| format!("To check: `{command}`."));
    erasure.notes().map(str::to_owned).chain(shown).collect()
}

/// `GET /order/erase?shop=&id=`: what there is of the order. `ledger=1` counts the ledger's records too.
pub async fn ask(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let request = match EraseRequest::parse(&console, &fields) {
        Ok(request) => request,
        Err(error) => return failed(&console, &session, &fields, &error),
    };
    let frame = request.frame(&console, &session);
    match find(&console, &request).await {
        Ok(erasure) => html(StatusCode::OK, &ErasePage::new(frame, &request, &erasure)),
        Err(error) => error_page(frame, &error),
    }
}

async fn find(console: &Console, request: &EraseRequest) -> Result<Erasure, CliError> {
    let (args, order) = (request.args(console, ""), request.order.clone());
    let read = async move |stack, interrupt| {
        let stack = stack_for(&stack, &order);
        let erasure = erase::find(&stack, &args, &interrupt).await?;
        erase::check_known(&stack, &erasure).await?;
        Ok(erasure)
    };
    console.read_messages(&request.command(console, false), Queues::All, read).await
}

/// `POST /order/erase`: removes it in the background, if its id was typed.
pub async fn carry_out(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { session, fields } = form;
    let checked = EraseRequest::parse(&console, &fields)
        .and_then(|request| Ok((confirmation(&request, &fields)?, request)));
    match checked {
        Ok((reason, request)) => redirect(&begin(&console, &request, &reason).link()),
        Err(error) => failed(&console, &session, &fields, &error),
    }
}

/// The reason, where the order's id was typed too: as it is, or as the page shows it.
///
/// # Errors
/// [`CliError::Input`] when either is missing, or the id is another order's.
fn confirmation(request: &EraseRequest, fields: &Fields) -> Result<String, CliError> {
    let typed = fields.get("typed");
    if typed != request.order.order_id.as_str() && typed != request.shown_id() {
        return Err(CliError::input(
            "Nothing was erased: type the order's id, exactly as its page shows it. Go back, and type it again.",
        ));
    }
    audit::reason(fields.get("reason")).map_err(|expected| {
        CliError::input(format!(
            "Nothing was erased: a reason is needed, {expected}. Go back, and type one."
        ))
    })
}

/// Begins to erase it. The browser need not wait.
fn begin(console: &Console, request: &EraseRequest, reason: &str) -> Arc<Job> {
    let command = request.command(console, true).with("--reason", reason);
    let order = order_name(console, &request.order, PiiMode::Masked);
    let new = NewJob {
        title: format!("Erasing order {order}"),
        section: Section::Orders,
        command,
        next: Link { label: "To the order".to_owned(), href: order_link(&request.order) },
    };
    let (args, order) = (request.args(console, reason), request.order.clone());
    background::begin(console, new, Queues::All, async move |stack, job: &Job| {
        let stack = stack_for(&stack, &order);
        // What was removed is told however it ended.
        Ok(result(&erase::remove(&stack, &args, &job.interrupt).await?))
    })
}

/// What was removed, what was not and why, and what this cannot reach.
fn result(Removal { erasure, ended }: &Removal) -> JobResult {
    let (severity, first) = match ended {
        Err(error @ CliError::Interrupted(_)) => (Severity::Warning, error_sentence(error)),
        Err(error) => (Severity::Bad, error_sentence(error)),
        Ok(()) if erasure.needs_attention() => {
            let sentence = "Something is left. Erase the order again to go on with it.";
            (Severity::Warning, sentence.to_owned())
        }
        Ok(()) => (Severity::Good, "Erased.".to_owned()),
    };
    let of_place = |place: &Place| {
        let left = match place.left {
            0 => String::new(),
            left => format!(", {} left", number(left)),
        };
        let (name, removed) = (capitalised(&place.place), number(place.removed));
        (place.found > 0).then(|| format!("{name}: {removed} removed{left} ({}).", place.what))
    };
    let not_reached = format!("Not touched: {}.", without_flags(&erasure.not_reached.join("; ")));
    let sentences = std::iter::once(first)
        .chain(erasure.unfinished_sentence())
        .chain(erasure.places.iter().filter_map(of_place))
        .chain(notes(erasure))
        .chain([not_reached]);
    JobResult { severity, sentences: sentences.collect() }
}

/// The page for a form that names no order, or is not confirmed. Its command names the form's shop, unless that is none.
fn failed(console: &Console, session: &Session, fields: &Fields, error: &CliError) -> Response {
    let shop = fields.shop(console).unwrap_or_else(|_| console.stack().shop_or_default());
    let command = CommandLine::new(&stack_for_shop(console.stack(), &shop), ["erase", "ORDER"]);
    error_page(PageFrame::new(console, session, Section::Orders, &command), error)
}
