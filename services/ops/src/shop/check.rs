//! `waybill shop check`: whether files hold settings, without asking any stack.

use std::path::{Path, PathBuf};

use serde::Serialize;
use shared::shop_settings::AttachmentFolder;
use shared::{FieldError, ShopId, ShopSettings};

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
}

pub fn run(args: &Args) -> Result<(Checked, ExitStatus), CliError> {
    let files = args.files.iter().map(|file| check(file)).collect::<Result<Vec<_>, _>>()?;
    let is_bad = files.iter().any(|file| !file.errors.is_empty());
    Ok((Checked { files }, ExitStatus::attention_if(is_bad)))
}

fn check(file: &Path) -> Result<CheckedFile, CliError> {
    Ok(CheckedFile { file: file.to_owned(), errors: errors_of(&read(file)?) })
}

/// Each bad field of a document, its wording by the messages that the mailer has.
pub fn errors_of(document: &str) -> Vec<FieldError> {
    match ShopSettings::parse(document) {
        Ok(settings) => mailer::render::wording_faults(&settings.voice.wording),
        Err(refused) => refused.into_errors(),
    }
}

/// As [`errors_of`], for the settings of this shop.
pub fn errors_for(shop: &ShopId, document: &str) -> Vec<FieldError> {
    let settings = ShopSettings::parse(document).ok();
    let fault = settings
        .and_then(|settings| AttachmentFolder::of(shop, settings.attachments.as_ref()).err());
    errors_of(document).into_iter().chain(fault).collect()
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
    let line = |error: &FieldError| match error.pointer.as_str() {
        "" => format!("{of}: {}\n", error.detail),
        pointer => format!("{of}: {pointer}: {}\n", error.detail),
    };
    errors.iter().map(line).collect()
}

impl Report for Checked {
    fn text(&self, colors: ColorMode) -> String {
        let text = |checked: &CheckedFile| {
            let file = checked.file.display().to_string();
            match checked.errors.is_empty() {
                true => format!("{file}: {}\n", colors.apply(Style::Success, "valid")),
                false => lines(&file, &checked.errors),
            }
        };
        self.files.iter().map(text).collect()
    }
}
