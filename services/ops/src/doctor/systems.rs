//! The webhook secrets of shops' systems, by which the connector knows them. No finding holds anything of one.

use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, SecretListEntry};
use connector::{System, SystemKeys};
use futures::future;
use kit::secrets::SecretVersions;
use shared::ShopId;

use super::finding::{Checked, Finding, Level};
use super::lambda::Functions;
use crate::aws::Stack;

/// The stages of the two versions that count
/// (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html>).
const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";

/// Checks that each system's secret can be read and is one.
pub async fn check(stack: &Stack, functions: &Functions) -> Checked {
    let prefix = functions.variable("connector", "SYSTEM_SECRET_PREFIX").unwrap_or(&stack.name);
    let named = Filter::builder().key(FilterNameStringType::Name).values(format!("{prefix}/"));
    let call = stack.secrets().list_secrets().filters(named.build()).into_paginator();
    let failed = Finding::failed_call("secrets of systems", "secretsmanager:ListSecrets", None);
    let pages = call.send().collect::<Result<Vec<_>, _>>().await.map_err(failed)?;
    let all: Vec<SecretListEntry> =
        pages.into_iter().flat_map(|page| page.secret_list).flatten().collect();
    let of_systems: Vec<&SecretListEntry> =
        all.iter().filter(|secret| is_of_system(secret, prefix)).collect();
    if of_systems.is_empty() {
        return Ok(vec![none(prefix)]);
    }
    Ok(future::join_all(of_systems.into_iter().map(|secret| check_one(stack, secret))).await)
}

/// Whether it is named `PREFIX/SHOP/SYSTEM`; another may hold the credentials of the system's API.
fn is_of_system(secret: &SecretListEntry, prefix: &str) -> bool {
    let name = secret.name().unwrap_or_default();
    let rest = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/'));
    let shop_and_system = rest.and_then(|rest| rest.split_once('/'));
    shop_and_system.is_some_and(|(shop, system)| {
        ShopId::parse(shop).is_ok() && system.parse::<System>().is_ok()
    })
}

fn none(prefix: &str) -> Finding {
    Finding::new(
        Level::Warning,
        "secrets of systems",
        "none: every webhook is answered with 401, and only Shopify's partner events arrive",
        format!(
            "aws secretsmanager create-secret --name {prefix}/SHOP/SYSTEM --secret-string file://FILE, with the secret \
             of the system's webhook alone in FILE; SYSTEM is {} or {}",
            System::Shopify,
            System::WooCommerce
        ),
    )
}

async fn check_one(stack: &Stack, secret: &SecretListEntry) -> Finding {
    let name = secret.name().unwrap_or_default();
    let subject = format!("secret {name}");
    let call = stack.secrets().get_secret_value().secret_id(name).version_stage(CURRENT).send();
    let fix = "nothing verifies this system's webhooks: restore it, or put a value into it";
    let failed = Finding::failed_call(&subject, "secretsmanager:GetSecretValue", Some(fix));
    match call.await.map_err(failed) {
        Ok(answer) => describe(subject, secret, answer.secret_string().unwrap_or_default()),
        Err(failed) => failed,
    }
}

fn describe(subject: String, secret: &SecretListEntry, value: &str) -> Finding {
    if let Err(malformed) = SystemKeys::parse(value, None) {
        let found = "its current version is no secret of a webhook";
        return Finding::new(Level::Wrong, subject, found, malformed.to_string());
    }
    let versions = secret.secret_versions_to_stages();
    let has_previous =
        versions.is_some_and(|versions| versions.values().flatten().any(|stage| stage == PREVIOUS));
    let found = match has_previous {
        true => "readable; the version before counts too",
        false => "readable; no version before",
    };
    Finding::new(Level::Ok, subject, found, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> SecretListEntry {
        SecretListEntry::builder().name(name).build()
    }

    #[test]
    fn only_secrets_by_which_webhooks_are_verified_are_looked_at() {
        for (name, expected) in [
            ("shop/north/shopify", true),
            ("shop/north/woocommerce", true),
            ("shop/north/shopify-api", false),
            ("shop/North/shopify", false),
            ("shop/shopify", false),
            ("shopping/north/shopify", false),
        ] {
            assert_eq!(is_of_system(&named(name), "shop"), expected, "{name}");
        }
    }

    #[test]
    fn a_secret_is_described_by_its_versions_and_never_quoted() {
        let secret = "a-secret-of-a-webhook-0123456789";
        let found = describe("secret s".to_owned(), &named("s"), secret);
        assert_eq!((found.level, found.found.contains("no version before")), (Level::Ok, true));
        let both = SecretListEntry::builder()
            .secret_versions_to_stages("v1", vec![PREVIOUS.to_owned()])
            .secret_versions_to_stages("v2", vec![CURRENT.to_owned()])
            .build();
        let found = describe("secret s".to_owned(), &both, secret);
        assert_eq!((found.level, found.found.contains("before counts")), (Level::Ok, true));
        let wrong = describe("secret s".to_owned(), &both, r#"{"secret":"a-secret-of-a-webhook"}"#);
        assert_eq!(wrong.level, Level::Wrong);
        assert!(!format!("{wrong:?}").contains("a-secret"), "{wrong:?}");
    }
}
