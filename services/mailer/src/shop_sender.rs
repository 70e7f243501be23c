//! Who a mail is from, and where replies go: as its shop's settings say, or else the stack's.

use std::borrow::Cow;

use shared::ShopSettings;
use shared::shop_settings::Sender;

use crate::encoded_word::encoded_words;
use crate::identities::OwnIdentities;
use crate::sender_settings::SenderSettings;

/// Who one mail is from.
#[derive(Debug)]
pub struct ShopSender<'a> {
    /// An RFC 5322 mailbox: `Shop <orders@shop.example>`.
    pub mailbox: Cow<'a, str>,
    /// The `Reply-To` mailbox; if `None`, replies go to `mailbox`.
    pub reply_to: Option<&'a str>,
    /// The identities without which it cannot be sent, if they are not the stack's.
    pub own_identities: Option<OwnIdentities>,
}

impl<'a> ShopSender<'a> {
    /// By the settings of a shop.
    pub fn new(settings: &'a ShopSettings, stack: &'a SenderSettings) -> Self {
        let reply_to = settings.reply_to.as_ref().map(|address| address.expose());
        let Some(sender) = &settings.sender else {
            let reply_to = reply_to.or(stack.reply_to.as_deref());
            return Self { mailbox: Cow::Borrowed(&stack.mailbox), reply_to, own_identities: None };
        };
        let redirect = stack.redirect_all_to.as_ref().map(|address| address.expose());
        let mailbox = mailbox(sender);
        let own_identities = Some(OwnIdentities::new(&mailbox, redirect));
        // Not the stack's Reply-To: the answers of a shop's customers would go to another shop.
        Self { mailbox: Cow::Owned(mailbox), reply_to, own_identities }
    }
}

/// The sender as a header has it. SES takes no other than ASCII
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>).
fn mailbox(sender: &Sender) -> String {
    let address = sender.address.expose();
    match sender.name.as_ref().map(|name| name.as_str()) {
        None => address.to_owned(),
        // RFC 5322 section 3.2.4; what looks like an encoded-word is not read as one within quotes, but not every
        // reader keeps to that.
        Some(name) if name.is_ascii() && !name.contains("=?") => {
            let quoted = name.replace('\\', r"\\").replace('"', r#"\""#);
            format!("\"{quoted}\" <{address}>")
        }
        Some(name) => format!("{} <{address}>", encoded_words(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;

    fn stack() -> SenderSettings {
        SenderSettings {
            mailbox: "Waybill <orders@shop.example>".to_owned(),
            reply_to: Some("help@shop.example".to_owned()),
            configuration_set: None,
            redirect_all_to: None,
        }
    }

    fn settings(json: &str) -> ShopSettings {
        ShopSettings::parse(json).expect("settings")
    }

    #[test]
    fn a_shop_without_a_sender_sends_as_the_stack_does() {
        let (none, stack) = (ShopSettings::default(), stack());
        let sender = ShopSender::new(&none, &stack);
        assert_eq!(
            (&*sender.mailbox, sender.reply_to),
            ("Waybill <orders@shop.example>", Some("help@shop.example"))
        );
        assert!(sender.own_identities.is_none());
        let replies = settings(r#"{"reply_to":"help@north.example"}"#);
        assert_eq!(ShopSender::new(&replies, &stack).reply_to, Some("help@north.example"));
    }

    #[test]
    fn the_customers_of_a_shop_with_a_sender_of_its_own_never_answer_to_another_shop() {
        let (own, stack) = (settings(r#"{"sender":{"address":"orders@north.example"}}"#), stack());
        let sender = ShopSender::new(&own, &stack);
        assert_eq!((&*sender.mailbox, sender.reply_to), ("orders@north.example", None));
    }

    #[test]
    fn any_name_becomes_a_header_of_ascii() {
        for (name, header) in [
            ("North", "\"North\" <o@north.example>"),
            ("North, \\\"Inc.\\\"", "\"North, \\\"Inc.\\\"\" <o@north.example>"),
            ("Søn", "=?UTF-8?B?U8O4bg==?= <o@north.example>"),
            ("=?x", "=?UTF-8?B?PT94?= <o@north.example>"),
        ] {
            let json = format!(r#"{{"sender":{{"address":"o@north.example","name":"{name}"}}}}"#);
            let settings = settings(&json);
            assert_eq!(ShopSender::new(&settings, &stack()).mailbox, header, "{name}");
        }
    }

    #[test]
    fn a_long_name_of_any_script_is_cut_between_characters_into_words_of_at_most_75() {
        for name in ["有田焼の湯呑み".repeat(10), "ü€😀".repeat(20), "متجر".repeat(20)]
        {
            let json = format!(r#"{{"sender":{{"address":"o@north.example","name":"{name}"}}}}"#);
            let (settings, stack) = (settings(&json), stack());
            let sender = ShopSender::new(&settings, &stack);
            let words = sender.mailbox.strip_suffix(" <o@north.example>").expect("the address");
            let decoded: String = words
                .split(' ')
                .map(|word| {
                    assert!(word.len() <= 75, "{word}");
                    let encoded =
                        word.strip_prefix("=?UTF-8?B?").and_then(|w| w.strip_suffix("?="));
                    let bytes = BASE64_STANDARD.decode(encoded.expect("an encoded-word"));
                    // Each is text of its own (RFC 2047 section 5).
                    String::from_utf8(bytes.expect("base64")).expect("whole characters")
                })
                .collect();
            assert_eq!(decoded, name);
        }
    }
}
