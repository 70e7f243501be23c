//! The shop's brand, from a file.

use std::path::{Path, PathBuf};

use mail_builder::headers::Header;
use mail_builder::headers::address::Address;
use mailer::render::{Brand, BrandError};

/// The sender's address, which is not a matter of the brand.
const SENDER: &str = "orders@shop.example";

/// A brand that the mailer takes.
#[derive(Debug, Clone)]
pub struct BrandFile {
    json: String,
    brand: Brand,
}

/// The file is no brand.
#[derive(Debug, thiserror::Error)]
pub enum BrandFileError {
    /// It can't be read.
    #[error("Cannot read the brand in {}: {source}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not what the mailer expects.
    #[error("Cannot use the brand in {}: {source}. infra/brand.json is an example.", file.display())]
    Invalid {
        /// The file.
        file: PathBuf,
        /// Why.
        source: BrandError,
    },
}

impl BrandFile {
    /// Reads a file such as `infra/brand.json`.
    ///
    /// # Errors
    /// A sentence with every member that is wrong.
    pub fn read(file: &Path) -> Result<Self, BrandFileError> {
        let json = std::fs::read_to_string(file)
            .map_err(|source| BrandFileError::Unreadable { file: file.to_owned(), source })?;
        match Brand::parse(&json) {
            Ok(brand) => Ok(Self { json, brand }),
            Err(source) => Err(BrandFileError::Invalid { file: file.to_owned(), source }),
        }
    }

    /// The brand as JSON.
    pub(super) fn json(&self) -> &str {
        &self.json
    }

    /// The mailer's variables. Sender and replies go with the brand: mails of one shop that come from
    /// another would look wrong.
    pub(super) fn environment(&self) -> [(&'static str, String); 3] {
        [
            ("SHOP_BRAND", self.json.clone()),
            ("MAIL_FROM", mailbox(self.brand.name.as_str())),
            ("MAIL_REPLY_TO", self.brand.support_email.expose().to_owned()),
        ]
    }
}

/// The sender under this name, as a header has it.
fn mailbox(name: &str) -> String {
    let mut header = Vec::new();
    Address::new_address(Some(name), SENDER).write_header(&mut header, 0);
    // What is folded in a header is one line here.
    String::from_utf8_lossy(&header).replace("\r\n", "").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<BrandFile, String> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("brand.json");
        std::fs::write(&file, text).unwrap();
        BrandFile::read(&file)
            .map_err(|error| error.to_string().replace(&file.display().to_string(), "FILE"))
    }

    #[test]
    fn a_bad_file_is_refused_with_its_name_and_each_bad_member() {
        let bad = r##"{"name":"Kiosk","url":"https://k.example","logo":{"url":"http://k.example/l.png","width":120,"height":32},"accent":"red"}"##;
        assert_eq!(
            read(bad).unwrap_err(),
            "Cannot use the brand in FILE: the shop's brand is no valid setting: /support_email: \
             is required and missing; /logo/url: expected an https URL of at most 300 bytes; /accent: expected a colour as #rrggbb, such as \
             #0b6e5f. \
             infra/brand.json is an example."
        );
        let missing = BrandFile::read(Path::new("/nowhere/brand.json")).unwrap_err().to_string();
        assert!(missing.starts_with("Cannot read the brand in /nowhere/brand.json: "), "{missing}");
    }

    #[test]
    fn sender_and_replies_go_with_the_brand() {
        let name = "Lädchen <„Ü“>, ".repeat(12);
        let brand = format!(
            r#"{{"name":"{name}","url":"https://k.example","support_email":"help@k.example"}}"#
        );
        let [_, (_, from), (_, reply_to)] = read(&brand).unwrap().environment();
        assert!(from.is_ascii() && !from.contains(['\r', '\n']), "{from}");
        let raw = format!("From: {from}\r\n\r\n");
        let message = mail_parser::MessageParser::default().parse(raw.as_bytes()).unwrap();
        let sender = message.from().unwrap().first().unwrap().clone();
        assert_eq!((sender.name(), sender.address()), (Some(name.trim()), Some(SENDER)));
        assert_eq!(reply_to, "help@k.example");
        assert_eq!(mailbox("Kiosk"), r#""Kiosk" <orders@shop.example>"#);
    }
}
