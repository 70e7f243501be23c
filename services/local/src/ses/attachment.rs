//! A file in a mail (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Attachment.html>).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// The largest mail that SES takes, in base64: 40 MB.
const MAX_MAIL_BYTES: usize = 40 * 1024 * 1024;

/// The file that every virus scanner takes for a virus, by which SES's rejection is tried
/// (<https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator>, <https://www.eicar.org>).
const EICAR: &[u8] = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!";

/// The first of the endings that SES does not take
/// (<https://docs.aws.amazon.com/ses/latest/dg/mime-types.html>).
const REFUSED_ENDINGS: [&str; 12] =
    ["bat", "cmd", "com", "dll", "exe", "jar", "js", "msi", "ps1", "scr", "vbs", "wsf"];

/// A file as a request has it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachmentRequest {
    file_name: String,
    raw_content: String,
    content_type: Option<String>,
    content_transfer_encoding: Option<String>,
}

/// A file that goes with a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The file name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes in base64.
    content: String,
}

impl Attachment {
    /// Checks the files of a request as SES does.
    ///
    /// # Errors
    /// `BadRequestException` or `MessageRejected`.
    pub fn validate_all(requests: Vec<AttachmentRequest>) -> Result<Vec<Self>, ApiError> {
        let size: usize = requests.iter().map(|request| request.raw_content.len()).sum();
        if size > MAX_MAIL_BYTES {
            return Err(ApiError::MessageRejected("Message length exceeds the limit.".to_owned()));
        }
        requests.into_iter().map(Self::validate).collect()
    }

    fn validate(request: AttachmentRequest) -> Result<Self, ApiError> {
        let bad = |why: &str| Err(ApiError::BadRequest(why.to_owned()));
        let AttachmentRequest { file_name: name, raw_content: content, .. } = request;
        if !(1..=255).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return bad("Invalid attachment: its file name.");
        }
        let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        if REFUSED_ENDINGS.contains(&ending.as_str()) {
            return bad("Unsupported attachment type.");
        }
        let Ok(bytes) = BASE64_STANDARD.decode(&content) else {
            return bad("Invalid attachment: its content is no base64.");
        };
        // The bytes would be written as they are, and no mail server takes all of them.
        let encoding = request.content_transfer_encoding.as_deref().unwrap_or("SEVEN_BIT");
        if encoding == "SEVEN_BIT" && !bytes.is_ascii() {
            return bad("Invalid attachment: SEVEN_BIT is for ASCII.");
        }
        let media_type = request.content_type.unwrap_or("application/octet-stream".to_owned());
        Ok(Self { name, media_type, content })
    }

    /// Whether SES finds a virus in it: of small files, which the test file is.
    pub fn has_virus(&self) -> bool {
        const MAX_LEN: usize = 1024;
        self.content.len() <= MAX_LEN && self.bytes().windows(EICAR.len()).any(|part| part == EICAR)
    }

    /// Its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        BASE64_STANDARD.decode(&self.content).unwrap_or_default()
    }
}
