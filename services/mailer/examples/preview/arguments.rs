//! What `preview` is called with.

use std::ffi::OsString;
use std::path::PathBuf;

const USAGE: &str = "usage: preview OUTDIR [--language LANG]... [--events FILE]";

#[derive(Debug)]
pub struct Arguments {
    /// Where the mails go.
    pub directory: PathBuf,
    /// Only these languages; empty for all.
    pub languages: Vec<String>,
    /// JSON Lines to be rendered instead of the samples.
    pub events: Option<PathBuf>,
}

impl Arguments {
    pub fn parse(mut words: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let (mut directory, mut languages, mut events) = (None, Vec::new(), None);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(USAGE);
            match word.to_str() {
                Some("--language") => languages.push(value()?.to_string_lossy().into_owned()),
                Some("--events") => events = Some(PathBuf::from(value()?)),
                Some(option) if option.starts_with('-') => return Err(USAGE.to_owned()),
                _ if directory.is_some() => return Err(USAGE.to_owned()),
                _ => directory = Some(PathBuf::from(word)),
            }
        }
        Ok(Self { directory: directory.ok_or(USAGE)?, languages, events })
    }
}
