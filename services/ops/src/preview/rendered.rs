//! The mails, as they are printed and written.

use std::path::{Path, PathBuf};

use mailer::preview::{Sample, SheetMail, write_sheet};
use mailer::render::Mail;
use serde::Serialize;
use shared::{Kind, Language, Locale, ShopSettings};

use super::look::Look;
use crate::error::CliError;
use crate::output::{ColorMode, Column, Report, number, table};

#[derive(Debug, Serialize)]
pub struct RenderedMail {
    /// The event's id, after the order's id if it is a stored event.
    pub name: String,
    /// The language that it is written in.
    pub language: &'static str,
    pub subject: String,
    /// Gmail clips a mail at 102 KB.
    pub html_bytes: usize,
    pub files: Vec<PathBuf>,
    #[serde(skip)]
    pub kind: Kind,
    #[serde(skip)]
    pub mail: Mail,
    /// Who it is from, as far as the shop's settings say.
    #[serde(skip)]
    pub from: String,
    /// The customer's address, in clear.
    #[serde(skip)]
    pub to: String,
    /// The customer's locale, where there are no mails in its language.
    #[serde(skip)]
    pub locale_without_mails: Option<String>,
}

#[derive(Debug, Default, Serialize)]
pub struct Preview {
    pub mails: Vec<RenderedMail>,
    /// The kinds among them of which the shop's customers get none.
    #[serde(skip)]
    pub kinds_off: Vec<Kind>,
}

impl Preview {
    /// Adds the mail of one event, for a customer with `locale` if one is given.
    pub fn render(
        &mut self,
        sample: &Sample,
        locale: Option<&Locale>,
        look: &Look,
    ) -> Result<(), CliError> {
        let name = sample.name.clone();
        let mail = sample
            .render(locale, &look.settings, &look.brand)
            .map_err(|error| CliError::input(format!("{name} does not render: {error}.")))?;
        let customer = &sample.event.order.customer;
        let own = locale.or(customer.locale.as_ref());
        let without_mails = own.filter(|own| Language::for_locale(own).is_none());
        self.mails.push(RenderedMail {
            from: from(&look.settings),
            to: customer.email.expose().to_owned(),
            locale_without_mails: without_mails.map(|own| own.as_str().to_owned()),
            name,
            language: sample.language(locale, &look.settings).code(),
            subject: mail.subject.clone(),
            html_bytes: mail.html.len(),
            files: Vec::new(),
            kind: sample.kind(),
            mail,
        });
        Ok(())
    }

    /// Writes both parts of each mail, in a folder for each language where there are several, and the page that shows all.
    pub fn write(&mut self, directory: &Path, in_folders: bool) -> Result<(), CliError> {
        let written = self.mails.iter_mut().try_for_each(|mail| mail.write(directory, in_folders));
        let mails = self.mails.iter().map(|mail| mail.of_sheet(in_folders)).collect::<Vec<_>>();
        written.and_then(|()| write_sheet(directory, &mails)).map_err(|error| {
            CliError::input(format!("Can't write to {}: {error}.", directory.display()))
                .caused_by(error)
        })
    }
}

/// The sender of a shop's mails. The stack's own address is a parameter of the mailer, which is not asked for it.
fn from(settings: &ShopSettings) -> String {
    let address = settings.sender.as_ref().map(|sender| sender.address.expose());
    match (settings.sender_name(), address) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (None, Some(address)) => address.to_owned(),
        (Some(name), None) => format!("{name}, at the stack's own address"),
        (None, None) => "the stack's own address".to_owned(),
    }
}

impl RenderedMail {
    /// The path of its files, without `.html` and `.txt`.
    fn path(&self, in_folders: bool) -> String {
        // An id is the publisher's text: no part of it may lead out of the directory.
        let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let name: String = self.name.chars().map(|c| if is_safe(c) { c } else { '_' }).collect();
        if in_folders { format!("{}/{name}", self.language) } else { name }
    }

    fn write(&mut self, directory: &Path, in_folders: bool) -> std::io::Result<()> {
        let path = self.path(in_folders);
        let html = directory.join(format!("{path}.html"));
        let text = directory.join(format!("{path}.txt"));
        std::fs::create_dir_all(html.parent().unwrap_or(directory))?;
        std::fs::write(&html, &self.mail.html)?;
        std::fs::write(&text, format!("{}\n\n{}", self.mail.subject, self.mail.text))?;
        self.files = vec![html, text];
        Ok(())
    }

    fn of_sheet(&self, in_folders: bool) -> SheetMail<'_> {
        SheetMail {
            kind: self.kind,
            name: &self.name,
            language: self.language,
            subject: &self.subject,
            path: self.path(in_folders),
            html: &self.mail.html,
        }
    }
}

impl Report for Preview {
    fn text(&self, colors: ColorMode) -> String {
        if self.mails.iter().any(|mail| !mail.files.is_empty()) {
            let columns = [
                Column::number("bytes", |mail: &RenderedMail| number(mail.html_bytes)),
                Column::text("language", |mail: &RenderedMail| mail.language.to_owned()),
                Column::text("subject", |mail: &RenderedMail| mail.subject.clone()),
                Column::text("file", |mail: &RenderedMail| {
                    mail.files.first().map(|f| f.display().to_string()).unwrap_or_default()
                }),
            ];
            return table(colors, &columns, &self.mails);
        }
        let whole = |mail: &RenderedMail| {
            format!("{}{}\n\n{}\n", colors.heading(&mail.name), mail.subject, mail.mail.text)
        };
        self.mails.iter().map(whole).collect()
    }
}
