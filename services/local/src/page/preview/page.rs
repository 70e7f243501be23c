//! The preview as a page.

use std::sync::Arc;

use askama::Template;
use mailer::preview::View;
use shared::{Kind, Language};

use super::choice::{ALL, Choice};
use super::render::PreviewMail;
use super::shops::{Documents, is_off};

/// `GET /preview`.
#[derive(Debug, Template)]
#[template(path = "preview.html")]
pub struct PreviewPage {
    pub fields: Vec<Field>,
    pub shops: Vec<FieldOption>,
    pub has_all_samples: bool,
    /// Of what is shown.
    pub version: String,
    /// The shop that is shown.
    pub shop: String,
    /// What went wrong, as sentences.
    pub problems: Vec<String>,
    pub sections: Vec<Section>,
}

/// A group of checkboxes.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub title: &'static str,
    pub options: Vec<FieldOption>,
}

#[derive(Debug)]
pub struct FieldOption {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
}

/// A sample in each of the languages.
#[derive(Debug)]
pub struct Section {
    pub kind: String,
    pub sample: String,
    pub is_off: bool,
    pub mails: Vec<Shown>,
}

/// One mail.
#[derive(Debug)]
pub struct Shown {
    pub language: String,
    pub subject: String,
    pub frames: Vec<Frame>,
}

#[derive(Debug)]
pub struct Frame {
    pub title: &'static str,
    pub width: u16,
    /// What a screen reader says of it.
    pub label: String,
    pub body: Body,
}

#[derive(Debug)]
pub enum Body {
    /// The address of the mail's HTML.
    Html(String),
    Text(String),
}

impl PreviewPage {
    /// The page before anything is rendered.
    pub fn new(choice: &Choice, documents: &Documents, version: String) -> Self {
        let option = |name: &str| FieldOption {
            value: name.to_owned(),
            label: name.to_owned(),
            is_chosen: name == choice.shop,
        };
        Self {
            fields: fields(choice),
            shops: documents.names().map(option).collect(),
            has_all_samples: choice.has_all_samples,
            version,
            shop: choice.shop.clone(),
            problems: choice.problems.clone(),
            sections: Vec::new(),
        }
    }

    /// With these mails, those of one sample after the other, for a shop with these settings.
    pub fn show(&mut self, mails: &[Arc<PreviewMail>], views: &[View], settings: &str) {
        self.sections = mails
            .chunk_by(|one, next| one.sample == next.sample)
            .map(|of_sample| Section {
                kind: of_sample[0].kind.clone(),
                sample: of_sample[0].sample.replace('_', " "),
                is_off: is_off(settings, &of_sample[0].kind),
                mails: of_sample.iter().map(|mail| shown(mail, views, &self.shop)).collect(),
            })
            .collect();
    }
}

fn fields(choice: &Choice) -> Vec<Field> {
    let kinds = Kind::ALL.map(|kind| (kind.as_str(), kind.as_str(), choice.kinds.contains(&kind)));
    let languages = Language::all()
        .map(|language| (language.code(), language.code(), choice.languages.contains(&language)));
    let views = View::ALL.map(|view| (view.name(), view.title(), choice.views.contains(&view)));
    vec![
        field("kind", "Mails", kinds),
        field("language", "Languages", languages),
        field("view", "Views", views),
    ]
}

fn field(
    name: &'static str,
    title: &'static str,
    options: impl IntoIterator<Item = (&'static str, &'static str, bool)>,
) -> Field {
    let options: Vec<_> = options.into_iter().collect();
    let are_all_chosen = options.iter().all(|(.., is_chosen)| *is_chosen);
    // Where all are chosen, one box says so: whoever then wants a few need not take all the others away.
    let all = FieldOption { value: ALL.into(), label: "All".into(), is_chosen: are_all_chosen };
    let option = |(value, label, is_chosen): (&str, &str, bool)| FieldOption {
        value: value.to_owned(),
        label: label.to_owned(),
        is_chosen: is_chosen && !are_all_chosen,
    };
    let options = std::iter::once(all).chain(options.into_iter().map(option)).collect();
    Field { name, title, options }
}

fn shown(mail: &PreviewMail, views: &[View], shop: &str) -> Shown {
    let frame = |view: &View| Frame {
        title: view.title(),
        width: view.width(),
        label: format!("{}, {}: {}", mail.kind, mail.language, view.title()),
        body: match view {
            View::Text => Body::Text(mail.text.clone()),
            _ => Body::Html(format!(
                "/preview/mail/{shop}/{}/{}/{}.html",
                mail.language,
                mail.sample,
                view.name()
            )),
        },
    };
    Shown {
        language: mail.language.clone(),
        subject: mail.subject.clone(),
        frames: views.iter().map(frame).collect(),
    }
}
