use serde_json::{Value, json};

use super::test_edge::{FakeFunction, Setup, TestEdge, answered, failed, lambdas_with};

#[tokio::test]
async fn people_get_the_page_and_shops_the_intake() {
    let intake =
        FakeFunction::new("waybill-intake", |_| answered(json!({"statusCode": 202, "body": ""})));
    let lambdas = lambdas_with(&intake, None);
    let edge = TestEdge::start(Setup { lambdas, ..Setup::default() }).await;
    for (path, status) in [("/", 200), ("/mail", 200), ("/mail/0107-x", 404), ("/mail.json", 200)] {
        assert_eq!(edge.get(path).await.0.status, status, "{path}");
    }
    assert!(intake.events().is_empty());
    for (method, path) in
        [("POST", "/v1/events"), ("GET", "/healthz"), ("POST", "/"), ("POST", "/mail")]
    {
        let request = http::Request::builder().method(method).uri(path);
        let (parts, _) = edge.request(request, "").await;
        assert_eq!(parts.status, 202, "{method} {path}");
        for header in ["allow", "content-security-policy", "cache-control"] {
            assert!(!parts.headers.contains_key(header), "{header} of {method} {path}");
        }
    }
    assert_eq!(intake.events().len(), 4);
}

#[tokio::test]
async fn the_shop_reaches_intake_as_through_its_function_url() {
    let intake = FakeFunction::new("waybill-intake", |event| {
        answered(json!({
            "statusCode": 202,
            "headers": {"content-type": "application/problem+json"},
            "body": event["requestContext"]["http"]["path"],
        }))
    });
    let lambdas = lambdas_with(&intake, None);
    let edge = TestEdge::start(Setup { lambdas, ..Setup::default() }).await;
    let request = http::Request::post("/v1/events?x=1").header("content-type", "application/json");
    let (parts, body) = edge.request(request, r#"{"a":"ä"}"#).await;
    assert_eq!((parts.status.as_u16(), body.as_str()), (202, "/v1/events"));
    assert_eq!(parts.headers["content-type"], "application/problem+json");
    assert_eq!(intake.events()[0]["body"], r#"{"a":"ä"}"#);
    assert_eq!(edge.get("/healthz").await.1, "/healthz");
}

#[tokio::test]
async fn a_function_that_fails_is_a_502_as_on_aws() {
    let lambdas = lambdas_with(&FakeFunction::new("waybill-intake", |_| failed()), None);
    let edge = TestEdge::start(Setup { lambdas, ..Setup::default() }).await;
    let (parts, body) = edge.request(http::Request::post("/v1/events"), "{}").await;
    assert_eq!(parts.status, 502);
    assert_eq!(
        serde_json::from_str::<Value>(&body).unwrap(),
        json!({"message": "Internal Server Error"})
    );
}
