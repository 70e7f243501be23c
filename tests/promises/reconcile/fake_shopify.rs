//! A fake of Shopify's REST Admin API, as far as orders go.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::fake_api::{FakeApi, Request, Response, lock};

pub const TOKEN: &str = "shpat_0123456789abcdef";
const CLIENT_ID: &str = "client-0123";
const CLIENT_SECRET: &str = "shpss_0123456789abcdef";

/// Pages of this size whatever `limit` asks for beyond, so that few orders make several.
const MAX_PAGE: usize = 2;

/// A shop with its orders.
pub struct FakeShopify {
    pub api: FakeApi,
    orders: Arc<Mutex<Vec<Value>>>,
}

impl FakeShopify {
    pub async fn start(orders: Vec<Value>) -> Self {
        let orders = Arc::new(Mutex::new(orders));
        let of_api = Arc::clone(&orders);
        let address = Arc::new(Mutex::new(String::new()));
        let own = Arc::clone(&address);
        let api = FakeApi::start(move |request| answer(request, &of_api, &lock(&own))).await;
        *lock(&address) = api.url();
        Self { api, orders }
    }

    /// Changes the orders, as staff and customers do meanwhile.
    pub fn change(&self, change: impl FnOnce(&mut Vec<Value>)) {
        change(&mut lock(&self.orders));
    }

    /// The credentials as a secret or as variables.
    pub fn secret(&self) -> String {
        json!({ "shop": self.api.url(), "access_token": TOKEN }).to_string()
    }

    /// Those of an app of the Dev Dashboard.
    pub fn app_secret(&self) -> String {
        json!({ "shop": self.api.url(), "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET })
            .to_string()
    }
}

fn error(status: u16, why: &str) -> Response {
    Response::json(status, &json!({ "errors": why }))
}

fn answer(request: &Request, orders: &Mutex<Vec<Value>>, url: &str) -> Response {
    if request.path == "/admin/oauth/access_token" {
        return token(request);
    }
    let token = request.headers.get("x-shopify-access-token");
    if token.is_none_or(|token| token != TOKEN) {
        return error(
            401,
            "[API] Invalid API key or access token (unrecognized login or wrong password)",
        );
    }
    if request.path != "/admin/api/2026-10/orders.json" {
        return error(404, "Not Found");
    }
    let query = |name: &str| request.query.get(name).map(String::as_str);
    let filters = ["status", "updated_at_min"];
    if query("page_info").is_some() && filters.iter().any(|name| query(name).is_some()) {
        return error(400, "status cannot be passed when page_info is present");
    }
    // The cursor keeps the filters, and the id of the last order before it.
    let (any, since, below) = match query("page_info") {
        Some(cursor) => {
            let (since, below) = cursor.split_once('~').expect("a cursor of ours");
            (true, since.to_owned(), below.parse().expect("an id"))
        }
        None => {
            let since = query("updated_at_min").unwrap_or("1970-01-01T00:00:00Z");
            (query("status") == Some("any"), since.to_owned(), u64::MAX)
        }
    };
    let limit = query("limit").map_or(50, |limit| limit.parse::<usize>().expect("a number"));
    page(&lock(orders), (any, &since, below), limit.min(MAX_PAGE), url)
}

fn page(
    orders: &[Value],
    (any, since, below): (bool, &str, u64),
    size: usize,
    url: &str,
) -> Response {
    let time = |text: &str| text.parse::<Timestamp>().expect("a time");
    let id = |order: &Value| order["id"].as_u64().expect("an id");
    let mut found: Vec<&Value> = orders
        .iter()
        .filter(|order| id(order) < below)
        .filter(|order| any || order["cancelled_at"].is_null() && order["closed_at"].is_null())
        .filter(|order| time(order["updated_at"].as_str().expect("a time")) >= time(since))
        .collect();
    found.sort_by_key(|order| std::cmp::Reverse(id(order)));
    let is_last = found.len() <= size;
    found.truncate(size);
    let response = Response::json(200, &json!({ "orders": found }))
        .with("X-Shopify-Shop-Api-Call-Limit", "1/40");
    match found.last().filter(|_| !is_last) {
        Some(last) => {
            let cursor = format!("{since}~{}", id(last));
            let next =
                format!("{url}/admin/api/2026-10/orders.json?limit={size}&page_info={cursor}");
            response.with("Link", format!("<{next}>; rel=\"next\""))
        }
        None => response,
    }
}

fn token(request: &Request) -> Response {
    let asked: Value = serde_json::from_str(&request.body).expect("JSON");
    let expected = json!({
        "grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
    });
    if asked == expected {
        let granted = json!({ "access_token": TOKEN, "scope": "read_orders", "expires_in": 86399 });
        Response::json(200, &granted)
    } else {
        Response::json(400, &json!({ "error": "application_cannot_be_found" }))
    }
}
