//! The operations of the SES v2 API by method and path.

use http::Method;
use percent_encoding::percent_decode_str;

/// An operation, with the name in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// `POST /v2/email/outbound-emails`
    SendEmail,
    /// `GET /v2/email/account`
    GetAccount,
    /// `PUT /v2/email/account/sending`
    PutAccountSendingAttributes,
    /// `GET /v2/email/suppression/addresses`
    ListSuppressedDestinations,
    /// `PUT /v2/email/suppression/addresses`
    PutSuppressedDestination,
    /// `GET /v2/email/suppression/addresses/ADDRESS`
    GetSuppressedDestination(String),
    /// `DELETE /v2/email/suppression/addresses/ADDRESS`
    DeleteSuppressedDestination(String),
    /// `GET /v2/email/identities`
    ListEmailIdentities,
    /// `GET /v2/email/identities/NAME`
    GetEmailIdentity(String),
    /// `GET /v2/email/configuration-sets`
    ListConfigurationSets,
    /// `GET /v2/email/configuration-sets/NAME`
    GetConfigurationSet(String),
}

/// What the paths of the API begin with.
pub const PREFIX: &str = "/v2/email/";

impl Operation {
    /// The operation of this method and path; `None` if it is not implemented.
    #[must_use]
    pub fn of(method: &Method, path: &str) -> Option<Self> {
        let path = path.strip_prefix(PREFIX)?.trim_end_matches('/');
        let words: Vec<&str> = path.split('/').collect();
        let name = |word: &str| percent_decode_str(word).decode_utf8_lossy().into_owned();
        Some(match (method.as_str(), words.as_slice()) {
            ("POST", ["outbound-emails"]) => Self::SendEmail,
            ("GET", ["account"]) => Self::GetAccount,
            ("PUT", ["account", "sending"]) => Self::PutAccountSendingAttributes,
            ("GET", ["suppression", "addresses"]) => Self::ListSuppressedDestinations,
            ("PUT", ["suppression", "addresses"]) => Self::PutSuppressedDestination,
            ("GET", ["suppression", "addresses", a]) => Self::GetSuppressedDestination(name(a)),
            ("DELETE", ["suppression", "addresses", a]) => {
                Self::DeleteSuppressedDestination(name(a))
            }
            ("GET", ["identities"]) => Self::ListEmailIdentities,
            ("GET", ["identities", n]) => Self::GetEmailIdentity(name(n)),
            ("GET", ["configuration-sets"]) => Self::ListConfigurationSets,
            ("GET", ["configuration-sets", n]) => Self::GetConfigurationSet(name(n)),
            _ => return None,
        })
    }

    /// Its name in AWS's documentation.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::SendEmail => "SendEmail",
            Self::GetAccount => "GetAccount",
            Self::PutAccountSendingAttributes => "PutAccountSendingAttributes",
            Self::ListSuppressedDestinations => "ListSuppressedDestinations",
            Self::PutSuppressedDestination => "PutSuppressedDestination",
            Self::GetSuppressedDestination(_) => "GetSuppressedDestination",
            Self::DeleteSuppressedDestination(_) => "DeleteSuppressedDestination",
            Self::ListEmailIdentities => "ListEmailIdentities",
            Self::GetEmailIdentity(_) => "GetEmailIdentity",
            Self::ListConfigurationSets => "ListConfigurationSets",
            Self::GetConfigurationSet(_) => "GetConfigurationSet",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_a_path_is_decoded() {
        let path = "/v2/email/suppression/addresses/jo%2Bshop%40example.com";
        assert_eq!(
            Operation::of(&Method::GET, path),
            Some(Operation::GetSuppressedDestination("jo+shop@example.com".into()))
        );
        assert_eq!(Operation::of(&Method::POST, "/v2/email/account"), None);
    }
}
