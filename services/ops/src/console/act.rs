//! One mail, and what is done to it: a page before that says what will happen, and the form.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shared::OrderKey;
use shared::notification::Recipient;

use super::background;
use super::command::CommandLine;
use super::jobs::NewJob;
use super::link::{Link, order_link};
use super::mail_action::{Mail, MailAction};
use super::mail_view::mail_link;
use super::named_order::{order_name, stack_for};
use super::navigation::Section;
use super::request::{Change, Fields, Form};
use super::respond::{PageFrame, error_page, html, redirect, status_of};
use super::search::search_frame;
use super::session::Session;
use super::state::Console;
use super::wording::{Sentence, StateWords, capitalised, error_sentence, mail_name, state_words};
use crate::audit;
use crate::error::CliError;
use crate::find::Wanted;
use crate::notification::NotificationArgs;
use crate::order::{Notification, OrderAnswer, answer_from_tables};
use crate::pii::PiiMode;

/// Which mail of which order a link or form is about, and what is to be done to it.
struct ActionRequest {
    order: OrderKey,
    action: MailAction,
    kind: String,
    scope: String,
    recipient: Recipient,
    address: String,
    reason: String,
}

impl ActionRequest {
    fn parse(console: &Console, fields: &Fields) -> Result<Self, CliError> {
        let action = MailAction::parse(fields.get("action"))
            .ok_or_else(|| CliError::input("The link names nothing that can be done to a mail."))?;
        let recipient = match (action, fields.get("recipient")) {
            // Another address is named for the customer's mail, whichever of its deliveries came back.
            (MailAction::Correct | MailAction::Copy, _) | (_, "") => Recipient::Customer,
            (_, named) => Recipient::parse(named)
                .map_err(|_| CliError::input("The link names no recipient of a mail."))?,
        };
        Ok(Self {
            order: fields.order(console)?,
            action,
            kind: fields.get("kind").to_owned(),
            scope: fields.get("scope").to_owned(),
            recipient,
            address: fields.get("address").to_owned(),
            reason: fields.get("reason").to_owned(),
        })
    }

    /// The command that does the same; `address` stands for what is yet to be typed.
    fn command(&self, console: &Console, address: &str) -> CommandLine {
        let recipient = self.recipient.to_string();
        let mail = Mail { kind: &self.kind, scope: &self.scope, recipient: &recipient };
        let stack = stack_for(console.stack(), &self.order);
        self.action.command(&stack, self.order.order_id.as_str(), &mail, address)
    }

    fn notification(&self, console: &Console) -> NotificationArgs {
        NotificationArgs {
            order: self.order.order_id.to_string(),
            kind: self.kind.clone(),
            scope: (!self.scope.is_empty()).then(|| self.scope.clone()),
            recipient: self.recipient,
            change: console.change_args(&self.reason),
        }
    }

    fn title(&self, console: &Console) -> String {
        let order = order_name(console, &self.order, PiiMode::Masked);
        format!("{}: {} of order {order}", self.action.label(), mail_name(&self.kind))
    }

    fn is_about(&self, mail: &Notification) -> bool {
        let is_to = match self.action {
            MailAction::Correct | MailAction::Copy => !mail.is_copy(),
            _ => mail.recipient == self.recipient.to_string(),
        };
        mail.kind == self.kind && mail.scope == self.scope && is_to
    }
}

#[derive(Template)]
#[template(path = "console/act.html")]
struct ActPage {
    frame: PageFrame,
    title: String,
    action: MailAction,
    /// The mail, and its state.
    mail: String,
    /// As it was last read; none where it could not be.
    state: Option<StateWords>,
    caution: Option<String>,
    fields: [(&'static str, String); 6],
    address: String,
    reason: String,
    /// Why the form was not carried out.
    refusal: Option<Sentence>,
    /// Where the mail itself is, if the form was refused: to be sent by hand, perhaps.
    shown_at: Option<String>,
    back: String,
}

impl ActPage {
    fn new(console: &Console, session: &Session, request: &ActionRequest) -> Self {
        let command = request.command(console, "ADDRESS").with("--reason", "...");
        Self {
            frame: PageFrame::new(console, session, Section::Orders, &command)
                .for_shop(&request.order.shop),
            title: request.title(console),
            action: request.action,
            mail: capitalised(&mail_name(&request.kind)),
            state: None,
            caution: None,
            fields: [
                ("action", request.action.name().to_owned()),
                ("shop", request.order.shop.to_string()),
                ("id", request.order.order_id.to_string()),
                ("kind", request.kind.clone()),
                ("scope", request.scope.clone()),
                ("recipient", request.recipient.to_string()),
            ],
            address: request.address.clone(),
            reason: request.reason.clone(),
            refusal: None,
            shown_at: None,
            back: order_link(&request.order),
        }
    }
}

/// `GET /order/act`: what will happen.
pub async fn ask(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let asked = async {
        let request = ActionRequest::parse(&console, &fields)?;
        let mail = find_mail(&console, &request).await?;
        if MailAction::allowed_for(&mail).contains(&request.action) {
            return Ok((request, mail));
        }
        let label = state_words(&mail.state).label.to_lowercase();
        Err(CliError::input(format!(
            "There is nothing of this kind to do: the {} is {label} now.",
            mail_name(&mail.kind)
        )))
    };
    match asked.await {
        Ok((request, mail)) => {
            let caution = request.action.caution(&mail);
            let state = Some(state_words(&mail.state));
            let page = ActPage { state, caution, ..ActPage::new(&console, &session, &request) };
            html(StatusCode::OK, &page)
        }
        Err(error) => error_page(search_frame(&console, &session, &fields, "id"), &error),
    }
}

async fn find_mail(console: &Console, request: &ActionRequest) -> Result<Notification, CliError> {
    let command = CommandLine::new(console.stack(), ["order", request.order.order_id.as_str()]);
    let wanted = Wanted::parse(request.order.order_id.as_str(), request.order.shop.clone())?;
    let read = async move |stack, _| answer_from_tables(&stack, &wanted, PiiMode::Masked).await;
    let Some(OrderAnswer::One(report)) = console.read(&command, read).await? else {
        return Err(CliError::input("There is no such order any more."));
    };
    // The last of several deliveries of the same news.
    let mut mails = report.notifications.into_iter();
    mails
        .rfind(|mail| request.is_about(mail) && mail.followed_by.is_none())
        .ok_or_else(|| CliError::input("The order has no such mail."))
}

/// `POST /order/act`: does it, and shows what was done. What is refused is shown above the form, filled in as it was.
pub async fn carry_out(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { session, fields } = form;
    let mut request = match ActionRequest::parse(&console, &fields) {
        Ok(request) => request,
        Err(error) => {
            return error_page(search_frame(&console, &session, &fields, "id"), &error);
        }
    };
    match carry_out_action(&console, &mut request).await {
        Ok(sentence) => redirect(&record_result(&console, &request, sentence)),
        Err(error) => {
            // The state that it was in: whatever the refusal says is newer.
            let mail = find_mail(&console, &request).await.ok();
            let page = ActPage {
                state: mail.as_ref().map(|mail| state_words(&mail.state)),
                caution: mail.as_ref().and_then(|mail| request.action.caution(mail)),
                shown_at: mail.map(|mail| mail_link(&request.order, &mail)),
                refusal: Some(Sentence::new(&error_sentence(&error))),
                ..ActPage::new(&console, &session, &request)
            };
            html(status_of(&error), &page)
        }
    }
}

async fn carry_out_action(
    console: &Console,
    request: &mut ActionRequest,
) -> Result<String, CliError> {
    request.reason = audit::reason(&request.reason).map_err(|expected| {
        CliError::input(format!("Nothing was done: a reason is needed, {expected}."))
    })?;
    let (action, address, order) = (request.action, request.address.clone(), request.order.clone());
    let notification = request.notification(console);
    let command = request.command(console, &request.address);
    console
        .change(&command, async move |stack| {
            action.carry_out(&stack_for(&stack, &order), notification, address).await
        })
        .await
}

/// Keeps what was done. Returns the link of its page.
fn record_result(console: &Console, request: &ActionRequest, sentence: String) -> String {
    let new = NewJob {
        title: request.title(console),
        section: Section::Orders,
        // As the audit item has it: the page names no address.
        command: request.command(console, "ADDRESS"),
        next: Link { label: "Back to the order".to_owned(), href: order_link(&request.order) },
    };
    background::record(console, new, sentence)
}
