//! Who a mail is from, and where replies go: as its shop's settings say, or else the stack's.

use std::borrow::Cow;

use shared::ShopSettings;
use shared::shop_settings::Sender;

use crate::encoded_word::encoded_words;
use crate::identities::{OwnIdentities, address_in};
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
    /// By the settings of a shop. Settings that name a brand never leave its customers with the name or the `Reply-To` of the
    /// stack, which are another shop's.
    pub fn new(settings: &'a ShopSettings, stack: &'a SenderSettings) -> Self {
        let redirect = stack.redirect_all_to.as_ref().map(|address| address.expose());
        let (mailbox, own_identities) = match (&settings.sender, settings.sender_name()) {
            (Some(Sender { address, .. }), name) => {
                let mailbox = mailbox(name, address.expose());
                let own_identities = OwnIdentities::new(&mailbox, redirect);
                (Cow::Owned(mailbox), Some(own_identities))
            }
            (None, Some(name)) => {
                (Cow::Owned(mailbox(Some(name), address_in(&stack.mailbox))), None)
            }
            (None, None) => (Cow::Borrowed(&*stack.mailbox), None),
        };
        // Not the stack's where the sender is the shop's own: the answers of its customers would go to another shop.
        let stacks = stack.reply_to.as_deref().filter(|_| settings.sender.is_none());
        let reply_to = settings.reply_address().map(|address| address.expose()).or(stacks);
        Self { mailbox, reply_to, own_identities }
    }
}

/// A sender as a header has it. SES takes no other than ASCII
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>).
fn mailbox(name: Option<&str>, address: &str) -> String {
    match name {
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
    fn a_shop_with_a_brand_is_never_called_by_another_shops_name_nor_answered_there() {
        let brand = r#""brand":{"name":"Søn","url":"https://n.example","support_email":"help@north.example"}"#;
        for (members, mailbox, reply_to) in [
            ("", "=?UTF-8?B?U8O4bg==?= <orders@shop.example>", "help@north.example"),
            (
                r#","reply_to":"hi@north.example""#,
                "=?UTF-8?B?U8O4bg==?= <orders@shop.example>",
                "hi@north.example",
            ),
            (
                r#","sender":{"address":"o@north.example"}"#,
                "=?UTF-8?B?U8O4bg==?= <o@north.example>",
                "help@north.example",
            ),
            (
                r#","sender":{"address":"o@north.example","name":"N"}"#,
                "\"N\" <o@north.example>",
                "help@north.example",
            ),
        ] {
            let (own, stack) = (settings(&format!("{{{brand}{members}}}")), stack());
            let sender = ShopSender::new(&own, &stack);
            assert_eq!((&*sender.mailbox, sender.reply_to), (mailbox, Some(reply_to)), "{members}");
            // What SES says of the stack's address is about every shop that sends from it.
            assert_eq!(sender.own_identities.is_some(), own.sender.is_some(), "{members}");
        }
    }

    #[test]
    fn the_stack_s_address_is_taken_out_of_its_mailbox_however_it_is_written() {
        let brand =
            r#"{"brand":{"name":"N","url":"https://n.example","support_email":"a@n.example"}}"#;
        for mailbox in
            ["Orders@shop.example", "\"A < B\" <Orders@shop.example>", " <Orders@shop.example>"]
        {
            let (own, stack) =
                (settings(brand), SenderSettings { mailbox: mailbox.to_owned(), ..stack() });
            assert_eq!(ShopSender::new(&own, &stack).mailbox, "\"N\" <Orders@shop.example>");
        }
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
