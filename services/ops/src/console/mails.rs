//! The mails of a shop: every kind in every language, of sample orders, with the shop's settings as they are now.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use loopback::mail_frame::{Pictures, sandboxed, with_links_in_a_new_tab};
use shared::{Language, ShopId};

use super::command::CommandLine;
use super::link::link;
use super::navigation::Section;
use super::request::Fields;
use super::respond::{PageFrame, error_page, html, refuse, status_of};
use super::session::Session;
use super::state::Console;
use super::wording::{capitalised, error_sentence, mail_name};
use crate::aws::Stack;
use crate::error::CliError;
use crate::preview::{self, Preview, RenderedMail};

/// Where a shop's mails are listed.
pub fn mails_link(shop: &str) -> String {
    link("/mails", [("shop", shop)])
}

/// Which samples, for which shop.
#[derive(Debug, Clone)]
struct SampleRequest {
    shop: ShopId,
    /// Its code; empty for each sample's own.
    language: String,
    /// Empty for all.
    kind: String,
    /// Of one sample; empty for all.
    name: String,
    has_pictures: bool,
}

impl SampleRequest {
    fn parse(console: &Console, fields: &Fields) -> Result<Self, CliError> {
        Ok(Self {
            shop: fields.shop(console)?,
            language: fields.get("language").to_owned(),
            kind: fields.get("kind").to_owned(),
            name: fields.get("name").to_owned(),
            has_pictures: fields.get("pictures") == "shown",
        })
    }

    fn frame(&self, console: &Console, session: &Session) -> PageFrame {
        let command = self.command(console);
        PageFrame::new(console, session, Section::Samples, &command).for_shop(&self.shop)
    }

    /// The command that shows the same. It names the shop: without one, no stack is asked for settings.
    fn command(&self, console: &Console) -> CommandLine {
        let stack = console.stack().clone().of_shop(Some(self.shop.clone()));
        let kind = (!self.kind.is_empty()).then_some(self.kind.as_str());
        CommandLine::new(&stack, ["preview"].into_iter().chain(kind))
            .with("--locale", &self.language)
            .with("--out", "DIR")
    }

    /// The address of one mail's page, or of its frame's document.
    fn link(&self, path: &str, mail: &RenderedMail, has_pictures: bool) -> String {
        let parameters = [
            ("shop", self.shop.as_str()),
            ("language", self.language.as_str()),
            ("kind", mail.kind.as_str()),
            ("name", mail.name.as_str()),
            ("pictures", if has_pictures { "shown" } else { "" }),
        ];
        link(path, parameters)
    }

    async fn render(&self, console: &Console) -> Result<Preview, CliError> {
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        let args = preview::Args {
            kind: given(&self.kind),
            locale: given(&self.language),
            brand: console.brand(),
            ..preview::Args::default()
        };
        let shop = self.shop.clone();
        let render = async move |stack: Stack, _| {
            preview::rendered(Some(&stack.of_shop(Some(shop))), &args).await
        };
        console.read(&self.command(console), render).await
    }

    /// The mail that the name says.
    async fn render_one(&self, console: &Console) -> Result<(RenderedMail, bool), CliError> {
        let Preview { mails, kinds_off } = self.render(console).await?;
        let mail = mails.into_iter().find(|mail| mail.name == self.name);
        let mail = mail.ok_or_else(|| CliError::input("There is no such sample."))?;
        let is_off = kinds_off.contains(&mail.kind);
        Ok((mail, is_off))
    }
}

#[derive(Template)]
#[template(path = "console/mails.html")]
struct MailsPage {
    frame: PageFrame,
    shop: String,
    language: String,
    languages: Vec<&'static str>,
    mails: Vec<SampleView>,
}

struct SampleView {
    link: String,
    name: String,
    kind: &'static str,
    subject: String,
    language: &'static str,
    /// The sample, where another one looks the same in this list.
    sample: Option<String>,
    is_off: bool,
}

/// `GET /mails?shop=&language=`: the shop's mails by their subjects.
pub async fn list(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let request = match SampleRequest::parse(&console, &fields) {
        Ok(request) => request,
        Err(error) => return failed(&console, &session, &error),
    };
    let frame = request.frame(&console, &session);
    match request.render(&console).await {
        Ok(preview) => html(StatusCode::OK, &MailsPage::new(frame, &request, &preview)),
        Err(error) => error_page(frame, &error),
    }
}

impl MailsPage {
    fn new(frame: PageFrame, request: &SampleRequest, preview: &Preview) -> Self {
        let looks_like = |one: &RenderedMail, other: &RenderedMail| {
            (one.kind, &one.subject, one.language) == (other.kind, &other.subject, other.language)
        };
        let has_twin = |mail: &RenderedMail| {
            preview.mails.iter().filter(|other| looks_like(mail, other)).count() > 1
        };
        let view = |mail: &RenderedMail| SampleView {
            sample: has_twin(mail).then(|| mail.name.clone()),
            link: request.link("/mails/mail", mail, false),
            name: capitalised(&mail_name(mail.kind.as_str())),
            kind: mail.kind.as_str(),
            subject: mail.subject.clone(),
            language: mail.language,
            is_off: preview.kinds_off.contains(&mail.kind),
        };
        Self {
            frame,
            shop: request.shop.to_string(),
            language: request.language.clone(),
            languages: Language::all().map(Language::code).collect(),
            mails: preview.mails.iter().map(view).collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "console/sample_mail.html")]
struct SamplePage {
    frame: PageFrame,
    title: String,
    subject: String,
    text: String,
    is_off: bool,
    /// The frame's document.
    body: String,
    /// The same page, with pictures or without them.
    other: String,
    has_pictures: bool,
    back: String,
}

/// `GET /mails/mail?shop=&language=&kind=&name=`: one of them.
pub async fn page(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let request = match SampleRequest::parse(&console, &fields) {
        Ok(request) => request,
        Err(error) => return failed(&console, &session, &error),
    };
    let frame = request.frame(&console, &session);
    match request.render_one(&console).await {
        Ok((mail, is_off)) => html(StatusCode::OK, &SamplePage::new(frame, &request, mail, is_off)),
        Err(error) => error_page(frame, &error),
    }
}

impl SamplePage {
    fn new(frame: PageFrame, request: &SampleRequest, mail: RenderedMail, is_off: bool) -> Self {
        let SampleRequest { shop, language, has_pictures, .. } = request;
        let name = capitalised(&mail_name(mail.kind.as_str()));
        Self {
            frame,
            title: format!("{name}, {}", mail.language),
            is_off,
            body: request.link("/mails/mail/body", &mail, *has_pictures),
            other: request.link("/mails/mail", &mail, !has_pictures),
            has_pictures: *has_pictures,
            back: link("/mails", [("shop", shop.as_str()), ("language", language.as_str())]),
            subject: mail.subject,
            text: mail.mail.text,
        }
    }
}

/// `GET /mails/mail/body`: its frame's document.
pub async fn body(State(console): State<Console>, _: Session, fields: Fields) -> Response {
    let rendered = async {
        let request = SampleRequest::parse(&console, &fields)?;
        let pictures = if request.has_pictures { Pictures::Shown } else { Pictures::Blocked };
        Ok::<_, CliError>((request.render_one(&console).await?.0, pictures))
    };
    match rendered.await {
        Ok((mail, pictures)) => sandboxed(with_links_in_a_new_tab(&mail.mail.html), pictures),
        Err(error) => refuse(status_of(&error), "The mail is not shown", &error_sentence(&error)),
    }
}

fn failed(console: &Console, session: &Session, error: &CliError) -> Response {
    let command = CommandLine::new(console.stack(), ["preview"]);
    error_page(PageFrame::new(console, session, Section::Samples, &command), error)
}
