//! The orders of a shop, whichever its system is.

use std::time::Duration;

use connector::System;
use serde_json::Value;

use super::account::{Account, Place, display_name};
use super::http::{ApiClient, ApiError, MAX_TRIES};
use super::{shopify, woocommerce};
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::output::format_duration;

/// A shop's orders, page by page.
#[derive(Debug)]
pub struct Orders {
    pages: Pages,
    place: Place,
}

#[derive(Debug)]
enum Pages {
    Shopify(shopify::OrderPages),
    WooCommerce(woocommerce::OrderPages),
}

impl Orders {
    /// The orders that were changed since `since`, in milliseconds since 1970. `timeout` limits each request.
    ///
    /// # Errors
    /// As [`Orders::next_page`].
    pub async fn open(
        account: Account,
        place: &Place,
        since: i64,
        timeout: Duration,
        interrupt: &Interrupt,
    ) -> Result<Self, CliError> {
        let client = ApiClient::new(timeout, interrupt);
        let pages = match account {
            Account::Shopify { origin, access } => {
                shopify::OrderPages::open(client, origin, access, since).await.map(Pages::Shopify)
            }
            Account::WooCommerce { url, consumer_key, consumer_secret } => {
                let key = woocommerce::ConsumerKey { key: &consumer_key, secret: &consumer_secret };
                let pages = woocommerce::OrderPages::open(client, &url, key, since);
                Ok(Pages::WooCommerce(pages))
            }
        };
        let pages = pages.map_err(|error| explain(error, place))?;
        Ok(Self { pages, place: place.clone() })
    }

    /// The next page, as the system writes its orders; `None` after the last. An order may come twice.
    ///
    /// # Errors
    /// [`CliError::Service`] when the system does not answer for long; [`CliError::Input`] when it refuses the credentials,
    /// or is not what the account says.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Value>>, CliError> {
        let page = match &mut self.pages {
            Pages::Shopify(pages) => pages.next_page().await,
            Pages::WooCommerce(pages) => pages.next_page().await,
        };
        page.map_err(|error| explain(error, &self.place))
    }
}

/// What went wrong with the API at `place`, and what to do.
fn explain(error: ApiError, place: &Place) -> CliError {
    let system = place.system;
    let api = format!("{} at {}", display_name(system), place.api);
    match error {
        ApiError::Interrupted => {
            CliError::Interrupted("Stopped. Nothing was published.".to_owned())
        }
        ApiError::Unavailable(how) => CliError::service(format!(
            "{api} {how}, the last of {MAX_TRIES} times. Nothing was published. Run the same command again once it \
             answers; --timeout gives each request more time."
        )),
        ApiError::Throttled(wait) => CliError::service(format!(
            "{api} asks to wait {} before the next request. Nothing was published. Run the same command again then.",
            format_duration(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
        )),
        ApiError::Refused { status, code } => CliError::input(format!(
            "{api} refuses the request ({status}{}). {}",
            code.as_deref().map(|code| format!(", {code}")).unwrap_or_default(),
            match system {
                System::Shopify => shopify::advice(status),
                System::WooCommerce => woocommerce::advice(status, code.as_deref()),
            }
        )),
        ApiError::Redirected(to) => CliError::input(format!(
            "{api} answers that it is elsewhere{}. Name that address, since the credentials are sent to no other than \
             the one that is named.",
            to.map(|to| format!(": at {to}")).unwrap_or_default()
        )),
        ApiError::UnexpectedAnswer => CliError::input(format!(
            "What answers at {} is not the API of {}: its answer is another document. Is this the shop's address, \
             and does no page stand before it (maintenance, a check for robots)?",
            place.api,
            display_name(system)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ShopId;

    fn place(system: System, api: &str) -> Place {
        Place { shop: ShopId::default(), system, api: api.to_owned() }
    }

    #[test]
    fn each_failure_of_an_api_is_a_sentence_that_says_what_to_do() {
        let refused = |status, code: Option<&str>| ApiError::Refused {
            status,
            code: code.map(str::to_owned),
        };
        let shopify = [
            ApiError::Unavailable("answered 503".to_owned()),
            ApiError::Throttled(Duration::from_secs(3600)),
            refused(401, None),
            refused(403, None),
            refused(404, None),
        ];
        let woocommerce = [
            ApiError::Redirected(Some("https://www.shop.example".to_owned())),
            ApiError::UnexpectedAnswer,
            ApiError::Interrupted,
            refused(401, Some("woocommerce_rest_cannot_view")),
            refused(401, Some("woocommerce_rest_authentication_error")),
            refused(403, None),
            refused(404, None),
            refused(404, Some("rest_no_route")),
        ];
        let shopify =
            shopify.map(|e| explain(e, &place(System::Shopify, "a.myshopify.com")).to_string());
        let woocommerce = woocommerce
            .map(|e| explain(e, &place(System::WooCommerce, "shop.example")).to_string());
        insta::assert_snapshot!([&shopify[..], &woocommerce[..]].concat().join("\n"));
    }
}
