//! `index.html`: every mail in each language, as its readers see it, side by side.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use serde_json::Value;

/// Heading, file and width of each view. A frame does not decide on the colours or the pictures of its document, so most
/// views are files of their own.
const VIEWS: [(&str, &str, u16); 5] = [
    ("narrow", "light.html", 320),
    ("wide", "light.html", 640),
    ("dark", "dark.html", 320),
    ("no pictures", "blocked.html", 320),
    ("text", "txt", 620),
];

const IF_DARK: &str = "@media (prefers-color-scheme:dark)";
/// Stands for every picture: the samples' are nowhere.
const PICTURE: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='96' height='96'%3E\
    %3Cpath d='M0 0h96v96H0z' fill='%239fb0a6'/%3E%3C/svg%3E";

const STYLE: &str = "
body{margin:16px;font:15px/22px system-ui,sans-serif;background:#fff;color:#222}
summary{cursor:pointer;padding:6px 0;font-weight:600}
details details{margin-left:16px}
.row{display:flex;gap:12px;margin:8px 0 28px;overflow-x:auto}
figure{margin:0}figcaption{color:#555}
iframe{border:1px solid #bbb;height:720px;background:#fff}";

/// Writes the views of a mail that are files of their own.
pub fn write_views(path: &Path, html: &str) -> io::Result<()> {
    let light = html.replace(IF_DARK, "@media not all");
    let dark = html.replace(IF_DARK, "@media all");
    fs::write(path.with_extension("light.html"), with_pictures(&light, PICTURE))?;
    fs::write(path.with_extension("dark.html"), with_pictures(&dark, PICTURE))?;
    fs::write(path.with_extension("blocked.html"), with_pictures(&light, "blocked:"))
}

fn with_pictures(html: &str, url: &str) -> String {
    const START: &str = "<img src=\"";
    let mut parts = html.split(START);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |page, rest| {
        let end = rest.find('"').unwrap_or(0);
        page + START + url + &rest[end..]
    })
}

/// The page for what `index.json` lists.
pub fn page(index: &[Value]) -> String {
    let mut kinds: BTreeMap<&str, BTreeMap<&str, Vec<&Value>>> = BTreeMap::new();
    for mail in index.iter().filter(|mail| mail["group"] == "sample") {
        let of_kind = kinds.entry(text(mail, "kind")).or_default();
        of_kind.entry(text(mail, "name")).or_default().push(mail);
    }
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Mails</title><style>{STYLE}</style>\n\
         <h1>Mails</h1>\n"
    );
    for (kind, mails) in kinds {
        let _ = writeln!(page, "<details><summary>{kind}</summary>");
        for (name, languages) in mails {
            let _ = writeln!(page, "<details><summary>{name}</summary>");
            languages.into_iter().for_each(|mail| row(&mut page, mail));
            page.push_str("</details>\n");
        }
        page.push_str("</details>\n");
    }
    page
}

/// One mail in one language.
fn row(page: &mut String, mail: &Value) {
    let language = text(mail, "language");
    let subject = escaped(text(mail, "subject"));
    let _ = writeln!(
        page,
        "<p lang=\"{language}\"><b>{language}</b> <bdi>{subject}</bdi> ({} bytes)</p>\n<div class=\"row\">",
        mail["html_bytes"]
    );
    for (heading, extension, width) in VIEWS {
        let file = format!("{language}/{}.{extension}", text(mail, "name"));
        let _ = writeln!(
            page,
            "<figure><figcaption><a href=\"{file}\">{heading}</a></figcaption>\
             <iframe loading=\"lazy\" title=\"{heading}\" src=\"{file}\" width=\"{width}\"></iframe></figure>"
        );
    }
    page.push_str("</div>\n");
}

fn text<'a>(mail: &'a Value, member: &str) -> &'a str {
    mail[member].as_str().unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
