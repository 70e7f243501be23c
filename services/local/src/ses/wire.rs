//! `SendEmail`'s body as the SDK writes it. Members that change nothing here are not read.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SendEmail {
    pub from_email_address: Option<String>,
    #[serde(default)]
    pub destination: Destination,
    #[serde(default)]
    pub reply_to_addresses: Vec<String>,
    #[serde(default)]
    pub content: Content,
    #[serde(default)]
    pub email_tags: Vec<NameValue>,
    pub configuration_set_name: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Destination {
    #[serde(default)]
    pub to_addresses: Vec<String>,
    #[serde(default)]
    pub cc_addresses: Vec<String>,
    #[serde(default)]
    pub bcc_addresses: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Content {
    pub simple: Option<Simple>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Simple {
    pub subject: Text,
    pub body: Body,
    #[serde(default)]
    pub headers: Vec<NameValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Body {
    pub text: Option<Text>,
    pub html: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Text {
    pub data: String,
    pub charset: Option<String>,
}

impl Text {
    /// The text as it arrives: SES takes ASCII unless the charset says otherwise, and puts a `?`
    /// for what it cannot write.
    pub fn received(self) -> String {
        match self.charset {
            Some(_) => self.data,
            None => self.data.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NameValue {
    pub name: String,
    pub value: String,
}
