//! A fake of WooCommerce's REST API, as far as orders, their refunds and fulfilments go.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::fake_api::{FakeApi, Request, Response, lock};

pub const KEY: &str = "ck_0123456789abcdef";
pub const SECRET: &str = "cs_0123456789abcdef";

/// The folder in which this WordPress is.
const FOLDER: &str = "/blog";

/// What a shop holds.
#[derive(Default)]
pub struct Shop {
    pub orders: BTreeMap<u64, Value>,
    /// The documents of an order's refunds.
    pub refunds: BTreeMap<u64, Value>,
    /// The documents of an order's fulfilments; `None` where the feature is off.
    pub fulfillments: Option<BTreeMap<u64, Value>>,
    /// What happens to the shop once a page of orders was read, one after each.
    pub after_pages: Vec<fn(&mut Shop)>,
    /// Whether a cache drops the headers with the totals.
    pub drops_totals: bool,
}

pub struct FakeWooCommerce {
    pub api: FakeApi,
    shop: Arc<Mutex<Shop>>,
}

impl FakeWooCommerce {
    pub async fn start(shop: Shop) -> Self {
        let shop = Arc::new(Mutex::new(shop));
        let of_api = Arc::clone(&shop);
        let api = FakeApi::start(move |request| answer(request, &mut lock(&of_api))).await;
        Self { api, shop }
    }

    pub fn change(&self, change: impl FnOnce(&mut Shop)) {
        change(&mut lock(&self.shop));
    }

    pub fn url(&self) -> String {
        format!("{}{FOLDER}", self.api.url())
    }

    /// The credentials as a secret.
    pub fn secret(&self) -> String {
        json!({ "url": self.url(), "consumer_key": KEY, "consumer_secret": SECRET }).to_string()
    }
}

fn error(status: u16, code: &str) -> Response {
    let message = "Sorry, you cannot list resources.";
    Response::json(
        status,
        &json!({ "code": code, "message": message, "data": { "status": status } }),
    )
}

fn answer(request: &Request, shop: &mut Shop) -> Response {
    let Some(route) = request.path.strip_prefix(&format!("{FOLDER}/wp-json/wc/v3/")) else {
        // Another page of the site, for people.
        return Response::html(404);
    };
    let expected = format!("Basic {}", BASE64_STANDARD.encode(format!("{KEY}:{SECRET}")));
    if request.headers.get("authorization") != Some(&expected) {
        return error(401, "woocommerce_rest_cannot_view");
    }
    let parts: Vec<&str> = route.split('/').collect();
    match parts.as_slice() {
        ["orders"] => list(request, shop),
        ["orders", id, "refunds"] => {
            let refunds = shop.refunds.get(&id.parse().expect("an id"));
            Response::json(200, refunds.unwrap_or(&json!([])))
        }
        ["orders", id, "fulfillments"] => match &shop.fulfillments {
            Some(all) => {
                let own = all.get(&id.parse().expect("an id")).cloned().unwrap_or(json!([]));
                Response::json(200, &own)
            }
            None => error(404, "rest_no_route"),
        },
        _ => error(404, "rest_no_route"),
    }
}

/// A page by its number, of the orders as they are now: what was changed meanwhile moves the others.
fn list(request: &Request, shop: &mut Shop) -> Response {
    let query = |name: &str| request.query.get(name).map(String::as_str);
    let number = |name: &str, default: usize| {
        query(name).map_or(default, |text| text.parse::<usize>().expect("a number"))
    };
    assert_eq!((query("orderby"), query("order")), (Some("id"), Some("asc")));
    assert_eq!(query("dates_are_gmt"), Some("true"), "or the limit is in the shop's time");
    let after = query("modified_after").expect("a time");
    let (page, size) = (number("page", 1), number("per_page", 10).min(100));
    // Times of one form compare as their texts do, and the limit itself is left out.
    let modified =
        |order: &&Value| order["date_modified_gmt"].as_str().is_some_and(|at| at > after);
    let found: Vec<Value> = shop.orders.values().filter(modified).cloned().collect();
    let (total, pages) = (found.len(), found.len().div_ceil(size));
    let shown: Vec<Value> = found.into_iter().skip((page - 1) * size).take(size).collect();
    if !shop.after_pages.is_empty() {
        shop.after_pages.remove(0)(shop);
    }
    let response = Response::json(200, &json!(shown));
    if shop.drops_totals {
        return response;
    }
    response.with("X-WP-Total", total).with("X-WP-TotalPages", pages)
}
