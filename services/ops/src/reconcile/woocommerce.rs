//! A WooCommerce shop's orders, over its REST API.
//!
//! An order's own document lacks what its webhook lacks too: the day of a refund, and the parcels of WooCommerce's own
//! fulfilments (10.1 and later, where the shop has switched them on). Both are read for the orders that may have any.
//!
//! Sources: <https://developer.woocommerce.com/docs/apis/rest-api/v3/orders/>,
//! <https://developer.woocommerce.com/docs/apis/rest-api/v3/order-refunds/>,
//! <https://developer.woocommerce.com/docs/apis/rest-api/v3/order-fulfillments/>.

use std::cell::Cell;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use url::Url;

use super::account::Secret;
use super::http::{Answer, ApiClient, ApiError};

/// The most orders that a page may have.
const PAGE_SIZE: u64 = 100;

/// How many requests for parts of orders are made at the same time: a shared host should notice nothing of it.
const MAX_CONCURRENCY: usize = 4;

/// What is no order yet, or none any more, has no parcels.
const WITHOUT_PARCELS: [&str; 4] = ["checkout-draft", "pending", "failed", "trash"];

/// The orders that were changed since some time, page by page, by their ids.
///
/// An order that is changed meanwhile enters the list, at the place of its id, and moves those after it to later places: some
/// come twice, which is harmless. One that is deleted moves them to earlier places, where some would be left out; then the
/// list is shorter than before, and as many pages are read again.
#[derive(Debug)]
pub struct OrderPages {
    client: ApiClient,
    /// The list, without a page.
    list: Url,
    /// The next page, from 1; `None` after the last.
    page: Option<u64>,
    /// How many orders the list had when the last page was read.
    total: Option<u64>,
    /// Whether this WooCommerce has fulfilments; so as long as it has not said otherwise.
    has_fulfillments: Cell<bool>,
}

/// A key of WooCommerce's API, both parts of it.
pub struct ConsumerKey<'a> {
    pub key: &'a Secret,
    pub secret: &'a Secret,
}

impl OrderPages {
    /// `since` in milliseconds since 1970.
    pub fn open(client: ApiClient, url: &Url, key: ConsumerKey<'_>, since: i64) -> Self {
        let credentials = format!("{}:{}", key.key.expose(), key.secret.expose());
        let authorization = format!("Basic {}", BASE64_STANDARD.encode(credentials));
        let client = client.authorized("authorization", Secret::new(authorization));
        let mut list = url.clone();
        list.set_path(&format!("{}/wp-json/wc/v3/orders", url.path().trim_end_matches('/')));
        list.query_pairs_mut().extend_pairs([
            ("modified_after", modified_after(since).as_str()),
            ("dates_are_gmt", "true"),
            ("orderby", "id"),
            ("order", "asc"),
            ("per_page", &PAGE_SIZE.to_string()),
        ]);
        Self { client, list, page: Some(1), total: None, has_fulfillments: Cell::new(true) }
    }

    /// The next page; `None` after the last.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Value>>, ApiError> {
        while let Some(page) = self.page {
            let mut url = self.list.clone();
            url.query_pairs_mut().append_pair("page", &page.to_string());
            let answer = self.client.get(&url).await?;
            let back = self.pages_back(&answer);
            if back > 0 && page > 1 {
                self.page = Some(page.saturating_sub(back).max(1));
                continue;
            }
            let pages = answer.number("x-wp-totalpages");
            let Value::Array(orders) = answer.json else { return Err(ApiError::UnexpectedAnswer) };
            // Some caches drop the header; then a page that is not full is the last.
            let is_last = match pages {
                Some(pages) => page >= pages,
                None => (orders.len() as u64) < PAGE_SIZE,
            };
            self.page = (!is_last).then_some(page + 1);
            return self.with_parts(orders).await.map(Some);
        }
        Ok(None)
    }

    /// By how many pages the orders that are yet to come may have moved to earlier places since the last page.
    fn pages_back(&mut self, answer: &Answer) -> u64 {
        let total = answer.number("x-wp-total");
        let before = std::mem::replace(&mut self.total, total);
        let gone = before.zip(total).map_or(0, |(before, now)| before.saturating_sub(now));
        gone.div_ceil(PAGE_SIZE)
    }

    async fn with_parts(&self, orders: Vec<Value>) -> Result<Vec<Value>, ApiError> {
        stream::iter(orders)
            .map(|order| self.with_parts_of_one(order))
            .buffered(MAX_CONCURRENCY)
            .try_collect()
            .await
    }

    async fn with_parts_of_one(&self, mut order: Value) -> Result<Value, ApiError> {
        let Some(id) = order["id"].as_u64() else { return Ok(order) };
        if order["refunds"].as_array().is_some_and(|refunds| !refunds.is_empty()) {
            let refunds = self.part(id, "refunds").await?;
            complete_refunds(&mut order, refunds);
        }
        let status = order["status"].as_str().unwrap_or_default();
        // A filter of the shop's own may have added them.
        let has_them = order.get("fulfillments").is_some();
        if !has_them && self.has_fulfillments.get() && !WITHOUT_PARCELS.contains(&status) {
            match self.part(id, "fulfillments").await {
                Ok(Some(fulfillments)) => order["fulfillments"] = fulfillments,
                Ok(None) => {}
                Err(error) if has_no_fulfillments(&error) => self.has_fulfillments.set(false),
                Err(error) => return Err(error),
            }
        }
        Ok(order)
    }

    /// A list that belongs to an order; `None` where the order is gone.
    async fn part(&self, order: u64, name: &str) -> Result<Option<Value>, ApiError> {
        let mut url = self.list.clone();
        url.set_path(&format!("{}/{order}/{name}", self.list.path()));
        url.set_query(Some("per_page=100"));
        match self.client.get(&url).await {
            Ok(answer) => {
                let list = match answer.json {
                    Value::Object(mut named) => named.remove(name),
                    list => Some(list),
                };
                list.filter(Value::is_array).map(Some).ok_or(ApiError::UnexpectedAnswer)
            }
            Err(ApiError::Refused { status: 404, code }) if code.as_deref() != Some(NO_ROUTE) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// WordPress's code for an address that it does not have.
const NO_ROUTE: &str = "rest_no_route";

/// An older WooCommerce, the feature switched off, or a key that may not see it.
fn has_no_fulfillments(error: &ApiError) -> bool {
    matches!(error, ApiError::Refused { status: 401 | 403 | 404, .. })
}

/// Adds to each refund of the order what its own document says, such as its date. What the order says itself stays.
fn complete_refunds(order: &mut Value, refunds: Option<Value>) {
    let Some(Value::Array(documents)) = refunds else { return };
    let Some(known) = order["refunds"].as_array_mut() else { return };
    for refund in known {
        let own = documents.iter().find(|document| document["id"] == refund["id"]);
        let (Some(own), Some(refund)) = (own.and_then(Value::as_object), refund.as_object_mut())
        else {
            continue;
        };
        for (member, value) in own {
            refund.entry(member).or_insert_with(|| value.clone());
        }
    }
}

/// A second earlier, since the limit itself is left out, and without an offset, which `dates_are_gmt` says.
fn modified_after(since: i64) -> String {
    let since = Timestamp::from_millisecond(since).unwrap_or(Timestamp::UNIX_EPOCH);
    let before = since.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(since);
    before.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// What to do about a refusal, as a sentence.
pub fn advice(status: u16, code: Option<&str>) -> &'static str {
    match (status, code) {
        (404, Some(NO_ROUTE)) => {
            "WordPress is there, WooCommerce's API is not: is WooCommerce active, and is the url where this shop's \
             WordPress is?"
        }
        (404, _) => {
            "There is no WordPress API at this address. Name the folder in which WordPress is, if it is in one, and \
             choose any permalinks but Plain (Settings, Permalinks)."
        }
        (401, Some("woocommerce_rest_cannot_view")) => {
            "No user was recognised, or the key's user may not see orders. Where key and secret are right (WooCommerce, \
             Settings, Advanced, REST API), the web server drops the Authorization header: it has to pass it on to PHP."
        }
        (401 | 403, Some(_)) => {
            "WooCommerce does not accept the consumer key and secret: they may be another shop's, or were revoked. A key \
             with the right to read is enough (WooCommerce, Settings, Advanced, REST API)."
        }
        (401 | 403, None) => {
            "Something before WooCommerce refuses: a password on the site, a firewall or a security plugin. It has to let \
             /wp-json/wc/v3/ through."
        }
        _ => "Nothing about this status is known.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_limit_is_a_second_earlier_and_in_gmt_without_saying_so() {
        assert_eq!(modified_after(1_763_900_000_000), "2025-11-23T12:13:19");
    }

    #[test]
    fn a_refund_gets_its_date_and_keeps_what_the_order_says() {
        let mut order = json!({ "refunds": [
            { "id": 7, "reason": "staff", "total": "-5.00" }, { "id": 8, "total": "-1.00" },
        ] });
        let documents = json!([{ "id": 7, "amount": "5.00", "total": "x", "date_created_gmt": "2026-11-20T10:00:00" }]);
        complete_refunds(&mut order, Some(documents));
        let first = json!({
            "id": 7, "reason": "staff", "total": "-5.00", "amount": "5.00",
            "date_created_gmt": "2026-11-20T10:00:00",
        });
        assert_eq!(order["refunds"], json!([first, { "id": 8, "total": "-1.00" }]));
    }
}
