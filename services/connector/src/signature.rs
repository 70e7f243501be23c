//! The signatures of shop systems: base64 of an HMAC-SHA256 over the raw body, in a header of the system's own
//! (<https://shopify.dev/docs/apps/build/webhooks/verify-deliveries>, WooCommerce's `WC_Webhook::generate_signature`).

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use kit::secrets::SecretVersions;
use sha2::Sha256;

use crate::translate::System;

/// How many bytes an HMAC-SHA256 has.
const MAC_LEN: usize = 32;

/// The shortest secret, in characters. WooCommerce takes any that an administrator types; it makes 50 characters itself,
/// and Shopify 32 or more.
const MIN_SECRET_LEN: usize = 16;

/// The header that holds the signature.
pub const fn signature_header(system: System) -> &'static str {
    match system {
        System::Shopify => "x-shopify-hmac-sha256",
        System::WooCommerce => "x-wc-webhook-signature",
    }
}

/// A signature in its form, not checked yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; MAC_LEN]);

impl Signature {
    /// The signature in a header; `None` for a text that cannot be one.
    pub fn parse(header: &str) -> Option<Self> {
        let bytes = BASE64_STANDARD.decode(header.trim()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

/// What a system signs with: the current secret and the one before.
#[derive(Clone)]
pub struct SystemKeys {
    keys: Vec<String>,
}

/// A text that is no secret of a shop system. Contains nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected the webhook's secret as plain text and nothing else, in at least {MIN_SECRET_LEN} characters, and no JSON \
     of keys and values"
)]
pub struct MalformedSecret;

/// The body is signed with neither secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongSignature;

impl SecretVersions for SystemKeys {
    type Malformed = MalformedSecret;

    fn parse(current: &str, previous: Option<&str>) -> Result<Self, MalformedSecret> {
        let mut keys = vec![parse_secret(current).ok_or(MalformedSecret)?];
        keys.extend(previous.and_then(parse_secret).filter(|previous| *previous != keys[0]));
        Ok(Self { keys })
    }
}

impl SystemKeys {
    /// Checks that `system` signed `body` with one of the secrets: an HMAC over it for each, compared in constant time.
    ///
    /// # Errors
    /// `WrongSignature`.
    pub fn verify(
        &self,
        system: System,
        signature: Signature,
        body: &[u8],
    ) -> Result<(), WrongSignature> {
        let is_signed_with =
            |key: &String| mac(system, key, body).verify_slice(&signature.0).is_ok();
        if self.keys.iter().any(is_signed_with) { Ok(()) } else { Err(WrongSignature) }
    }
}

impl fmt::Debug for SystemKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} secret(s)", self.keys.len())
    }
}

fn mac(system: System, key: &str, body: &[u8]) -> Hmac<Sha256> {
    let key = match system {
        System::Shopify => Cow::Borrowed(key),
        System::WooCommerce => decode_special_chars(key),
    };
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes());
    let mut mac = mac.expect("an HMAC takes a key of any length");
    mac.update(body);
    mac
}

fn parse_secret(secret: &str) -> Option<String> {
    // A file's last line break, which the command that stores a secret may bring along.
    let secret = secret.trim();
    // Secrets Manager's console stores keys and values unless told otherwise.
    let is_object = secret.starts_with('{') && secret.ends_with('}');
    (secret.chars().count() >= MIN_SECRET_LEN && !is_object).then(|| secret.to_owned())
}

/// The entities that `wp_specialchars_decode(…, ENT_QUOTES)` decodes: WooCommerce does so with its secret before it signs.
const SPECIAL_CHARS: [(&str, &str); 5] =
    [("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", "\""), ("apos", "'")];

/// What a secret is after WordPress has decoded its entities, each once.
fn decode_special_chars(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let (mut decoded, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity =
            rest[1..].split_once(';').and_then(|(name, after)| Some((special_char(name)?, after)));
        match entity {
            Some((character, after)) => {
                decoded.push_str(character);
                rest = after;
            }
            None => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

fn special_char(name: &str) -> Option<&'static str> {
    let named = SPECIAL_CHARS.iter().find(|(known, _)| *known == name);
    // By name WordPress knows no apostrophe, only by number.
    if let Some((_, character)) = named.filter(|(known, _)| *known != "apos") {
        return Some(character);
    }
    let number = name.strip_prefix('#')?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
        None => number.parse().ok()?,
    };
    let character = char::from_u32(code)?;
    SPECIAL_CHARS.iter().map(|(_, known)| *known).find(|known| known.starts_with(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "an old secret of the shop's webhook";
    const NEW: &str = "a new secret of the shop's webhook";

    /// As the system signs.
    fn sign(key: &str, body: &[u8]) -> Signature {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key");
        mac.update(body);
        let header = BASE64_STANDARD.encode(mac.finalize().into_bytes());
        Signature::parse(&header).expect("a signature")
    }

    #[test]
    fn a_signature_that_another_program_made_is_right() {
        // printf '%s' '{"id":1}' | openssl dgst -sha256 -hmac 'hush-hush-hush-hush' -binary | base64
        let signature = Signature::parse(OPENSSL).expect("a signature");
        let keys = SystemKeys::parse("hush-hush-hush-hush\n", None).expect("a secret");
        for system in System::ALL {
            assert_eq!(keys.verify(system, signature, br#"{"id":1}"#), Ok(()));
            assert_eq!(keys.verify(system, signature, br#"{"id":2}"#), Err(WrongSignature));
        }
    }

    const OPENSSL: &str = "gqb/mZI8OCf3/j3Ur1xqzHGfmqHHhNnpOakaVHyc9dw=";

    #[test]
    fn while_a_secret_is_rotated_both_are_valid_and_no_other_is() {
        let keys = SystemKeys::parse(NEW, Some(OLD)).expect("two secrets");
        assert_eq!(format!("{keys:?}"), "2 secret(s)");
        for (secret, expected) in
            [(OLD, Ok(())), (NEW, Ok(())), ("a third secret", Err(WrongSignature))]
        {
            assert_eq!(keys.verify(System::Shopify, sign(secret, b"{}"), b"{}"), expected);
        }
    }

    #[test]
    fn woocommerce_signs_with_its_secret_as_wordpress_decodes_it_and_shopify_with_it_as_it_is() {
        let secret = "a&amp;b &lt;c&gt; &quot;d&#039;&#x27;&#034; &amp;lt; & &copy; &apos; &#9;";
        let decoded = "a&b <c> \"d''\" &lt; & &copy; &apos; &#9;";
        let keys = SystemKeys::parse(secret, None).expect("a secret");
        let verify = |system, key| keys.verify(system, sign(key, b"{}"), b"{}");
        assert_eq!(verify(System::WooCommerce, decoded), Ok(()));
        assert_eq!(verify(System::WooCommerce, secret), Err(WrongSignature));
        assert_eq!(verify(System::Shopify, secret), Ok(()));
    }

    #[test]
    fn what_is_no_secret_is_refused_and_an_unusable_previous_one_left_out() {
        for bad in ["", "  \n", "short", r#"{"secret":"a secret in a member"}"#] {
            assert_eq!(SystemKeys::parse(bad, None).map(|_| ()), Err(MalformedSecret), "{bad:?}");
            let keys = SystemKeys::parse(NEW, Some(bad)).expect("a secret");
            assert_eq!(format!("{keys:?}"), "1 secret(s)");
        }
    }

    #[test]
    fn what_cannot_be_a_signature_is_none() {
        let short = BASE64_STANDARD.encode([0; 31]);
        let long = BASE64_STANDARD.encode([0; 33]);
        for bad in ["", "x", &short, &long, &format!("{OPENSSL},{OPENSSL}")] {
            assert_eq!(Signature::parse(bad), None, "{bad}");
        }
    }
}
