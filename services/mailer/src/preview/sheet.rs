//! `index.html`: mails as their readers see them, side by side.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use shared::Kind;

use super::View;

/// More mails are folded, so that a browser does not load them all.
const MAX_OPEN: usize = 20;

const STYLE: &str = "
:root{color-scheme:light dark}
body{margin:16px;font:15px/22px system-ui,sans-serif}
summary{cursor:pointer;padding:6px 0;font-weight:600}
details details{margin-left:16px}
.row{display:flex;gap:12px;margin:8px 0 28px;overflow-x:auto}
figure{margin:0}figcaption{opacity:.75}
iframe{border:1px solid #8888;height:720px;background:#fff;color-scheme:light}";

/// A mail of the sheet.
#[derive(Debug)]
pub struct SheetMail<'a> {
    /// Its kind.
    pub kind: Kind,
    /// The name of its event.
    pub name: &'a str,
    /// BCP 47.
    pub language: &'a str,
    /// Its subject.
    pub subject: &'a str,
    /// The path of its files in the sheet's directory, without `.html` and `.txt`. Made of ASCII letters, digits, `-`, `_`
    /// and `/`.
    pub path: String,
    /// Its HTML.
    pub html: &'a str,
}

/// Writes `index.html` into a directory that has the text part of each mail, and the views of each mail into `views` there.
///
/// # Errors
/// A file can't be written.
pub fn write_sheet(directory: &Path, mails: &[SheetMail<'_>]) -> io::Result<()> {
    for mail in mails {
        for view in View::ALL.into_iter().filter(|view| *view != View::Text) {
            let file = directory.join(file_of(mail, view));
            fs::create_dir_all(file.parent().unwrap_or(directory))?;
            fs::write(file, view.document(mail.html))?;
        }
    }
    fs::write(directory.join("index.html"), page(mails))
}

fn file_of(mail: &SheetMail<'_>, view: View) -> String {
    match view {
        View::Text => format!("{}.txt", mail.path),
        _ => format!("views/{}.{}.html", mail.path, view.name()),
    }
}

fn page(mails: &[SheetMail<'_>]) -> String {
    let mut kinds: BTreeMap<&str, BTreeMap<&str, Vec<&SheetMail<'_>>>> = BTreeMap::new();
    for mail in mails {
        let of_kind = kinds.entry(mail.kind.as_str()).or_default();
        of_kind.entry(mail.name).or_default().push(mail);
    }
    let details = if mails.len() <= MAX_OPEN { "<details open>" } else { "<details>" };
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Mails</title><style>{STYLE}</style>\n\
         <h1>Mails</h1>\n"
    );
    for (kind, mails) in kinds {
        let _ = writeln!(page, "{details}<summary>{kind}</summary>");
        for (name, languages) in mails {
            let _ = writeln!(page, "{details}<summary>{}</summary>", escaped(name));
            languages.into_iter().for_each(|mail| row(&mut page, mail));
            page.push_str("</details>\n");
        }
        page.push_str("</details>\n");
    }
    page
}

fn row(page: &mut String, mail: &SheetMail<'_>) {
    let (language, subject, bytes) = (mail.language, escaped(mail.subject), mail.html.len());
    let _ = writeln!(
        page,
        "<p lang=\"{language}\"><b>{language}</b> <bdi>{subject}</bdi> ({bytes} bytes)</p>\n<div class=\"row\">"
    );
    for view in View::ALL {
        let (file, title, width) = (file_of(mail, view), view.title(), view.width());
        let _ = writeln!(
            page,
            "<figure><figcaption><a href=\"{file}\">{title}</a></figcaption><iframe loading=\"lazy\" sandbox=\"\" \
             title=\"{title}\" src=\"{file}\" width=\"{width}\"></iframe></figure>"
        );
    }
    page.push_str("</div>\n");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
