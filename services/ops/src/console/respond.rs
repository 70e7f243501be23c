//! How pages are answered: what they may load, what surrounds them, and what stands there when something failed.

use askama::Template;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use shared::ShopId;

use super::command::CommandLine;
use super::navigation::{NavigationLink, Section, navigation};
use super::session::Session;
use super::shop_names::ShopChoice;
use super::state::Console;
use super::wording::{Sentence, error_sentence};
use crate::error::CliError;
use crate::pii::with_placeholders;

/// What our own pages may load: the style sheet, and a mail in a frame. No script at all.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// What surrounds a page.
pub struct PageFrame {
    pub stack: String,
    pub section: Section,
    pub form_token: String,
    /// The command that shows the same.
    pub command: String,
    pub is_read_only: bool,
    /// Why it has no buttons.
    pub refusal: Option<Sentence>,
    pub shops: Vec<ShopChoice>,
    /// Whether the console is about one shop alone: then it tells of no other.
    pub is_of_one_shop: bool,
    /// The shop that the page is about: the next order is looked for there first. Empty where it is about none: then in all.
    pub shop: String,
}

impl PageFrame {
    pub fn new(
        console: &Console,
        session: &Session,
        section: Section,
        command: &CommandLine,
    ) -> Self {
        let refusal = console.refusal_in(section);
        Self {
            stack: console.stack().name.clone(),
            section,
            form_token: session.form_token.clone(),
            // It may name an order by an id that is an address.
            command: with_placeholders(&command.shown()),
            is_read_only: refusal.is_some(),
            refusal: refusal.map(|sentence| Sentence::new(&sentence)),
            is_of_one_shop: console.stack().shop.is_some(),
            shops: console.shops().iter().map(|shop| console.shop_names().choice(shop)).collect(),
            // A page about the shop `default` says so itself: its command names none.
            shop: command.shop().to_owned(),
        }
    }

    pub fn navigation(&self) -> impl Iterator<Item = NavigationLink> {
        navigation(self.section).into_iter()
    }

    /// Whether an order's number alone does not tell which order is meant.
    pub const fn has_several_shops(&self) -> bool {
        self.shops.len() > 1
    }

    /// What the shop that the page is about is called.
    pub fn shop_label(&self) -> &str {
        let own = self.shops.iter().find(|shop| shop.id == self.shop);
        own.map_or(&*self.shop, |own| &*own.label)
    }

    /// Of a page that is about this shop.
    pub fn for_shop(self, shop: &ShopId) -> Self {
        Self { shop: shop.to_string(), ..self }
    }
}

#[derive(Template)]
#[template(path = "console/error.html")]
struct ErrorPage {
    frame: PageFrame,
    title: &'static str,
    sentence: Sentence,
}

#[derive(Template)]
#[template(path = "console/refusal.html")]
struct Refusal<'a> {
    title: &'a str,
    sentence: Sentence,
}

/// Renders one of our own pages.
pub fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(body) => (status, Html(body)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The page for what could not be shown or done.
pub fn error_page(frame: PageFrame, error: &CliError) -> Response {
    let sentence = Sentence::new(&error_sentence(error));
    let title = match error {
        CliError::Input { .. } => "Not found, or not possible",
        CliError::Service { .. } => "A service did not do its part",
        CliError::Interrupted(_) => "Stopped",
    };
    html(status_of(error), &ErrorPage { frame, title, sentence })
}

pub const fn status_of(error: &CliError) -> StatusCode {
    match error {
        CliError::Input { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        CliError::Service { .. } => StatusCode::BAD_GATEWAY,
        CliError::Interrupted(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The page for a request that is not let in: it shows nothing of the stack.
pub fn refuse(status: StatusCode, title: &str, sentence: &str) -> Response {
    html(status, &Refusal { title, sentence: Sentence::new(sentence) })
}

/// The page for a form whose plan is not kept any more.
pub fn no_such_plan(title: &str) -> Response {
    refuse(
        StatusCode::CONFLICT,
        title,
        "The form was sent already, or it is too old. Open its page anew: it shows what is still to do.",
    )
}

/// Shows `link` in place of a form's own answer, so that to load the page again sends no form again.
pub fn redirect(link: &str) -> Response {
    Redirect::to(link).into_response()
}

/// Middleware: the headers of every response.
pub async fn add_headers(request: Request, next: Next) -> Response {
    const FRAME_OPTIONS: HeaderName = header::X_FRAME_OPTIONS;
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // Only a mail's frame has a policy of its own, and is shown in one of our pages.
    let is_framed = headers.contains_key(header::CONTENT_SECURITY_POLICY);
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    let frame_options = if is_framed { "SAMEORIGIN" } else { "DENY" };
    for (name, value) in [
        (FRAME_OPTIONS, frame_options),
        // What is shown is a customer's.
        (header::CACHE_CONTROL, "no-store"),
        // Not even the host: a link of a mail leads anywhere. The guard goes by `Sec-Fetch-Site`.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
