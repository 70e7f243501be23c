//! What CLDR, the Common Locale Data Repository, says of the languages in which there are mails. The build script takes
//! it out of the data of ICU4X, which is seven times as much for the same formats.

// Data as ICU4X's exporter writes it.
mod formats {
    #![allow(
        clippy::all,
        missing_docs,
        unsafe_code,
        unused_qualifications,
        reason = "written by a program"
    )]

    include!(concat!(env!("OUT_DIR"), "/formats/mod.rs"));

    /// The formats of days, numbers, money and lists: what the constructors of ICU4X's formatters take their data from.
    #[derive(Debug, Clone, Copy)]
    pub struct Formats;

    impl_data_provider!(Formats);
}

pub use formats::Formats;

// `COUNTRIES`.
include!(concat!(env!("OUT_DIR"), "/countries.rs"));

/// The name of the country with this code of ISO 3166-1, in the language of this message file.
#[must_use]
pub fn country(language: &str, code: &str) -> Option<&'static str> {
    let (_, names) = COUNTRIES.iter().find(|(it, _)| *it == language)?;
    names.lines().find_map(|line| line.strip_prefix(code)?.strip_prefix(' '))
}
