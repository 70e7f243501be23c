//! A Shopify shop's orders, over its REST Admin API.
//!
//! REST and not GraphQL, although Shopify calls REST legacy since October 2024: it answers with the very document that the
//! webhooks carry, so one translation serves both, and what is read here and what was delivered are the same facts. It is
//! closed to new apps of the app store, not to a shop's own. GraphQL would need a second mapping of each member, whose
//! differences would look like facts that are missing.
//!
//! Sources: <https://shopify.dev/docs/api/admin-rest/2026-10/resources/order>,
//! <https://shopify.dev/docs/api/admin-rest/usage/pagination>,
//! <https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant>.

use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::account::{Secret, ShopifyAccess};
use super::http::{ApiClient, ApiError};

/// The newest version whose documents were read for this. A version is served for at least a year, and then the oldest
/// one that is still served answers in its place; what such a one changes in an order shows in the webhooks too.
const API_VERSION: &str = "2026-10";

const MAX_PAGE: &str = "250";

/// The orders that were changed since some time, page by page, the latest made first.
///
/// A page is a cursor and not a number: an order that is changed meanwhile keeps its place, and one that is made meanwhile
/// comes before all of them, so none is left out.
#[derive(Debug)]
pub struct OrderPages {
    client: ApiClient,
    origin: Url,
    next: Option<Url>,
}

impl OrderPages {
    /// `since` in milliseconds since 1970.
    pub async fn open(
        client: ApiClient,
        origin: Url,
        access: ShopifyAccess,
        since: i64,
    ) -> Result<Self, ApiError> {
        let token = match access {
            ShopifyAccess::Token(token) => token,
            ShopifyAccess::Client { id, secret } => token(&client, &origin, &id, &secret).await?,
        };
        let since =
            Timestamp::from_millisecond(since).map_or_else(|_| String::new(), |t| t.to_string());
        let mut first = origin.clone();
        first.set_path(&format!("/admin/api/{API_VERSION}/orders.json"));
        // Without `status`, closed and cancelled orders are left out.
        let query = [("status", "any"), ("limit", MAX_PAGE), ("updated_at_min", since.as_str())];
        first.query_pairs_mut().extend_pairs(query);
        let client = client.authorized("x-shopify-access-token", token);
        Ok(Self { client, origin, next: Some(first) })
    }

    /// The next page; `None` after the last.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Value>>, ApiError> {
        let Some(url) = self.next.take() else { return Ok(None) };
        let mut answer = self.client.get(&url).await?;
        let link = answer.headers.get("link").and_then(next_link).map(str::to_owned);
        if let Some(link) = link {
            let next = Url::parse(&link).map_err(|_| ApiError::UnexpectedAnswer)?;
            // The token goes along.
            if next.origin() != self.origin.origin() {
                return Err(ApiError::UnexpectedAnswer);
            }
            self.next = Some(next);
        }
        match answer.json.get_mut("orders").map(Value::take) {
            Some(Value::Array(orders)) => Ok(Some(orders)),
            _ => Err(ApiError::UnexpectedAnswer),
        }
    }
}

/// A token for an app of the shop's own organisation.
async fn token(
    client: &ApiClient,
    origin: &Url,
    id: &Secret,
    secret: &Secret,
) -> Result<Secret, ApiError> {
    let mut url = origin.clone();
    url.set_path("/admin/oauth/access_token");
    let body = json!({
        "grant_type": "client_credentials",
        "client_id": id.expose(),
        "client_secret": secret.expose(),
    });
    let answer = client.post(&url, &Secret::new(body.to_string())).await?;
    let token = answer.json["access_token"].as_str().map(Secret::new);
    token.ok_or(ApiError::UnexpectedAnswer)
}

/// The address of the next page in a `Link` header (RFC 8288).
fn next_link(header: &str) -> Option<&str> {
    header.split(',').find_map(|link| {
        let (address, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = |parameter: &str| matches!(parameter.trim(), r#"rel="next""# | "rel=next");
        parameters.split(';').any(is_next).then_some(address)
    })
}

/// What to do about a refusal, as a sentence.
pub fn advice(status: u16) -> &'static str {
    match status {
        400 | 401 => {
            "Shopify does not know the token, or the app's id and secret: it may be another shop's, or the app was \
             uninstalled. The Dev Dashboard shows the app's credentials."
        }
        402 => "The shop is frozen: its owner has a bill to pay.",
        403 => {
            "The app may not read orders: give it the scope read_orders, and for orders older than 60 days \
             read_all_orders, and install that version."
        }
        404 => {
            "Shopify knows no shop of this name: the settings of the shop's admin show it under Domains."
        }
        423 => "The shop is locked: its owner should ask Shopify.",
        _ => "Nothing about this status is known.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_beside_the_previous_one() {
        let (previous, next) =
            ("<https://a/1?page_info=p>; rel=\"previous\"", "<https://a/2>; rel=\"next\"");
        assert_eq!(next_link(&format!("{previous}, {next}")), Some("https://a/2"));
        assert_eq!(next_link(next), Some("https://a/2"));
        assert_eq!(next_link("<https://a/2>; rel=next"), Some("https://a/2"));
        assert_eq!(next_link(previous), None);
        assert_eq!(next_link(""), None);
    }
}
