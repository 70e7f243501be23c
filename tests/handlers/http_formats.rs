//! Intake behind each of AWS's ways to hand an HTTP request to a function. `requests/` has one of each as AWS passes it
//! on, but for names and numbers; `body` is filled in here.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::events::confirmed;
use crate::publishing::{FORGED, SECRET, SECRET_ARN, Setting, intake, signature_headers};
use crate::support::TestStack;

const FUNCTION_URL: &str = include_str!("requests/function-url.json");
const HTTP_API: &str = include_str!("requests/http-api.json");
const HTTP_API_PAYLOAD_1: &str = include_str!("requests/http-api-payload-1.json");
const REST_API: &str = include_str!("requests/rest-api.json");
const LOAD_BALANCER: &str = include_str!("requests/load-balancer.json");
const LOAD_BALANCER_MULTI_VALUE: &str = include_str!("requests/load-balancer-multi-value.json");
const HEALTH_CHECK: &str = include_str!("requests/load-balancer-health-check.json");

const ALL: [&str; 6] = [
    FUNCTION_URL,
    HTTP_API,
    HTTP_API_PAYLOAD_1,
    REST_API,
    LOAD_BALANCER,
    LOAD_BALANCER_MULTI_VALUE,
];

/// A request of one of these formats.
struct Request(Value);

impl Request {
    fn new(recorded: &str) -> Self {
        Self(serde_json::from_str(recorded).expect("JSON"))
    }

    /// The body as text or in base64, as the API's settings or the content type have it.
    fn with_body(mut self, body: &str, is_base64: bool) -> Self {
        let text = if is_base64 { BASE64_STANDARD.encode(body) } else { body.to_owned() };
        self.0["body"] = json!(text);
        self.0["isBase64Encoded"] = json!(is_base64);
        self
    }

    fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Some(headers) = self.0.get_mut("headers") {
            headers[name] = json!(value);
        }
        if let Some(headers) = self.0.get_mut("multiValueHeaders") {
            headers[name] = json!([value]);
        }
        self
    }

    fn signed_with(self, secret: &str, body: &str) -> Self {
        let signature = signature_headers(secret, body);
        signature.iter().fold(self, |request, (name, value)| request.with_header(name, value))
    }

    fn has_multi_value_headers_alone(&self) -> bool {
        self.0.get("headers").is_none()
    }

    fn is_of_load_balancer(&self) -> bool {
        self.0.pointer("/requestContext/elb").is_some()
    }
}

/// What became of a request.
struct Answer {
    payload: Value,
    status: u64,
    body: Value,
}

async fn send(services: &TestStack, setting: Setting, request: &Request) -> Answer {
    let intake = intake(services, setting).await;
    let deadline = SystemTime::now() + Duration::from_secs(10);
    let payload = intake::handle(&intake, &request.0.to_string(), deadline).await;
    let payload = payload.expect("over HTTP every failure is an answer");
    check_form(request, &payload);
    let body = payload["body"].as_str().expect("a body");
    let body = serde_json::from_str(body).expect("JSON");
    Answer { status: payload["statusCode"].as_u64().expect("a status"), payload, body }
}

/// Checks that the answer has the members that the format knows and no other: a REST API answers 502 to those.
fn check_form(request: &Request, payload: &Value) {
    let members: Vec<&str> =
        payload.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected: &[&str] =
        match (request.is_of_load_balancer(), request.has_multi_value_headers_alone()) {
            (false, _) => &["body", "headers", "statusCode"],
            (true, false) => {
                &["body", "headers", "isBase64Encoded", "statusCode", "statusDescription"]
            }
            (true, true) => {
                &["body", "isBase64Encoded", "multiValueHeaders", "statusCode", "statusDescription"]
            }
        };
    assert_eq!(members, expected, "{payload}");
}

impl Answer {
    /// The value of a header, in whichever form the answer has it.
    fn header(&self, name: &str) -> &str {
        let value = self.payload.pointer(&format!("/headers/{name}"));
        let value = value.or_else(|| self.payload.pointer(&format!("/multiValueHeaders/{name}/0")));
        value.and_then(Value::as_str).unwrap_or_else(|| panic!("{name}: {}", self.payload))
    }
}

#[tokio::test]
async fn an_event_is_stored_once_whichever_way_it_comes_and_comes_again() {
    let services = TestStack::start().await;
    let event = confirmed("F1").replace("Stoneware", "Stöneware 茶");
    let mut expected = "accepted";
    for recorded in ALL {
        for is_base64 in [false, true] {
            let request = Request::new(recorded).with_body(&event, is_base64);
            let answer = send(&services, Setting::Anyone, &request).await;
            assert_eq!(answer.status, 202, "{recorded}: {}", answer.payload);
            assert_eq!(answer.header("content-type"), "application/json");
            assert_eq!(answer.body["results"][0]["result"], expected, "{recorded}");
            expected = "duplicate";
        }
    }
    services.stop().await;
}

#[tokio::test]
async fn a_signature_counts_over_the_bytes_that_the_shop_sent_in_each_format() {
    let services = TestStack::start().await;
    services.stack.put_secret(SECRET_ARN, SECRET);
    let event = confirmed("F2").replace("Stoneware", "Stöneware 茶");
    for recorded in ALL {
        for is_base64 in [false, true] {
            let request = || Request::new(recorded).with_body(&event, is_base64);
            for (secret, status) in [(SECRET, 202), (FORGED, 401)] {
                let signed = request().signed_with(secret, &event);
                let answer = send(&services, Setting::Webhook, &signed).await;
                assert_eq!(answer.status, status, "{recorded}: {}", answer.payload);
            }
            let unsigned = send(&services, Setting::Webhook, &request()).await;
            assert_eq!(unsigned.status, 401, "{recorded}: {}", unsigned.payload);
        }
    }
    services.stop().await;
}

#[tokio::test]
async fn a_second_signature_beside_a_good_one_is_refused_in_each_format() {
    let services = TestStack::start().await;
    services.stack.put_secret(SECRET_ARN, SECRET);
    let event = confirmed("F3");
    for recorded in [REST_API, LOAD_BALANCER_MULTI_VALUE] {
        let mut request =
            Request::new(recorded).with_body(&event, true).signed_with(SECRET, &event);
        let timestamps = &mut request.0["multiValueHeaders"]["webhook-timestamp"];
        timestamps.as_array_mut().expect("values").insert(0, json!("1"));
        let answer = send(&services, Setting::Webhook, &request).await;
        assert_eq!(answer.status, 401, "{recorded}: {}", answer.payload);
    }
    services.stop().await;
}

#[tokio::test]
async fn iam_is_asked_of_the_one_who_authenticated_the_caller_and_a_load_balancer_does_not() {
    let services = TestStack::start().await;
    for (recorded, status) in [
        (FUNCTION_URL, 202),
        (HTTP_API, 202),
        (HTTP_API_PAYLOAD_1, 202),
        (REST_API, 202),
        (LOAD_BALANCER, 403),
        (LOAD_BALANCER_MULTI_VALUE, 403),
    ] {
        let request = Request::new(recorded).with_body(&confirmed("F4"), true);
        let answer = send(&services, Setting::Iam, &request).await;
        assert_eq!(answer.status, status, "{recorded}: {}", answer.payload);
    }
    let load_balancer = Request::new(LOAD_BALANCER).with_body(&confirmed("F4"), true);
    let refused = send(&services, Setting::Iam, &load_balancer).await;
    let detail = refused.body["detail"].as_str().expect("a sentence");
    assert!(detail.contains("load balancer passes no IAM credentials"), "{detail}");
    for (recorded, caller) in [
        (FUNCTION_URL, "/requestContext/authorizer"),
        (HTTP_API, "/requestContext/authorizer/iam"),
        (HTTP_API_PAYLOAD_1, "/requestContext/identity/userArn"),
        (REST_API, "/requestContext/identity/userArn"),
    ] {
        let mut request = Request::new(recorded).with_body(&confirmed("F4"), false);
        *request.0.pointer_mut(caller).expect("a caller") = Value::Null;
        let answer = send(&services, Setting::Iam, &request).await;
        assert_eq!(answer.status, 403, "{recorded}: {}", answer.payload);
    }
    services.stop().await;
}

#[tokio::test]
async fn a_refusal_is_problem_json_with_its_headers_in_each_format() {
    let services = TestStack::start().await;
    for recorded in ALL {
        let invalid = Request::new(recorded).with_body("{}", true);
        let answer = send(&services, Setting::Anyone, &invalid).await;
        assert_eq!(answer.status, 400, "{recorded}: {}", answer.payload);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.body["title"], "The event is not valid");

        let mut other_method = Request::new(recorded);
        for method in ["/httpMethod", "/requestContext/http/method"] {
            if let Some(method) = other_method.0.pointer_mut(method) {
                *method = json!("PUT");
            }
        }
        let answer = send(&services, Setting::Anyone, &other_method).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{recorded}");

        let mut malformed = Request::new(recorded);
        malformed.0["isBase64Encoded"] = json!("maybe");
        let answer = send(&services, Setting::Anyone, &malformed).await;
        assert_eq!(answer.status, 400, "{recorded}: {}", answer.payload);
    }
    services.stop().await;
}

#[tokio::test]
async fn a_flood_of_large_bodies_is_refused_by_the_payloads_length_in_each_format() {
    let services = TestStack::start().await;
    for recorded in ALL {
        let body = format!("\"body\":\"{}\"", "x".repeat(5_000_000));
        let flood = without_spaces(recorded).replace("\"body\":\"\"", &body);
        let intake = intake(&services, Setting::Webhook).await;
        let deadline = SystemTime::now() + Duration::from_secs(10);
        let payload = intake::handle(&intake, &flood, deadline).await.expect("an answer");
        assert_eq!(payload["statusCode"], 413, "before the signature is looked for: {payload}");
        check_form(&Request::new(recorded), &payload);
    }
    services.stop().await;
}

/// JSON as AWS writes it: its members in their order, without spaces between them.
fn without_spaces(json: &str) -> String {
    let mut is_in_string = false;
    let is_kept = |c: &char| {
        // No string of these requests holds a quote.
        is_in_string ^= *c == '"';
        is_in_string || !c.is_whitespace()
    };
    json.chars().filter(is_kept).collect()
}

#[tokio::test]
async fn a_load_balancers_health_check_is_answered() {
    let services = TestStack::start().await;
    let answer = send(&services, Setting::Webhook, &Request::new(HEALTH_CHECK)).await;
    assert_eq!(answer.status, 200, "{}", answer.payload);
    assert_eq!(answer.payload["statusDescription"], "200 OK");
    services.stop().await;
}
