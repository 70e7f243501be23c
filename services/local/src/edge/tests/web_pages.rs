//! What web pages can make a browser send, over real sockets: every kind of request that the edge takes.

use std::sync::Arc;

use http::request::Builder;
use serde_json::{Value, json};

use super::test_edge::{FakeFunction, Setup, TestEdge, answered, lambdas_with};

/// Of the form that DynamoDB wants; nobody checks it.
const SIGNATURE: &str = "AWS4-HMAC-SHA256 \
    Credential=local/20261126/eu-central-2/dynamodb/aws4_request, SignedHeaders=host, Signature=0";

/// A request, and what it needs to be taken.
struct Case {
    method: &'static str,
    path: &'static str,
    target: Option<&'static str>,
    body: Value,
}

impl Case {
    fn new(method: &'static str, path: &'static str) -> Self {
        Self { method, path, target: None, body: json!({}) }
    }

    fn aws(target: &'static str) -> Self {
        Self { target: Some(target), ..Self::new("POST", "/") }
    }

    fn with(self, body: Value) -> Self {
        Self { body, ..self }
    }

    fn request(&self) -> Builder {
        // As a page sends it that wants no preflight.
        let request = http::Request::builder().method(self.method).uri(self.path);
        let Some(target) = self.target else { return request.header("content-type", "text/plain") };
        request
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", target)
            .header("x-amz-date", "20261126T000000Z")
            .header("authorization", SIGNATURE)
    }
}

fn cases() -> [Case; 12] {
    let mail = json!({
        "FromEmailAddress": "orders@shop.example",
        "Destination": {"ToAddresses": ["jo@example.com"]},
        "Content": {"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}},
    });
    let entry = json!({"Source": "shop", "DetailType": "x", "Detail": "{}",
        "EventBusName": "waybill-orders"});
    [
        Case::new("POST", "/2015-03-31/functions/waybill-intake/invocations"),
        Case::new("POST", "/v2/email/outbound-emails").with(mail),
        Case::new("GET", "/v2/email/account"),
        Case::aws("AmazonSQS.CreateQueue").with(json!({"QueueName": "q"})),
        Case::aws("DynamoDB_20120810.ListTables"),
        Case::aws("DynamoDBStreams_20120810.ListStreams"),
        Case::aws("AWSEvents.PutEvents").with(json!({ "Entries": [entry] })),
        Case::new("GET", "/"),
        Case::new("GET", "/mail.json"),
        Case::new("GET", "/preview"),
        Case::new("POST", "/v1/events"),
        Case::new("GET", "/healthz"),
    ]
}

struct Observed {
    edge: TestEdge,
    intake: Arc<FakeFunction>,
}

impl Observed {
    async fn start() -> Self {
        let intake = FakeFunction::new("waybill-intake", |_| {
            answered(json!({"statusCode": 202, "body": ""}))
        });
        let lambdas = lambdas_with(&intake, None);
        Self { edge: TestEdge::start(Setup { lambdas, ..Setup::default() }).await, intake }
    }

    async fn status_with(&self, case: &Case, headers: &[(&str, &str)]) -> (u16, String) {
        let mut request = case.request();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, body) = self.edge.request(request, case.body.to_string()).await;
        assert!(!parts.headers.contains_key("access-control-allow-origin"), "{}", case.path);
        (parts.status.as_u16(), body)
    }

    async fn assert_that_nothing_was_done(&self) {
        assert!(self.intake.events().is_empty());
        assert_eq!(self.edge.service.mailbox().accepted(), 0);
        let queues = self.edge.sqs().list_queues().send().await.unwrap();
        assert!(queues.queue_urls().is_empty());
    }
}

#[tokio::test]
async fn a_page_of_another_origin_can_do_nothing() {
    let observed = Observed::start().await;
    for case in &cases() {
        for headers in [
            vec![("origin", "https://evil.example")],
            vec![("origin", "null")],
            vec![("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")],
            vec![("origin", "http://localhost:3000"), ("sec-fetch-site", "same-site")],
        ] {
            let (status, body) = observed.status_with(case, &headers).await;
            assert_eq!(status, 403, "{} {} {headers:?}", case.method, case.path);
            assert!(body.contains("A web page of another origin sent this request"), "{body}");
        }
    }
    observed.assert_that_nothing_was_done().await;
}

#[tokio::test]
async fn a_page_whose_name_resolves_to_this_machine_can_read_nothing() {
    let observed = Observed::start().await;
    let port = observed.edge.address.rsplit(':').next().unwrap();
    for case in &cases() {
        let host = format!("evil.example:{port}");
        // To the browser, it is the page's own origin.
        let headers = [("host", host.as_str()), ("sec-fetch-site", "same-origin")];
        let (status, body) = observed.status_with(case, &headers).await;
        assert_eq!(status, 421, "{} {}", case.method, case.path);
        assert!(body.contains(&format!("http://localhost:{port}")), "{body}");
    }
    observed.assert_that_nothing_was_done().await;
}

#[tokio::test]
async fn a_preflight_allows_nothing() {
    let observed = Observed::start().await;
    for case in &cases() {
        let case = Case { method: "OPTIONS", body: json!({}), ..Case::new("OPTIONS", case.path) };
        let headers = [
            ("origin", "https://evil.example"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "x-amz-target"),
        ];
        assert_eq!(observed.status_with(&case, &headers).await.0, 403, "{}", case.path);
    }
}

#[tokio::test]
async fn programs_and_our_own_pages_are_let_in_by_each_name_of_this_machine() {
    let observed = Observed::start().await;
    let port = observed.edge.address.rsplit(':').next().unwrap();
    for name in ["127.0.0.1", "localhost", "[::1]"] {
        let host = format!("{name}:{port}");
        let origin = format!("http://{host}");
        for case in &cases() {
            for headers in [
                vec![("host", host.as_str())],
                vec![("host", host.as_str()), ("origin", origin.as_str())],
                vec![
                    ("host", host.as_str()),
                    ("origin", "null"),
                    ("sec-fetch-site", "same-origin"),
                ],
            ] {
                let (status, body) = observed.status_with(case, &headers).await;
                assert!((200..300).contains(&status), "{} {headers:?}: {body}", case.path);
            }
        }
    }
}
