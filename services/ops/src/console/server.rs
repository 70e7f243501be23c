//! The console's routes and its port.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures::FutureExt;
use http::{HeaderMap, Method, StatusCode, header};
use loopback::browser_guard::{BrowserGuard, refuse_web_pages};
use shared::ShopId;
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::command::CommandLine;
use super::request::{Fields, Form, no_session};
use super::respond::{add_headers, redirect, refuse};
use super::session::INVITATION_PATH;
use super::state::Console;
use super::{
    act, address_check, audit_log, dead_letter, dead_letter_queue, dead_letters, doctor, drop,
    edit, erase, job, mails, order, plan, rendered_mail, replay, search, shops, today, unmask,
};
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::output::note;
use crate::shop::table::read_all;

/// A form's fields are a few words each.
const MAX_FORM_BYTES: usize = 16 * 1024;

/// How long a page waits for the names of the shops.
const MAX_WAIT_FOR_NAMES: Duration = Duration::from_secs(2);

/// A message of SQS has at most 1 MiB, and a form three bytes for each that is no letter.
const MAX_DOCUMENT_FORM_BYTES: usize = 3 * 1024 * 1024;

/// Serves the console at the port until the operator wants to stop, and waits for what it has begun to change.
///
/// # Errors
/// [`CliError::Service`] when the port can't be served any more.
pub async fn serve(
    listener: TcpListener,
    address: SocketAddr,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), CliError> {
    let serving = axum::serve(listener, routes(console.clone(), address));
    // A browser keeps its connection open for as long as it likes, so only what was begun is waited for.
    let served = tokio::select! {
        served = serving.into_future() => served,
        () = interrupt.requested() => Ok(()),
    };
    if console.jobs().is_busy() {
        note("Stopping after the current step. Press Ctrl-C again to stop at once.");
    }
    console.jobs().drain().await;
    served.map_err(|error| {
        let message = format!("Port {} can't be served any more: {error}.", address.port());
        CliError::service(format!("{message} Start the console again.")).caused_by(error)
    })
}

fn routes(console: Console, address: SocketAddr) -> Router {
    let pages = Router::new()
        .route("/", get(today::page))
        .route("/orders", get(search::form).post(search::find))
        .route("/order", get(order::page))
        .route("/order/unmask", post(unmask::unmask))
        .route("/order/mask", post(unmask::mask))
        .route("/order/mail", get(rendered_mail::page))
        .route("/order/mail/body", get(rendered_mail::body))
        .route("/order/address", post(address_check::check))
        .route("/order/act", get(act::ask).post(act::carry_out))
        .route("/order/erase", get(erase::ask).post(erase::carry_out))
        .route("/dead-letters", get(dead_letters::list))
        .route("/dead-letters/queue", get(dead_letter_queue::page))
        .route("/dead-letters/message", get(dead_letter::page))
        .route("/dead-letters/unmask", post(dead_letter::unmask))
        .route("/dead-letters/mask", post(dead_letter::mask))
        .route("/dead-letters/replay", get(replay::ask).post(replay::carry_out))
        .route("/dead-letters/plan", get(plan::page))
        .route("/dead-letters/drop", get(drop::ask).post(drop::carry_out))
        .route("/dead-letters/drop/plan", get(drop::page))
        .route("/dead-letters/edit", get(edit::ask).post(edit::plan).layer(documents()))
        .route("/mails", get(mails::list))
        .route("/mails/mail", get(mails::page))
        .route("/mails/mail/body", get(mails::body))
        .route("/shops", get(shops::list))
        .route("/shops/shop", get(shops::page))
        .route("/shops/check", post(shops::check).layer(documents()))
        .route("/shops/put", post(shops::carry_out))
        .route("/audit", get(audit_log::page))
        .route("/job", get(job::page))
        .route("/job/stop", post(job::stop))
        .route("/doctor", get(doctor::page))
        .route("/session/end", post(end_session))
        .fallback(no_such_page);
    guarded(pages, console, address)
}

/// What goes around the pages: a page that is added is not forgotten.
fn guarded(pages: Router<Console>, console: Console, address: SocketAddr) -> Router {
    const STYLE: &str = include_str!("../../templates/console/style.css");
    const ICON: &str = include_str!("../../templates/console/icon.svg");
    let asset = |media_type: &'static str, text: &'static str| {
        get(move || async move { ([(header::CONTENT_TYPE, media_type)], text) })
    };
    // Every page but those below.
    let pages = pages.layer(from_fn_with_state(console.clone(), require_session));
    Router::new()
        .route(INVITATION_PATH, get(open))
        // They tell nothing, and a page of refusal needs them.
        .route("/style.css", asset("text/css; charset=utf-8", STYLE))
        .route("/favicon.ico", asset("image/svg+xml", ICON))
        .merge(pages)
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .layer(from_fn(catch_panics))
        // The last one is the first to get a request.
        .layer(from_fn_with_state(BrowserGuard::new(address), refuse_web_pages))
        .layer(from_fn(add_headers))
        .with_state(console)
}

/// For forms with a document in them.
fn documents() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MAX_DOCUMENT_FORM_BYTES)
}

/// Middleware: answers for a page that panics. Its connection would be closed without a word.
async fn catch_panics(request: Request, next: Next) -> Response {
    // What pages share is behind locks, and each is taken also when it was left in a panic.
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answered.unwrap_or_else(|_panic| {
        let sentence = "The console itself failed at this page, and goes on: begin at `waybill status`. What was changed by \
                        then stands in `waybill audit`. Its terminal says where it failed.";
        refuse(StatusCode::INTERNAL_SERVER_ERROR, "This page failed", sentence)
    })
}

/// Middleware: lets in whoever came by the link. Whatever they ask for but a page's own reload is a use of their session.
async fn require_session(State(console): State<Console>, request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok());
    // A page of another port of this machine may lead here, with the cookie. It is to set no scan of a queue going.
    if matches!(site, Some("same-site" | "cross-site")) && request.uri().path() != "/" {
        let sentence = "Another page has led here. Begin at the console's first page, at /.";
        return refuse(StatusCode::FORBIDDEN, "Not opened", sentence);
    }
    let Some(session) = console.sessions().find(request.headers()) else { return no_session() };
    if !Fields::from_uri(request.uri()).is_reload() {
        console.sessions().touch(&session);
        // Not of what loads itself: the shops' settings are read by a scan.
        refresh_shop_names(&console).await;
    }
    next.run(request).await
}

/// Reads what the shops are called, where they have to be told apart and nobody has lately. Where that fails, pages use
/// the names that were read before, or those of events: no page waits long for it.
async fn refresh_shop_names(console: &Console) {
    if console.stack().shop.is_some() || !console.shop_names().is_due() {
        return;
    }
    let command = CommandLine::new(console.stack(), ["shop", "list"]);
    let read = console.read(&command, async move |stack, _| read_all(&stack).await);
    if let Ok(Ok(shops)) = timeout(MAX_WAIT_FOR_NAMES, read).await {
        let read = shops.iter().filter_map(|item| ShopId::parse(&item.shop).ok());
        read.for_each(|shop| console.add_shop(&shop));
        console.shop_names().update(&shops);
    }
}

/// Takes the link's token for a cookie.
async fn open(
    State(console): State<Console>,
    method: Method,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    // The link is good for one browser, and its user has not asked for anything yet.
    if method == Method::HEAD || is_prefetch(&headers) {
        let sentence = "Something asked for the link ahead of you, so it still opens the console: open it in your browser.";
        return refuse(StatusCode::FORBIDDEN, "Not opened yet", sentence);
    }
    let Some(cookie) = console.sessions().open(fields.get("token")) else { return no_session() };
    note(&format!("Opened. The link for another browser: {}", console.sessions().invitation()));
    ([(header::SET_COOKIE, cookie)], redirect("/")).into_response()
}

/// Ends the session of whoever presses its button.
async fn end_session(State(console): State<Console>, form: Form) -> Response {
    console.replays().forget(&form.session);
    console.drops().forget(&form.session);
    console.settings().forget(&form.session);
    let cookie = console.sessions().end(&form.session);
    let sentence = "This browser shows nothing of the console any more. The link for the next session stands in the terminal.";
    let page = refuse(StatusCode::OK, "The session has ended", sentence);
    match cookie {
        Some(cookie) => ([(header::SET_COOKIE, cookie)], page).into_response(),
        None => page,
    }
}

/// Whether a browser asks before its user does, perhaps in vain.
fn is_prefetch(headers: &HeaderMap) -> bool {
    let purposes = ["sec-purpose", "purpose"].map(|name| headers.get(name));
    let mut purposes = purposes.into_iter().flatten().filter_map(|value| value.to_str().ok());
    purposes.any(|purpose| purpose.contains("prefetch"))
}

async fn no_such_page() -> Response {
    let sentence = "There is no such page. The navigation leads to all that there are: start with the first page, at /.";
    refuse(StatusCode::NOT_FOUND, "No such page", sentence)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;
    use crate::console::moment::Moment;
    use crate::console::session::Session;

    /// Serves these pages as the console's own.
    async fn serve_pages(pages: Router<Console>) -> (Console, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let console = Console::unreachable(address);
        let router = guarded(pages, console.clone(), address);
        tokio::spawn(axum::serve(listener, router).into_future());
        (console, address)
    }

    /// A session, and its cookie.
    fn open(console: &Console) -> (Session, String) {
        let invitation = console.sessions().invitation();
        let cookie = console.sessions().open(invitation.split_once("token=").unwrap().1).unwrap();
        let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        let headers = HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())]);
        (console.sessions().find(&headers).unwrap(), cookie)
    }

    async fn get_page(address: SocketAddr, path: &str, cookie: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn a_page_that_panics_is_answered_with_a_sentence_and_the_others_go_on() {
        let panics = async || -> &'static str { panic!("on purpose") };
        let pages = Router::new().route("/panics", get(panics)).route("/", get(async || "as ever"));
        let (console, address) = serve_pages(pages).await;
        let (_, cookie) = open(&console);
        let page = get_page(address, "/panics", &cookie).await;
        assert!(page.starts_with("HTTP/1.1 500 "), "{page}");
        assert!(page.contains("The console itself failed at this page"), "{page}");
        assert!(page.contains("href=\"/\"") && !page.contains("on purpose"), "{page}");
        assert!(page.contains("content-security-policy: default-src 'none'"), "{page}");
        assert!(get_page(address, "/", &cookie).await.ends_with("as ever"));
    }

    #[tokio::test]
    async fn a_page_that_loads_itself_again_is_no_use_of_its_session_and_what_a_person_asks_for_is()
    {
        let pages = Router::new().route("/", get(async || "watched"));
        let (console, address) = serve_pages(pages).await;
        let (session, cookie) = open(&console);
        // An hour ahead, so that whatever is later than the request is told from it.
        let mark = Moment::now().plus(Duration::from_secs(3600));
        console.sessions().touch_at(&session, mark);
        assert!(get_page(address, "/?watch=1&reload=1", &cookie).await.ends_with("watched"));
        assert_eq!(console.sessions().last_used(&session), Some(mark));
        get_page(address, "/?watch=1", &cookie).await;
        assert_ne!(console.sessions().last_used(&session), Some(mark));
    }
}
