use super::*;

/// A request as a Function URL passes it on, from a caller that AWS authenticated as `authorizer` says.
fn function_url(authorizer: &Value) -> String {
    let context = json!({ "http": { "method": "POST" }, "authorizer": authorizer });
    json!({ "rawPath": "/v1/events", "requestContext": context, "body": "{}" }).to_string()
}

/// A request as a REST API passes it on.
fn rest_api(identity: &Value, authorizer: &Value) -> String {
    let context = json!({ "stage": "live", "identity": identity, "authorizer": authorizer });
    json!({ "path": "/v1/events", "httpMethod": "POST", "requestContext": context }).to_string()
}

fn authorize(publishers: &Publishers, payload: &str) -> Result<(), Problem> {
    let request = Request::from_payload(payload).expect("a request");
    authorize_by_headers(publishers, &request).map(|_| ())
}

#[test]
fn with_iam_publishers_an_unauthenticated_request_is_refused() {
    let caller = json!({ "iam": { "userArn": "arn:aws:iam::1:user/shop" } });
    assert_eq!(authorize(&Publishers::Iam, &function_url(&caller)), Ok(()));
    for nobody in [json!(null), json!({}), json!({ "iam": null }), json!({ "jwt": {} })] {
        let refused = authorize(&Publishers::Iam, &function_url(&nobody));
        assert_eq!(refused, Err(Problem::Forbidden(Format::V2.how_to_authenticate())), "{nobody}");
    }
}

#[test]
fn behind_a_rest_api_only_the_identity_that_iam_authenticated_counts() {
    let caller = json!({ "userArn": "arn:aws:iam::1:user/shop", "sourceIp": "192.0.2.1" });
    assert_eq!(authorize(&Publishers::Iam, &rest_api(&caller, &json!(null))), Ok(()));
    // What an authorizer of the API's own says is not IAM's, whatever it calls itself.
    let custom = json!({ "iam": caller, "principalId": "arn:aws:iam::1:user/shop" });
    for nobody in [json!(null), json!({}), json!({ "userArn": null }), json!({ "userArn": "" })] {
        let refused = authorize(&Publishers::Iam, &rest_api(&nobody, &custom));
        assert_eq!(refused, Err(Problem::Forbidden(Format::V1.how_to_authenticate())), "{nobody}");
    }
}

#[test]
fn behind_a_load_balancer_nobody_is_authenticated_by_iam() {
    let context = json!({
        "elb": {}, "identity": { "userArn": "arn:aws:iam::1:user/shop" },
        "authorizer": { "iam": { "userArn": "arn:aws:iam::1:user/shop" } },
    });
    let payload = json!({ "path": "/", "httpMethod": "POST", "requestContext": context });
    let refused = authorize(&Publishers::Iam, &payload.to_string());
    let Err(Problem::Forbidden(detail)) = refused else { panic!("{refused:?}") };
    assert!(detail.contains("Publishers=webhook"), "{detail}");
}

#[tokio::test]
async fn with_webhook_publishers_iam_credentials_are_not_enough() {
    let aws = kit::aws::loader().region("eu-central-1").load().await;
    let secrets = Webhooks::new(&aws, "arn".to_owned(), kit::Clock::system());
    let caller = json!({ "iam": { "userArn": "arn:aws:iam::1:user/shop" } });
    let refused = authorize(&Publishers::Webhook(Box::new(secrets)), &function_url(&caller));
    assert!(matches!(refused, Err(Problem::Unauthorized(_))));
}

#[test]
fn a_path_leads_to_the_events_of_any_shop_or_of_the_one_that_it_names() {
    let shop = |path: &str| match Endpoint::at(path) {
        Some(Endpoint::Events(shop)) => Some(shop.map(|shop| shop.to_string())),
        _ => None,
    };
    for path in ["/v1/events/", "/live/v1/events", "/mails/live/v1/events"] {
        assert_eq!(shop(path), Some(None), "{path}");
    }
    for path in ["/v1/shops/north/events", "/live/v1/shops/north/events"] {
        assert_eq!(shop(path), Some(Some("north".to_owned())), "{path}");
    }
    for path in [
        "/v1/shops/North/events",
        "/v1/shops//events",
        "/v1/shops/a/b/events",
        "/v1/shops/events",
        "/v1/shops/north/v1/events",
        "/v1/shops/north/v1/shops/south/events",
        "/xv1/events/1",
        "/livev1/events",
    ] {
        assert_eq!(shop(path), None, "{path}");
    }
    for path in ["/healthz", "/live/healthz"] {
        assert!(matches!(Endpoint::at(path), Some(Endpoint::Health)), "{path}");
    }
}

#[test]
fn what_is_no_http_request_is_left_to_the_other_triggers() {
    let event = r#"{"id":"1","data":{"requestContext":{"http":{"method":"POST"}}}}"#;
    let method_is_a_number = r#"{"requestContext":{"http":{"method":1}}}"#;
    let no_method = r#"{"requestContext":{"elb":{}},"path":"/v1/events"}"#;
    let array = r#"["/v1/events",{},null,false,{"http":{"method":"POST"}}]"#;
    for payload in [event, method_is_a_number, no_method, array, "{}", "[]", "null", ""] {
        assert!(Request::from_payload(payload).is_none(), "{payload}");
    }
}

#[test]
fn several_values_of_a_header_are_one_in_every_format() {
    let context = json!({ "http": { "method": "POST" } });
    let v2 = json!({ "requestContext": context, "headers": { "x-a": "1,2", "x-b": "3" } });
    let both = json!({ "x-a": ["1", "2"], "X-B": ["3"] });
    let v1 = json!({ "requestContext": {}, "httpMethod": "POST", "path": "/",
        "headers": { "x-a": "2", "X-B": "3" }, "multiValueHeaders": both });
    let cases = json!({ "requestContext": {}, "httpMethod": "POST", "path": "/",
        "headers": { "x-b": "3" }, "multiValueHeaders": { "X-A": ["1"], "x-a": ["2"], "x-b": ["3"] } });
    let load_balancer = json!({ "requestContext": { "elb": {} }, "httpMethod": "POST", "path": "/",
        "multiValueHeaders": both });
    for payload in [v2, v1, cases, load_balancer].map(|payload| payload.to_string()) {
        let request = Request::from_payload(&payload).expect("a request");
        assert_eq!(
            [request.header("x-a"), request.header("x-b")],
            [Some("1,2"), Some("3")],
            "{payload}"
        );
    }
}
