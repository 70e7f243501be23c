//! Who a notification is for: a role, and never an address in clear.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::contract::email::EmailAddress;
use crate::contract::error::InvalidValue;
use crate::contract::event::Event;
use crate::contract::shop_id::ShopId;
use crate::lookup::comparable_address;

/// Bytes of an [`AddressHash`]; a multiple of three wastes no character of base64.
///
/// Two addresses of one notification with the same hash would be one recipient, and the second would get nothing. With
/// 48 bits that happens to one pair in 2^48. 30 recipients are 435 pairs: that among a billion notifications of 30
/// recipients each a single copy is lost has a probability of 1 in 650.
const HASH_LEN: usize = 6;

/// Who a notification is for. The customer is a role: the same mail to the customer's new address is still the same
/// notification. All others are told apart by their address.
///
/// As text, which is the last part of a ledger key: `customer`, `copy-HASH`, `corrected-HASH`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub enum Recipient {
    /// The customer who placed the order.
    Customer,
    /// Who gets a copy: the order's `copies` or the shop's settings name the address, or an operator does.
    Copy(AddressHash),
    /// The customer again, at an address that was corrected after the first did not reach them.
    Corrected(AddressHash),
}

/// What tells one address of a shop from another in keys, logs and output: 8 characters of base64url that show nothing
/// of the address.
///
/// The same for an address however its case is written, and whether its domain is in Unicode or in punycode. Of two
/// shops it differs, so that nothing shows that they write to the same address. The hash has no secret: see
/// [`crate::lookup`] why none is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressHash([u8; HASH_LEN]);

/// What the text of a copy's recipient begins with.
pub(super) const COPY: &str = "copy-";
const CORRECTED: &str = "corrected-";

impl Recipient {
    /// Who gets a copy at this address of mails of the shop.
    #[must_use]
    pub fn copy_to(shop: &ShopId, address: &EmailAddress) -> Self {
        Self::Copy(AddressHash::new(shop, address))
    }

    /// The customer of the shop at this corrected address.
    #[must_use]
    pub fn corrected_to(shop: &ShopId, address: &EmailAddress) -> Self {
        Self::Corrected(AddressHash::new(shop, address))
    }

    /// Who is told: at a corrected address, the customer.
    #[must_use]
    pub const fn reader(self) -> Self {
        match self {
            Self::Corrected(_) => Self::Customer,
            other => other,
        }
    }

    /// The hash of the address that it is for; `None` for the customer, who is at the address that the event names.
    #[must_use]
    pub const fn address_hash(&self) -> Option<AddressHash> {
        match self {
            Self::Customer => None,
            Self::Copy(hash) | Self::Corrected(hash) => Some(*hash),
        }
    }

    /// Parses what its `Display` wrote.
    ///
    /// # Errors
    /// [`InvalidValue`] for every other text.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        if text == "customer" {
            return Ok(Self::Customer);
        }
        let (role, hash): (fn(AddressHash) -> Self, _) = if let Some(hash) = text.strip_prefix(COPY)
        {
            (Self::Copy, hash)
        } else if let Some(hash) = text.strip_prefix(CORRECTED) {
            (Self::Corrected, hash)
        } else {
            return Err(InvalidValue::expected("customer, copy-HASH or corrected-HASH"));
        };
        AddressHash::parse(hash).map(role)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer => f.write_str("customer"),
            Self::Copy(hash) => write!(f, "{COPY}{hash}"),
            Self::Corrected(hash) => write!(f, "{CORRECTED}{hash}"),
        }
    }
}

impl From<Recipient> for String {
    fn from(recipient: Recipient) -> Self {
        recipient.to_string()
    }
}

impl TryFrom<String> for Recipient {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        Self::parse(&text)
    }
}

impl AddressHash {
    /// The hash of an address of a shop.
    #[must_use]
    pub fn new(shop: &ShopId, address: &EmailAddress) -> Self {
        let address = comparable_address(address.expose());
        let digest = Sha256::digest(format!("waybill recipient\0{shop}\0{address}"));
        let mut hash = [0; HASH_LEN];
        hash.copy_from_slice(&digest[..HASH_LEN]);
        Self(hash)
    }

    /// The hash of the customer's address, as the event has it.
    #[must_use]
    pub fn of_customer(event: &Event) -> Self {
        Self::new(&event.shop, &event.order.customer.email)
    }

    /// Parses what its `Display` wrote.
    ///
    /// # Errors
    /// [`InvalidValue`] for every other text.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let hash = bytes.and_then(|bytes| bytes.try_into().ok()).map(Self);
        hash.ok_or_else(|| InvalidValue::expected("an address hash: 8 characters of base64url"))
    }
}

impl fmt::Display for AddressHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// Every recipient there can be.
#[cfg(test)]
pub(crate) fn any_recipient() -> impl proptest::strategy::Strategy<Value = Recipient> {
    use proptest::prelude::*;
    let hash = any::<[u8; HASH_LEN]>().prop_map(AddressHash);
    prop_oneof![
        Just(Recipient::Customer),
        hash.clone().prop_map(Recipient::Copy),
        hash.prop_map(Recipient::Corrected),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).expect("an address")
    }

    proptest! {
        #[test]
        fn every_recipient_is_read_back_as_text_and_as_json(recipient in any_recipient()) {
            let text = recipient.to_string();
            prop_assert_eq!(Recipient::parse(&text), Ok(recipient));
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
            let json = serde_json::to_value(recipient).expect("JSON");
            prop_assert_eq!(&json, &serde_json::json!(text));
            prop_assert_eq!(serde_json::from_value::<Recipient>(json).expect("its own"), recipient);
        }
    }

    #[test]
    fn what_no_recipient_is_written_as_is_refused() {
        for bad in
            ["", "Customer", "copy", "copy-", "copy-AAAAAAA", "copy-AAAAAAAAA", "cc-AAAAAAAA"]
        {
            assert!(Recipient::parse(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn an_address_has_one_hash_in_a_shop_however_it_is_written_and_it_shows_nothing_of_it() {
        let (north, south) = (ShopId::parse("north"), ShopId::parse("south"));
        let (north, south) = (north.expect("a shop"), south.expect("a shop"));
        let hash = AddressHash::new(&north, &address("zoe@müller.example"));
        for same in ["Zoe@MÜLLER.example", "ZOE@xn--mller-kva.EXAMPLE"] {
            assert_eq!(AddressHash::new(&north, &address(same)), hash, "{same}");
        }
        assert_ne!(AddressHash::new(&south, &address("zoe@müller.example")), hash);
        assert_ne!(AddressHash::new(&north, &address("zoe@muller.example")), hash);
        assert_eq!(hash.to_string().len(), 8);
    }

    // A stored key is found only by versions that compute the same.
    #[test]
    fn hashes_stay_the_same_between_versions() {
        let copy = Recipient::copy_to(&ShopId::default(), &address("jo@example.com"));
        assert_eq!(copy.to_string(), "copy-IsKbxIjX");
    }
}
