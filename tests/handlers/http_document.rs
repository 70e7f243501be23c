//! Intake's HTTP against its OpenAPI document: each answer is one that the document has for its path and method, with
//! the headers and a body of the form that stand there, and intake gives each answer that the document has.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use boon::{Compiler, Draft, Schemas};
use serde_json::{Value, json};

use crate::events::confirmed;
use crate::publishing::{FORGED, SECRET, SECRET_ARN, Setting, intake, signature_headers};
use crate::support::TestStack;

const OPENAPI: &str = include_str!("../../shared/schema/openapi.json");

const SINGLE: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";

#[tokio::test(flavor = "multi_thread")]
async fn intake_answers_over_http_as_its_document_says_and_in_no_other_way() {
    let services = TestStack::start().await;
    services.stack.put_secret(SECRET_ARN, SECRET);
    let mut observed = Observed::new();
    for (path, order) in [("/v1/events", "D1"), ("/v1/shops/default/events", "D2")] {
        for (publishers, request) in requests(path, order) {
            observed.send(&services, publishers, &request).await;
        }
    }
    let no_shop = Request::post("/v1/shops/North/events", SINGLE, confirmed("D3"));
    observed.send(&services, Setting::Anyone, &no_shop).await;
    for method in ["GET", "HEAD", "POST"] {
        let request = Request { method, ..Request::post("/healthz", SINGLE, String::new()) };
        observed.send(&services, Setting::Anyone, &request).await;
    }
    services.stop().await;
    assert_eq!(observed.answers, documented(&observed.document), "operations and statuses");
    assert_eq!(observed.members, members(&observed.document), "members of bodies");
}

struct Request {
    method: &'static str,
    path: String,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Request {
    fn post(path: &str, media_type: &str, body: String) -> Self {
        let request =
            Self { method: "POST", path: path.to_owned(), headers: BTreeMap::new(), body };
        request.with("content-type", media_type)
    }

    fn with(mut self, header: &str, value: &str) -> Self {
        self.headers.insert(header.to_owned(), value.to_owned());
        self
    }

    fn signed_with(self, secret: &str) -> Self {
        let signature = signature_headers(secret, &self.body);
        signature.iter().fold(self, |request, (name, value)| request.with(name, value))
    }

    /// As a Function URL passes it on.
    fn payload(&self) -> String {
        json!({
            "version": "2.0", "rawPath": self.path, "headers": self.headers, "body": self.body,
            "isBase64Encoded": false, "requestContext": { "http": { "method": self.method } },
        })
        .to_string()
    }
}

/// A request for each answer of a path at which events of this order are published.
fn requests(path: &str, order: &str) -> Vec<(Setting, Request)> {
    let event = |id: &str, change: &dyn Fn(&mut Value)| {
        let mut event: Value = serde_json::from_str(&confirmed(order)).expect("JSON");
        event["id"] = json!(id);
        change(&mut event);
        event
    };
    let good = event("1", &|_| {});
    let other = event("1", &|event| event["data"]["order"]["number"] = json!("other"));
    let bad = event("2", &|event| {
        event["data"]["order"]["customer"] = json!({ "emial": "jo@customers.example" });
    });
    let odd = event("3", &|event| event["data"]["notifiy"] = json!(true));
    let binary = event("4", &|_| {});
    let post = |media_type: &str, body: &Value| Request::post(path, media_type, body.to_string());
    let in_binary_mode = ["specversion", "source", "id", "type"]
        .into_iter()
        .fold(post("application/json", &binary["data"]), |request, name| {
            request.with(&format!("ce-{name}"), binary[name].as_str().expect("text"))
        });
    vec![
        (Setting::Anyone, post(SINGLE, &good)),
        (Setting::Anyone, post("application/json", &good)),
        (Setting::Anyone, post(SINGLE, &odd)),
        (Setting::Anyone, in_binary_mode),
        (Setting::Anyone, post(BATCH, &json!([good, bad, other]))),
        (Setting::Anyone, post(SINGLE, &bad)),
        (Setting::Anyone, post(BATCH, &json!([bad]))),
        (Setting::Anyone, Request::post(path, SINGLE, "no JSON".to_owned())),
        (Setting::Anyone, post(SINGLE, &other)),
        (Setting::Anyone, post(BATCH, &json!([other, bad]))),
        (Setting::Anyone, Request { method: "GET", ..post(SINGLE, &good) }),
        (Setting::Anyone, Request::post(path, SINGLE, "x".repeat(300_000))),
        (Setting::Anyone, post(BATCH, &json!(vec![1; 101]))),
        (Setting::Anyone, post("text/plain", &good)),
        (Setting::Anyone, post(SINGLE, &good).with("content-encoding", "gzip")),
        (Setting::Iam, post(SINGLE, &good)),
        (Setting::Webhook, post(SINGLE, &good)),
        (Setting::Webhook, post(SINGLE, &good).signed_with(FORGED)),
        (Setting::Webhook, post(SINGLE, &good).signed_with(SECRET)),
        (Setting::WebhookWithoutSecret, post(SINGLE, &good).signed_with(SECRET)),
        (Setting::AnyoneWithoutStore, post(SINGLE, &good)),
        (Setting::AnyoneWithoutStore, post(BATCH, &json!([good]))),
    ]
}

/// What intake has answered.
struct Observed {
    /// The document, in which no body has a member that is not described.
    document: Value,
    /// Path, method and status.
    answers: BTreeSet<(String, String, String)>,
    /// The members of bodies, by the name of their form.
    members: BTreeMap<String, BTreeSet<String>>,
}

impl Observed {
    fn new() -> Self {
        let mut document: Value = serde_json::from_str(OPENAPI).expect("JSON");
        for form in document["components"]["schemas"].as_object_mut().expect("forms").values_mut() {
            if form["properties"].is_object() {
                form["additionalProperties"] = json!(false);
            }
        }
        Self { document, answers: BTreeSet::new(), members: BTreeMap::new() }
    }

    async fn send(&mut self, services: &TestStack, setting: Setting, request: &Request) {
        let intake = intake(services, setting).await;
        let deadline = SystemTime::now() + Duration::from_secs(10);
        let answer = intake::handle(&intake, &request.payload(), deadline).await;
        let answer = answer.expect("over HTTP every failure is an answer");
        let path = template_of(&request.path);
        let methods = self.document["paths"][path].as_object().expect("the path is documented");
        let method = request.method.to_lowercase();
        // What another method is answered stands at those that there are.
        let of_path = methods.keys().filter(|name| *name != "parameters").cloned();
        let methods: Vec<String> = match methods.contains_key(&method) {
            true => vec![method],
            false => of_path.collect(),
        };
        let status = answer["statusCode"].to_string();
        for method in methods {
            self.check(path, &method, &status, &answer);
            self.answers.insert((path.to_owned(), method, status.clone()));
        }
    }

    /// Compares an answer with the response in the document.
    fn check(&mut self, path: &str, method: &str, status: &str, answer: &Value) {
        let mut pointer = format!("/paths/{}/{method}/responses/{status}", path.replace('/', "~1"));
        let place = format!("{method} {path} {status}");
        let response = self.document.pointer(&pointer);
        let response = response.unwrap_or_else(|| panic!("{place} is not documented: {answer}"));
        if let Some(reference) = response["$ref"].as_str() {
            pointer = reference.trim_start_matches('#').to_owned();
        }
        let response = self.document.pointer(&pointer).expect("the response is there").clone();
        let headers = answer["headers"].as_object().expect("headers");
        let media_type = headers["content-type"].as_str().expect("a media type");
        let named = response["headers"].as_object().cloned().unwrap_or_default();
        for header in headers.keys().filter(|name| *name != "content-type") {
            assert!(named.contains_key(header), "{place}: {header} is not documented");
        }
        for (header, of) in named.iter().filter(|(_, of)| of["required"] == true) {
            assert!(headers.contains_key(header), "{place}: {header} is missing, {of}");
        }
        let schema = &response["content"][media_type]["schema"];
        let form = schema["$ref"].as_str().unwrap_or_else(|| panic!("{place}: {media_type}"));
        let body = answer["body"].as_str().expect("a body");
        let body: Value = serde_json::from_str(body).expect("JSON");
        let refusal = refusal(&self.document, form, &body);
        assert_eq!(refusal, None, "{place}: {body:#}");
        self.note(form.rsplit('/').next().expect("a name"), &body);
    }

    /// Notes the members of a body of this form, and of what is in it.
    fn note(&mut self, form: &str, body: &Value) {
        let members = body.as_object().into_iter().flatten();
        for (name, member) in members {
            self.members.entry(form.to_owned()).or_default().insert(name.clone());
            let inner = match name.as_str() {
                "results" => "Result",
                "errors" => "FieldError",
                "warnings" => "FieldWarning",
                _ => continue,
            };
            member.as_array().into_iter().flatten().for_each(|item| self.note(inner, item));
        }
    }
}

/// The path of the document that a request's is one of.
fn template_of(path: &str) -> &str {
    if path.starts_with("/v1/shops/") { "/v1/shops/{shop}/events" } else { path }
}

fn refusal(document: &Value, form: &str, body: &Value) -> Option<String> {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.set_default_draft(Draft::V2020_12);
    compiler.add_resource("urn:openapi", document.clone()).expect("JSON");
    let index = compiler.compile(&format!("urn:openapi{form}"), &mut schemas).expect("a form");
    schemas.validate(body, index).err().map(|error| error.to_string())
}

/// Each status of the document, with its path and method.
fn documented(document: &Value) -> BTreeSet<(String, String, String)> {
    let mut found = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            for status in operation["responses"].as_object().into_iter().flat_map(|all| all.keys())
            {
                found.insert((path.clone(), method.clone(), status.clone()));
            }
        }
    }
    found
}

/// The members of each form of an answer's body.
fn members(document: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let forms = document["components"]["schemas"].as_object().expect("forms");
    let with_members = forms.iter().filter_map(|(name, form)| {
        let members = form["properties"].as_object()?.keys().cloned().collect();
        Some((name.clone(), members))
    });
    with_members.collect()
}
