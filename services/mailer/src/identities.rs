//! Whose SES identity a refusal is about: the sender's, without which no mail leaves, or a recipient's, which
//! in SES's sandbox has to be verified too.

/// The addresses without which no mail can be sent: the sender's and, for staging, the one that gets every mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnIdentities(Vec<String>);

impl OwnIdentities {
    /// Those of a sender's `mailbox`, such as `Shop <orders@shop.example>`, and the address to which every mail
    /// is redirected, if any.
    #[must_use]
    pub fn new(mailbox: &str, redirect_all_to: Option<&str>) -> Self {
        Self([Some(mailbox), redirect_all_to].into_iter().flatten().map(address).collect())
    }

    /// Whether SES's message is about one of these. Only a message that names others, and nobody else, is not:
    /// one without names, or with a list that SES cut short, may be about the sender.
    #[must_use]
    pub fn are_named_in(&self, message: &str) -> bool {
        let names = named_identities(message);
        let is_incomplete = message.ends_with("...") || message.ends_with('…');
        names.is_empty() || is_incomplete || names.iter().any(|name| self.contain(name))
    }

    /// An identity is an address, its domain, or a parent of that
    /// (<https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html>).
    fn contain(&self, identity: &str) -> bool {
        self.0.iter().any(|own| {
            let domain = own.rsplit('@').next().unwrap_or(own);
            let is_parent = domain.strip_suffix(identity).is_some_and(|sub| sub.ends_with('.'));
            own == identity || domain == identity || is_parent
        })
    }
}

/// The identities in the two messages of SES that have any, in lower case:
/// `… failed the check in region EU-WEST-1: Shop <orders@shop.example>, orders@shop.example`
/// (<https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html>) and
/// ``… on resource `arn:aws:ses:eu-west-1:111122223333:identity/shop.example'``.
fn named_identities(message: &str) -> Vec<String> {
    let listed = message.split_once(" in region ").and_then(|(_, rest)| rest.split_once(": "));
    if let Some((_region, identities)) = listed {
        // A comma of a display name leaves a piece that is no identity, which does no harm: the address
        // follows in a piece of its own.
        return identities.split(',').map(address).filter(|name| name.contains('.')).collect();
    }
    let is_end = |c: char| c.is_whitespace() || matches!(c, '\'' | '`' | '"' | ',');
    let resources = message.split(":identity/").skip(1);
    resources.map(|rest| address(rest.split(is_end).next().unwrap_or_default())).collect()
}

/// The address of a mailbox such as `Shop <orders@shop.example>`.
pub fn address_in(mailbox: &str) -> &str {
    let address = mailbox.rsplit('<').next().unwrap_or(mailbox);
    address.trim().trim_end_matches(['>', '.'])
}

/// The same, as identities are compared.
fn address(mailbox: &str) -> String {
    address_in(mailbox).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> OwnIdentities {
        OwnIdentities::new("\"Nordlicht, Inc.\" <Orders@mail.shop.example>", None)
    }

    fn unverified(identities: &str) -> String {
        format!(
            "Email address is not verified. The following identities failed the check in region \
             EU-CENTRAL-1: {identities}"
        )
    }

    #[test]
    fn the_sender_is_named_by_its_mailbox_its_address_its_domain_or_a_parent_domain() {
        for identity in [
            "\"Nordlicht, Inc.\" <orders@mail.shop.example>, orders@mail.shop.example",
            "jo@example.com, orders@mail.shop.example",
            "ORDERS@Mail.Shop.Example",
            "mail.shop.example",
            "jo@example.com, shop.example",
        ] {
            assert!(own().are_named_in(&unverified(identity)), "{identity}");
        }
    }

    #[test]
    fn a_message_that_names_only_others_is_not_about_the_sender() {
        for identity in [
            "jo@example.com",
            "jo@example.com, ada@example.org",
            "returns@mail.shop.example",
            "shop.example.org",
            "hop.example",
        ] {
            assert!(!own().are_named_in(&unverified(identity)), "{identity}");
        }
    }

    #[test]
    fn a_message_without_names_or_with_a_list_cut_short_may_be_about_the_sender() {
        for message in ["Email address is not verified.", "", &unverified("jo@example.com...")] {
            assert!(own().are_named_in(message), "{message}");
        }
    }

    #[test]
    fn a_denied_resource_is_an_identity_too() {
        let denied = |name: &str| {
            format!(
                "User `arn:aws:sts::111122223333:assumed-role/r/f' is not authorized to perform \
                 `ses:SendEmail' on resource `arn:aws:ses:eu-central-1:111122223333:identity/{name}'"
            )
        };
        assert!(own().are_named_in(&denied("shop.example")));
        assert!(!own().are_named_in(&denied("jo@example.com")));
        assert!(own().are_named_in("User is not authorized to perform ses:SendEmail"));
    }

    #[test]
    fn the_address_that_gets_every_mail_counts_as_the_sender_s() {
        let redirected = OwnIdentities::new("orders@shop.example", Some("me@staging.example"));
        assert!(redirected.are_named_in(&unverified("me@staging.example")));
    }
}
