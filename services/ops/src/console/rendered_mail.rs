//! A mail of an order, rendered again from its event, in a sandboxed frame.

use askama::Template;
use axum::extract;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use loopback::mail_frame::{Pictures, sandboxed, with_links_in_a_new_tab};
use shared::OrderKey;
use shared::ledger::State;
use shared::notification::Recipient;

use super::command::CommandLine;
use super::link::{link, order_link};
use super::named_order::{order_name, stack_for, stack_for_shop};
use super::navigation::Section;
use super::request::Fields;
use super::respond::{PageFrame, error_page, html, refuse, status_of};
use super::session::Session;
use super::state::Console;
use super::wording::{capitalised, day_and_time, error_sentence, language_name, mail_name};
use crate::error::CliError;
use crate::find::Wanted;
use crate::order::{Notification, OrderAnswer, answer_from_tables};
use crate::pii::PiiMode;
use crate::preview::{self, RenderedMail};

#[derive(Template)]
#[template(path = "console/mail.html")]
struct MailPage {
    frame: PageFrame,
    title: String,
    header: MailHeader,
    text: String,
    /// The frame's document.
    body: String,
    /// The same page, with pictures or without them.
    other: String,
    has_pictures: bool,
    /// The mail as a file, which customer service can send on.
    file: String,
    back: String,
}

/// What a mail program shows above a mail.
struct MailHeader {
    from: String,
    to: String,
    sent: String,
    subject: String,
    language: String,
}

impl MailHeader {
    /// Of the mail to this recipient, as the ledger names it; empty for the customer.
    fn new(mail: &RenderedMail, found: Option<&Notification>, recipient: &str) -> Self {
        let language = language_name(mail.language);
        let when = |found: &Notification| when_sent(found.sent_at, &found.state, found.doubts);
        Self {
            from: mail.from.clone(),
            to: match found {
                Some(found) if found.is_redirected => {
                    "the address to which the shop has corrected it since".to_owned()
                }
                Some(found) => match (Recipient::parse(&found.recipient), &found.address) {
                    (Ok(Recipient::Customer), _) => mail.to.clone(),
                    (_, Some(address)) => address.clone(),
                    _ => "an address that an operator typed, of which only a fingerprint is kept"
                        .to_owned(),
                },
                None if ["", "customer"].contains(&recipient) => mail.to.clone(),
                None => "not known".to_owned(),
            },
            sent: found.map_or_else(|| "not known".to_owned(), when),
            subject: mail.subject.clone(),
            language: match &mail.locale_without_mails {
                Some(locale) => format!("{language}, since there are no texts in {locale}"),
                None => language,
            },
        }
    }
}

/// A mail of which nobody knows yet whether SES took it is not called unsent: it would be sent again.
fn when_sent(sent_at: Option<i64>, state: &str, doubts: u32) -> String {
    match (sent_at, State::parse(state)) {
        (Some(at), _) => day_and_time(at),
        // An attempt before the one that is planned may have been taken.
        (None, Some(State::Planned | State::Skipped | State::Failed)) if doubts == 0 => {
            "not sent".to_owned()
        }
        (None, _) => "not known yet".to_owned(),
    }
}

/// `GET /order/mail`: the mail with its subject. It holds the customer's name and address, so the order has to be unmasked.
pub async fn page(
    extract::State(console): extract::State<Console>,
    session: Session,
    fields: Fields,
) -> Response {
    let command = command(&console, &fields);
    let frame = PageFrame::new(&console, &session, Section::Orders, &command);
    let shown = async {
        let (order, mail) = render(&console, &session, &fields).await?;
        let found = find_mail(&console, &order, &fields).await?;
        Ok::<_, CliError>((order, mail, found))
    };
    match shown.await {
        Ok((order, mail, found)) => {
            let has_pictures = fields.get("pictures") == "shown";
            let with = |path, more| {
                let names = ["shop", "id", "kind", "scope", "recipient", "event"];
                let same = names.map(|name| (name, fields.get(name)));
                link(path, same.into_iter().chain([more]))
            };
            let pictures = if has_pictures { "shown" } else { "" };
            let kind = capitalised(&mail_name(fields.get("kind")));
            let order_name = order_name(&console, &order, PiiMode::Shown);
            let page = MailPage {
                frame: frame.for_shop(&order.shop),
                title: format!("{kind} of order {order_name}"),
                header: MailHeader::new(&mail, found.as_ref(), fields.get("recipient")),
                text: mail.mail.text,
                body: with("/order/mail/body", ("pictures", pictures)),
                other: with("/order/mail", ("pictures", if has_pictures { "" } else { "shown" })),
                has_pictures,
                file: with("/order/mail/body", ("file", "1")),
                back: order_link(&order),
            };
            html(StatusCode::OK, &page)
        }
        Err(error) => error_page(frame, &error),
    }
}

/// The command that renders the same, for the shop of the order.
fn command(console: &Console, fields: &Fields) -> CommandLine {
    let shop = fields.shop(console).unwrap_or_default();
    CommandLine::new(&stack_for_shop(console.stack(), &shop), ["preview", fields.get("kind")])
        .with("--order", fields.get("id"))
        .with("--out", "DIR")
}

/// What is known of the mail that the fields name; `None` where the ledger does not have it any more.
async fn find_mail(
    console: &Console,
    order: &OrderKey,
    fields: &Fields,
) -> Result<Option<Notification>, CliError> {
    let command = CommandLine::new(&stack_for(console.stack(), order), ["order"]);
    let wanted = Wanted::parse(order.order_id.as_str(), order.shop.clone())?;
    let read = async move |stack, _| answer_from_tables(&stack, &wanted, PiiMode::Shown).await;
    let Some(OrderAnswer::One(report)) = console.read(&command, read).await? else {
        return Ok(None);
    };
    if report.order_id != order.order_id.as_str() {
        return Ok(None);
    }
    let is_it = |mail: &Notification| {
        let own = [&mail.kind, &mail.scope, &mail.event];
        let is_to = mail.recipient == fields.get("recipient")
            || (fields.get("recipient").is_empty() && mail.recipient == "customer");
        is_to
            && own
                .iter()
                .zip(["kind", "scope", "event"])
                .all(|(own, name)| *own == fields.get(name))
    };
    Ok(report.notifications.into_iter().find(is_it))
}

/// `GET /order/mail/body`: the frame's document. With `file=1` the mail's HTML as it was sent, to be saved.
pub async fn body(
    extract::State(console): extract::State<Console>,
    session: Session,
    fields: Fields,
) -> Response {
    let pictures = match fields.get("pictures") {
        "shown" => Pictures::Shown,
        _ => Pictures::Blocked,
    };
    match render(&console, &session, &fields).await {
        Ok((_, mail)) if !fields.get("file").is_empty() => {
            let saved = format!("attachment; filename=\"{}.html\"", file_name(&mail.name));
            let page = sandboxed(mail.mail.html, Pictures::Shown);
            ([(header::CONTENT_DISPOSITION, saved)], page).into_response()
        }
        Ok((_, mail)) => sandboxed(with_links_in_a_new_tab(&mail.mail.html), pictures),
        Err(error) => refuse(status_of(&error), "The mail is not shown", &error_sentence(&error)),
    }
}

/// A shop names its orders as it likes: of that only what every file system takes, and no header is ended by.
fn file_name(mail: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    mail.chars().map(|c| if is_plain(c) { c } else { '-' }).collect()
}

/// Renders the mail of the event that the fields name, as `waybill preview --order` does.
async fn render(
    console: &Console,
    session: &Session,
    fields: &Fields,
) -> Result<(OrderKey, RenderedMail), CliError> {
    let order = fields.order(console)?;
    if console.pii(session, &order) == PiiMode::Masked {
        return Err(CliError::input(
            "The mail holds the customer's name and address. Show the order's personal data first, on its page.",
        ));
    }
    let (kind, event) = (fields.get("kind").to_owned(), fields.get("event").to_owned());
    let args = preview::Args {
        kind: Some(kind.clone()),
        order: Some(order.order_id.to_string()),
        brand: console.brand(),
        ..preview::Args::default()
    };
    let own = order.clone();
    let command = CommandLine::new(console.stack(), ["preview"]);
    let rendered = async move |stack, _| preview::run(Some(&stack_for(&stack, &own)), &args).await;
    let (preview, _) = console.read(&command, rendered).await?;
    // A preview names each mail by its order and its event's id, which a sort key has after the source.
    let id = event.split_once(' ').map_or(event.as_str(), |(_, id)| id);
    let name = format!("{}-{id}", order.order_id);
    let mail = preview.mails.into_iter().find(|mail| mail.name == name);
    let mail = mail.ok_or_else(|| {
        CliError::input(format!(
            "The event of this {} is not stored any more, so the mail can't be rendered again.",
            mail_name(&kind)
        ))
    })?;
    Ok((order, mail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_ses_may_have_taken_is_never_called_unsent() {
        for (sent_at, state, doubts, expected) in [
            (Some(1_763_899_200_000), "delivered", 0, "23 Nov 2025, 12:00 UTC"),
            (None, "planned", 0, "not sent"),
            (None, "failed", 0, "not sent"),
            (None, "skipped", 0, "not sent"),
            (None, "planned", 1, "not known yet"),
            (None, "sending", 0, "not known yet"),
            (None, "in_doubt", 1, "not known yet"),
            (None, "of a newer version", 0, "not known yet"),
        ] {
            assert_eq!(when_sent(sent_at, state, doubts), expected, "{state}, {doubts}");
        }
    }
}
