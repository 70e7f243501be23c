//! `waybill shop check`: whether files hold settings, without asking any stack.

use std::path::{Path, PathBuf};

use mailer::settings_check::SettingsCheck;
use serde::Serialize;
use shared::{FieldError, FieldWarning, ShopId};

use crate::error::{CliError, ExitStatus};
use crate::output::{ColorMode, Report, Style};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files with the settings of one shop each
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

#[derive(Debug, Serialize)]
pub struct Checked {
    pub files: Vec<CheckedFile>,
}

#[derive(Debug, Serialize)]
pub struct CheckedFile {
    pub file: PathBuf,
    /// Each bad field; empty where the functions take the settings.
    pub errors: Vec<FieldError>,
    /// What is perhaps not meant as it is; only of settings without errors.
    pub warnings: Vec<FieldWarning>,
}

/// Checks files as the settings of `shop`, if that is given.
pub fn run(args: &Args, shop: Option<&ShopId>) -> Result<(Checked, ExitStatus), CliError> {
    let files = args.files.iter().map(|file| check(file, shop)).collect::<Result<Vec<_>, _>>()?;
    let is_bad = files.iter().any(|file| !file.errors.is_empty());
    Ok((Checked { files }, ExitStatus::attention_if(is_bad)))
}

fn check(file: &Path, shop: Option<&ShopId>) -> Result<CheckedFile, CliError> {
    let SettingsCheck { errors, warnings, .. } = SettingsCheck::new(&read(file)?, shop);
    Ok(CheckedFile { file: file.to_owned(), errors, warnings })
}

/// The text of a file with settings.
pub fn read(file: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(file).map_err(|error| {
        let file = file.display();
        CliError::input(format!("Can't read the settings in {file}: {error}.")).caused_by(error)
    })
}

/// The errors of a document, each on a line of its own.
pub fn lines(of: &str, errors: &[FieldError]) -> String {
    errors.iter().map(|error| line(of, &error.pointer, &error.detail)).collect()
}

/// The warnings, each on a line of its own.
pub fn warning_lines(of: &str, warnings: &[FieldWarning]) -> String {
    let of = format!("{of}: warning");
    warnings.iter().map(|warning| line(&of, &warning.pointer, &warning.detail)).collect()
}

fn line(of: &str, pointer: &str, detail: &str) -> String {
    let place = if pointer.is_empty() { String::new() } else { format!("{pointer}: ") };
    format!("{of}: {place}{detail}\n")
}

impl Report for Checked {
    fn text(&self, colors: ColorMode) -> String {
        let text = |checked: &CheckedFile| {
            let file = checked.file.display().to_string();
            let verdict = match checked.errors.is_empty() {
                true => format!("{file}: {}\n", colors.apply(Style::Success, "valid")),
                false => lines(&file, &checked.errors),
            };
            verdict + &warning_lines(&file, &checked.warnings)
        };
        self.files.iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checked_file_as_people_and_scripts_read_it() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, json: &str| {
            let file = directory.path().join(name);
            std::fs::write(&file, json).unwrap();
            file
        };
        let odd = r#"{ "brand": { "name": "Norden", "url": "https://n.example", "support_email": "help@n.example" },
            "wording": { "de": { "greeting": "Moin { $name }, dein norden.example" } } }"#;
        let bad = r#"{ "reply_to": "me", "wording": { "de": { "greeting": "Moin { $nmae }", "no-such": "x" } },
            "attachments": { "prefix": "south/" } }"#;
        let files = vec![write("odd.json", odd), write("bad.json", bad)];
        let shop = ShopId::parse("north").unwrap();
        let (mut checked, status) = run(&Args { files }, Some(&shop)).unwrap();
        assert_eq!(status, ExitStatus::Attention);
        for checked in &mut checked.files {
            checked.file = checked.file.file_name().unwrap().into();
        }
        insta::assert_snapshot!(checked.text(ColorMode::Plain));
        insta::assert_json_snapshot!(checked);
    }
}
