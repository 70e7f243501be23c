//! How a shop system's API is reached: its address, and what it lets us in with.
//!
//! The credentials are a secret of their own, `STACK/SHOP/SYSTEM-api` in Secrets Manager, which no function may read; or,
//! for a first try, variables. They are never printed, and not part of any error.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use connector::System;
use shared::ShopId;
use url::Url;

use crate::aws::{Stack, is_loopback, service_error};
use crate::error::CliError;
use crate::output::note;

/// The member of the secret, and the variable, of each thing that a system's API is reached with.
type Names = [(&'static str, &'static str)];

const SHOPIFY: &Names = &[
    ("shop", "SHOPIFY_SHOP"),
    ("access_token", "SHOPIFY_ACCESS_TOKEN"),
    ("client_id", "SHOPIFY_CLIENT_ID"),
    ("client_secret", "SHOPIFY_CLIENT_SECRET"),
];

const WOOCOMMERCE: &Names = &[
    ("url", "WOOCOMMERCE_URL"),
    ("consumer_key", "WOOCOMMERCE_CONSUMER_KEY"),
    ("consumer_secret", "WOOCOMMERCE_CONSUMER_SECRET"),
];

const fn names(system: System) -> &'static Names {
    match system {
        System::Shopify => SHOPIFY,
        System::WooCommerce => WOOCOMMERCE,
    }
}

/// What people call the system.
pub const fn display_name(system: System) -> &'static str {
    match system {
        System::Shopify => "Shopify",
        System::WooCommerce => "WooCommerce",
    }
}

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// For the request that it goes with, and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Whose orders are read, and where.
#[derive(Debug, Clone)]
pub struct Place {
    pub shop: ShopId,
    pub system: System,
    /// Host, port and path of the API.
    pub api: String,
}

/// An account at a shop system's API.
#[derive(Debug, PartialEq, Eq)]
pub enum Account {
    Shopify { origin: Url, access: ShopifyAccess },
    WooCommerce { url: Url, consumer_key: Secret, consumer_secret: Secret },
}

/// What Shopify lets an app in with.
#[derive(Debug, PartialEq, Eq)]
pub enum ShopifyAccess {
    /// The access token of an app that was made in the shop's admin, which Shopify made none of since 2026.
    Token(Secret),
    /// An app of the Dev Dashboard: it asks for a token, which is good for a day.
    Client { id: Secret, secret: Secret },
}

impl Account {
    /// The account of `shop`: that of `system`, or of the only system that there are credentials of.
    ///
    /// # Errors
    /// [`CliError::Input`] when there are none, those of two systems, or invalid ones; [`CliError::Service`] when Secrets
    /// Manager does not answer.
    pub async fn find(
        stack: &Stack,
        shop: &ShopId,
        system: Option<System>,
    ) -> Result<Self, CliError> {
        let wanted = System::ALL.into_iter().filter(|known| system.is_none_or(|s| s == *known));
        let mut found = Vec::new();
        for system in wanted.clone() {
            found.extend(Fields::find(stack, shop, system).await?);
        }
        match found.as_slice() {
            [fields] => Self::parse(fields),
            [] => Err(none(stack, shop, wanted.collect())),
            _ => Err(CliError::input(format!(
                "There are credentials of Shopify and of WooCommerce for the shop {shop}. Say which to read: --system \
                 shopify or --system woocommerce."
            ))),
        }
    }

    fn parse(fields: &Fields) -> Result<Self, CliError> {
        match fields.system {
            System::Shopify => Ok(Self::Shopify {
                origin: shopify_origin(fields)?,
                access: match (fields.get("access_token"), fields.get("client_id")) {
                    (Some(token), _) => ShopifyAccess::Token(Secret::new(token)),
                    (None, Some(id)) => ShopifyAccess::Client {
                        id: Secret::new(id),
                        secret: fields.secret("client_secret")?,
                    },
                    (None, None) => return Err(fields.missing("access_token")),
                },
            }),
            System::WooCommerce => Ok(Self::WooCommerce {
                url: woocommerce_url(fields)?,
                consumer_key: fields.secret("consumer_key")?,
                consumer_secret: fields.secret("consumer_secret")?,
            }),
        }
    }

    pub const fn system(&self) -> System {
        match self {
            Self::Shopify { .. } => System::Shopify,
            Self::WooCommerce { .. } => System::WooCommerce,
        }
    }

    /// Whose account it is, and where.
    pub fn place(&self, shop: ShopId) -> Place {
        let (Self::Shopify { origin: url, .. } | Self::WooCommerce { url, .. }) = self;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let host = url.host_str().unwrap_or_default();
        let api = format!("{host}{port}{}", url.path().trim_end_matches('/'));
        Place { shop, system: self.system(), api }
    }
}

/// The credentials of one system, as they were found.
struct Fields {
    system: System,
    /// Where they were found, as the subject of a sentence.
    place: String,
    values: BTreeMap<&'static str, String>,
}

impl Fields {
    async fn find(stack: &Stack, shop: &ShopId, system: System) -> Result<Option<Self>, CliError> {
        let variables = Self::from_variables(system, |name| std::env::var(name).ok());
        if let Some(fields) = variables {
            // One left in the shell would otherwise have another shop's orders mailed in silence.
            note(&format!(
                "The credentials are of variables ({}), not of the stack.",
                names(system).iter().map(|(_, variable)| *variable).collect::<Vec<_>>().join(", ")
            ));
            return Ok(Some(fields));
        }
        let name = secret_name(stack, shop, system);
        let client = aws_sdk_secretsmanager::Client::new(&stack.config);
        let text = match client.get_secret_value().secret_id(&name).send().await {
            Ok(version) => version.secret_string.unwrap_or_default(),
            Err(error) => {
                let service = error.as_service_error();
                if service.is_some_and(GetSecretValueError::is_resource_not_found_exception) {
                    return Ok(None);
                }
                return Err(service_error(format!("read the secret {name}"))(error));
            }
        };
        Self::from_secret(system, &name, &text).map(Some)
    }

    /// `None` where no variable of the system is set; one of some other may be.
    fn from_variables(system: System, variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let value = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let values: BTreeMap<_, _> = names(system)
            .iter()
            .filter_map(|(member, name)| Some((*member, value(name)?.trim().to_owned())))
            .collect();
        let place = "The variables".to_owned();
        (!values.is_empty()).then_some(Self { system, place, values })
    }

    fn from_secret(system: System, name: &str, text: &str) -> Result<Self, CliError> {
        // The parser's own error quotes the text.
        let json: serde_json::Value = serde_json::from_str(text).map_err(|_| {
            CliError::input(format!("The secret {name} is no JSON. Expected {}.", expected(system)))
        })?;
        let value = |member: &str| Some(json.get(member)?.as_str()?.trim().to_owned());
        let values = names(system)
            .iter()
            .filter_map(|(member, _)| Some((*member, value(member)?)))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        Ok(Self { system, place: format!("The secret {name}"), values })
    }

    fn get(&self, member: &str) -> Option<&str> {
        self.values.get(member).map(String::as_str)
    }

    fn required(&self, member: &'static str) -> Result<&str, CliError> {
        self.get(member).ok_or_else(|| self.missing(member))
    }

    fn secret(&self, member: &'static str) -> Result<Secret, CliError> {
        self.required(member).map(Secret::new)
    }

    fn missing(&self, member: &'static str) -> CliError {
        let variable = names(self.system).iter().find(|(known, _)| *known == member);
        CliError::input(format!(
            "{}: {member}{} is missing. Expected {}.",
            self.place,
            variable.map(|(_, name)| format!(" ({name})")).unwrap_or_default(),
            expected(self.system)
        ))
    }
}

/// The name of the secret with the credentials.
pub fn secret_name(stack: &Stack, shop: &ShopId, system: System) -> String {
    format!("{}/{shop}/{system}-api", stack.name)
}

/// The secret's text, as it has to be.
const fn expected(system: System) -> &'static str {
    match system {
        System::Shopify => {
            r#"{"shop":"NAME.myshopify.com","client_id":"…","client_secret":"…"}, or "access_token" in place of the two"#
        }
        System::WooCommerce => {
            r#"{"url":"https://…","consumer_key":"ck_…","consumer_secret":"cs_…"}"#
        }
    }
}

fn none(stack: &Stack, shop: &ShopId, systems: Vec<System>) -> CliError {
    let secrets: Vec<String> =
        systems.iter().map(|system| secret_name(stack, shop, *system)).collect();
    let variables: Vec<&str> =
        systems.iter().flat_map(|s| names(*s)).map(|(_, variable)| *variable).collect();
    CliError::input(format!(
        "There are no credentials for the API of the shop {shop}'s system. Expected the secret {} in Secrets Manager, or \
         for a first try the variables {}.",
        secrets.join(" or "),
        variables.join(", ")
    ))
}

/// `NAME.myshopify.com`, with or without `https://`: the shop's own domain redirects, and a token must go to nobody else.
fn shopify_origin(fields: &Fields) -> Result<Url, CliError> {
    let typed = fields.required("shop")?.trim_end_matches('/');
    let with_scheme = match typed.contains("://") {
        true => typed.to_owned(),
        false => format!("https://{typed}"),
    };
    let is_shop = |url: &Url| {
        let host = url.host_str().unwrap_or_default();
        is_loopback(url.as_str())
            || url.scheme() == "https" && host.ends_with(".myshopify.com") && url.port().is_none()
    };
    let url = Url::parse(&with_scheme).ok().filter(|url| url.path() == "/" && is_shop(url));
    url.ok_or_else(|| {
        CliError::input(format!(
            "{}: the shop is none of Shopify's. Expected NAME.myshopify.com, as the admin's settings show it \
             under Domains, also where customers see another.",
            fields.place
        ))
    })
}

/// `https://…`, where WordPress is. Basic authentication shows the secret to whoever can read the request.
fn woocommerce_url(fields: &Fields) -> Result<Url, CliError> {
    let typed = fields.required("url")?;
    let url = Url::parse(typed).ok().filter(|url| url.has_host() && url.username().is_empty());
    let Some(mut url) = url else {
        return Err(CliError::input(format!(
            "{}: the url is none. Expected https:// and the shop's host, such as \
             https://shop.example, with the folder in which WordPress is.",
            fields.place
        )));
    };
    if url.scheme() != "https" && !is_loopback(url.as_str()) {
        return Err(CliError::input(format!(
            "{}: the url begins with {}://. The consumer secret goes with each request, so only https:// is used. If the \
             shop has no certificate, get it one first.",
            fields.place,
            url.scheme()
        )));
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(system: System, secret: &str) -> Result<Account, String> {
        Fields::from_secret(system, "waybill/north/api", secret)
            .and_then(|fields| Account::parse(&fields))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_shopify_account_is_a_shop_with_a_token_or_with_an_app_that_asks_for_one() {
        let origin = Url::parse("https://north.myshopify.com").unwrap();
        for shop in ["north.myshopify.com", "https://north.myshopify.com/"] {
            let secret = format!(r#"{{"shop":"{shop}","access_token":"shpat_1"}}"#);
            let access = ShopifyAccess::Token(Secret::new("shpat_1"));
            let expected = Account::Shopify { origin: origin.clone(), access };
            assert_eq!(account(System::Shopify, &secret), Ok(expected));
        }
        let secret = r#"{"shop":"north.myshopify.com","client_id":"a","client_secret":"b"}"#;
        let access = ShopifyAccess::Client { id: Secret::new("a"), secret: Secret::new("b") };
        assert_eq!(account(System::Shopify, secret), Ok(Account::Shopify { origin, access }));
    }

    #[test]
    fn a_token_goes_to_no_host_but_shopify_s_and_no_secret_over_plain_http() {
        for shop in [
            "north.example",
            "http://north.myshopify.com",
            "north.myshopify.com.example",
            "north.myshopify.com/x",
            "north.myshopify.com:8443",
            "",
        ] {
            let secret = format!(r#"{{"shop":"{shop}","access_token":"t0p"}}"#);
            let refused = account(System::Shopify, &secret).unwrap_err();
            assert!(
                refused.contains("NAME.myshopify.com") && !refused.contains("t0p"),
                "{refused}"
            );
        }
        for url in ["http://shop.example", "ftp://shop.example", "shop.example", "https://a:b@c"] {
            let secret =
                format!(r#"{{"url":"{url}","consumer_key":"t0p","consumer_secret":"t0p"}}"#);
            let refused = account(System::WooCommerce, &secret).unwrap_err();
            assert!(refused.contains("https://") && !refused.contains("t0p"), "{refused}");
        }
        for url in ["https://shop.example/blog?x", "http://127.0.0.1:8081"] {
            let secret = format!(r#"{{"url":"{url}","consumer_key":"a","consumer_secret":"b"}}"#);
            assert!(account(System::WooCommerce, &secret).is_ok(), "{url}");
        }
    }

    #[test]
    fn what_is_missing_is_named_and_nothing_of_the_secret_is_told() {
        for (system, secret, told) in [
            (System::Shopify, r#"{"shop":"a.myshopify.com"}"#, "access_token"),
            (System::Shopify, r#"{"shop":"a.myshopify.com","client_id":"t0p"}"#, "client_secret"),
            (
                System::WooCommerce,
                r#"{"url":"https://a.example","consumer_key":"t0p"}"#,
                "consumer_secret",
            ),
            (System::WooCommerce, "t0p", "is no JSON"),
        ] {
            let refused = account(system, secret).unwrap_err();
            assert!(refused.contains(told) && !refused.contains("t0p"), "{refused}");
        }
        let secret = Secret::new("t0p");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn variables_of_another_system_are_none_of_this() {
        let set = |name: &str| (name == "SHOPIFY_SHOP").then(|| " a.myshopify.com ".to_owned());
        let fields = Fields::from_variables(System::Shopify, set).expect("one is set");
        assert_eq!(fields.get("shop"), Some("a.myshopify.com"));
        assert!(Fields::from_variables(System::WooCommerce, set).is_none());
        assert!(Fields::from_variables(System::Shopify, |_| Some(" ".to_owned())).is_none());
    }
}
